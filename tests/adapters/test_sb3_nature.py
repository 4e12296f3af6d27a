"""Agents of images: the convolutions of Stable-Baselines3 beside plain loops."""

import numpy as np
import pytest

from telic.adapters import sb3
from telic.adapters.vecnormalize import Normaliser
from telic.core.errors import InputError
from telic.policies import Adapted, Nature
from tests.adapters.zips import TWO, sb3_zip, settings

SHAPE = (3, 44, 40)
"""Channels, height, width; as torch has images."""

IMAGE = {
    ":type:": "<class 'gymnasium.spaces.box.Box'>",
    "_shape": list(SHAPE),
    "dtype": "uint8",
}


def convolutions(before="", *, units=(3, 4, 5), dense=6, places=(2, 1)):
    """The tensors of a small NatureCNN."""
    drawn = np.random.default_rng(0)
    shapes = {
        "cnn.0": (units[0], SHAPE[0], 8, 8),
        "cnn.2": (units[1], units[0], 4, 4),
        "cnn.4": (units[2], units[1], 3, 3),
        "linear.0": (dense, units[2] * places[0] * places[1]),
    }
    held = {}
    for name, shape in shapes.items():
        path = f"{before}features_extractor.{name}"
        held[f"{path}.weight"] = (0.2 * drawn.normal(size=shape)).astype("f4")
        held[f"{path}.bias"] = drawn.normal(size=shape[:1]).astype("f4")
    return held


def heads(dense=6, **sizes):
    """Linear heads on it."""
    drawn = np.random.default_rng(1)
    held = {}
    for name, count in (sizes or {"action_net": 2, "value_net": 1}).items():
        held[f"{name}.weight"] = drawn.normal(size=(count, dense)).astype("f4")
        held[f"{name}.bias"] = drawn.normal(size=count).astype("f4")
    return held


def plain(held, images, before=""):
    """The dense layer on images of (channels, height, width), by loops."""
    out = []
    for x in images.astype(np.float64) / 255:
        for name, stride in (("cnn.0", 4), ("cnn.2", 2), ("cnn.4", 1)):
            path = f"{before}features_extractor.{name}"
            kernel = held[f"{path}.weight"].astype(np.float64)
            side = kernel.shape[-1]
            rows, columns = ((n - side) // stride + 1 for n in x.shape[1:])
            y = np.zeros((len(kernel), rows, columns))
            for i in range(rows):
                for j in range(columns):
                    a, b = stride * i, stride * j
                    patch = x[:, a : a + side, b : b + side]
                    y[:, i, j] = np.tensordot(kernel, patch, 3) + held[f"{path}.bias"]
            x = np.maximum(y, 0)
        path = f"{before}features_extractor.linear.0"
        flat = held[f"{path}.weight"] @ x.ravel() + held[f"{path}.bias"]
        out.append(np.maximum(flat, 0))
    return np.array(out)


IMAGES = np.random.default_rng(2).integers(0, 256, size=(4, *SHAPE)).astype("u1")
SEEN = IMAGES.transpose(0, 2, 3, 1).astype("f4")


def told(**changed):
    """The settings of a PPO with images."""
    return settings(observation_space=IMAGE, action_space=TWO, **changed)


def test_a_policy_of_images_computes_what_plain_loops_compute():
    held = convolutions() | heads()
    copies = {f"pi_{name}": x for name, x in convolutions().items()}
    found = sb3.read(sb3_zip({**held, **copies}, told()), what="it")
    agent = found.agent()
    assert isinstance(agent.policy, Nature) and agent.spec.observation == (44, 40, 3)
    features = plain(held, IMAGES)
    for net, given in (("action_net", agent.logits), ("value_net", agent.value)):
        due = features @ held[f"{net}.weight"].T + held[f"{net}.bias"]
        found_ = np.asarray(given(SEEN)).reshape(due.shape)
        np.testing.assert_allclose(found_, due, rtol=1e-4, atol=1e-4)


def test_a_dqn_of_images_is_greedy_on_its_values():
    held = convolutions("q_net.") | heads(**{"q_net.q_net.0": 2})
    found = sb3.read(sb3_zip(held, told()), what="it")
    assert isinstance(found.policy, Adapted) and found.policy.greedy
    features = plain(held, IMAGES, "q_net.")
    due = features @ held["q_net.q_net.0.weight"].T + held["q_net.q_net.0.bias"]
    logits = np.asarray(found.agent().logits(SEEN))
    np.testing.assert_allclose(logits, due, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vf_features_extractor.cnn.0.weight": np.ones((3, 3, 8, 8), "f4")}, "own"),
        ({"features_extractor.cnn.2.weight": np.ones((4, 3, 5, 5), "f4")}, "kernels"),
        ({"features_extractor.cnn.4.weight": np.ones((5, 9, 3, 3), "f4")}, "not fit"),
        ({"features_extractor.linear.0.weight": np.ones((6, 9), "f4")}, "not fit"),
        ({"features_extractor.cnn.4.bias": None}, "no layer of NatureCNN"),
        ({"features_extractor.cnn.4.bias": np.ones(9, "f4")}, "5 outputs"),
        ({"features_extractor.cnn.6.bias": np.ones(2, "f4")}, "no policy has"),
    ],
)
def test_other_convolutions_are_refused_by_name(change, words):
    held = {**convolutions(), **heads(), **change}
    held = {name: x for name, x in held.items() if x is not None}
    with pytest.raises(InputError, match=words):
        sb3.read(sb3_zip(held, told()), what="it")


def test_an_extractor_of_ones_own_is_no_nature_whatever_its_weights_are_called():
    own = {"policy_kwargs": {"features_extractor_class": "<class 'mine.CNN'>"}}
    with pytest.raises(InputError, match=r"pass through <class 'mine\.CNN'>"):
        sb3.read(sb3_zip(convolutions() | heads(), told(**own)), what="it")


def test_images_are_never_flattened_in_silence():
    held = heads(dense=int(np.prod(SHAPE)))
    with pytest.raises(InputError, match="flattens images"):
        sb3.read(sb3_zip(held, told()), what="it")


@pytest.mark.parametrize("shape", [[3, 20, 20], [44, 40], [5]])
def test_images_that_kernels_do_not_fit_are_refused(shape):
    other = settings(observation_space={**IMAGE, "_shape": shape}, action_space=TWO)
    with pytest.raises(InputError, match=r"fit|convolves"):
        sb3.read(sb3_zip(convolutions() | heads(), other), what="it")


def test_a_normaliser_is_not_put_before_convolutions():
    found = sb3.read(sb3_zip(convolutions() | heads(), told()), what="it")
    size = int(np.prod(SHAPE))
    seen = Normaliser((0.0,) * size, (1.0,) * size, 10.0)
    with pytest.raises(InputError, match="before convolutions"):
        found.behind(seen)
