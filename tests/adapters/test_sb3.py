"""Zips of Stable-Baselines3: what is read, what it computes, and what is refused."""

import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from telic.adapters import files, sb3
from telic.adapters.torch_write import to_torch, zipped
from telic.core.errors import DamagedError, InputError, TelicError
from telic.policies import MLP
from telic.policies.adapted import Adapted
from telic.policies.distribution import Gaussian
from telic.worlds import GymWorld
from tests.adapters.zips import ZOO, needs_fixtures, sb3_zip, settings, weights

STATES = np.random.default_rng(1).normal(size=(5, 4)).astype("f4")


def by_hand(held, x, *layers, act=np.tanh):
    """What torch computes, in NumPy."""
    for name in layers[:-1]:
        x = act(x @ held[f"{name}.weight"].T + held[f"{name}.bias"])
    return x @ held[f"{layers[-1]}.weight"].T + held[f"{layers[-1]}.bias"]


def test_an_actor_critic_computes_what_its_tensors_say():
    held = weights()
    found = sb3.read(sb3_zip(held), what="it")
    agent = found.agent()
    pi, vf = (
        [f"mlp_extractor.{net}.{i}" for i in (0, 2)]
        for net in ("policy_net", "value_net")
    )
    close = {"rtol": 1e-5, "atol": 1e-5}
    expected = by_hand(held, STATES, *pi, "action_net")
    np.testing.assert_allclose(agent.logits(STATES), expected, **close)
    expected = by_hand(held, STATES, *vf, "value_net")[:, 0]
    np.testing.assert_allclose(agent.value(STATES), expected, **close)
    assert found.policy == MLP(8, 3, 3, activation="tanh")
    assert found.source.algorithm == "PPO"
    assert "2.7.0" in found.source.library


def test_how_it_was_trained_comes_with_it():
    found = sb3.read(sb3_zip(), what="it")
    assert (found.ppo.gamma, found.ppo.gae_lambda) == (0.98, 0.9)
    assert found.ppo.learning_rate == 0.001 and found.ppo.weight_decay == 0
    assert (found.rollout.num_envs, found.rollout.num_steps) == (4, 32)
    assert (found.rollout.update_epochs, found.rollout.num_minibatches) == (4, 2)


def test_layers_may_have_different_widths_and_nets_different_depths():
    held = weights()
    held["mlp_extractor.policy_net.2.weight"] = np.ones((5, 8), "f4")
    held["mlp_extractor.policy_net.2.bias"] = np.ones(5, "f4")
    held["action_net.weight"] = np.ones((2, 5), "f4")
    del held["mlp_extractor.value_net.2.weight"], held["mlp_extractor.value_net.2.bias"]
    found = sb3.read(sb3_zip(held), what="it")
    assert isinstance(found.policy, MLP)
    assert found.policy.actor_widths == (8, 5) and found.policy.critic_widths == (8,)
    assert found.agent().value(STATES).shape == (5,)


def test_layers_that_both_nets_share_are_in_both():
    held = {
        name.replace("policy_net.2", "shared_net.0"): x
        for name, x in weights().items()
        if not name.startswith("mlp_extractor.value_net")
    }
    held["mlp_extractor.shared_net.0.weight"] = np.ones((4, 4), "f4")
    held["mlp_extractor.shared_net.0.bias"] = np.ones(4, "f4")
    held["value_net.weight"] = np.ones((1, 4), "f4")
    found = sb3.read(sb3_zip(held), what="it")
    np.testing.assert_array_equal(
        found.params["actor/0/kernel"], found.params["critic/0/kernel"]
    )


def test_a_dqn_acts_greedily_on_its_values_of_actions():
    held = {
        "q_net.q_net.0.weight": np.ones((3, 4), "f4"),
        "q_net.q_net.0.bias": np.zeros(3, "f4"),
        "q_net.q_net.2.weight": np.ones((2, 3), "f4"),
        "q_net.q_net.2.bias": np.array([0, 1], "f4"),
        "q_net_target.q_net.0.weight": np.ones((3, 4), "f4"),
    }
    found = sb3.read(sb3_zip(held), what="it")
    assert found.policy == Adapted(
        MLP(3, 2, 1, critic_widths=(), activation="relu"), greedy=True
    )
    agent = found.agent()
    uniform = jnp.zeros(5)  # would select action 0, were actions sampled
    assert agent.act(STATES, (), uniform)[0].tolist() == [1] * 5
    assert agent.value(STATES).tolist() == [0.0] * 5
    assert any("q_net_target" in text for text in found.source.ignored)


def test_continuous_actions_have_means_and_deviations():
    held = weights() | {"log_std": np.array([-1.0, 0.5], "f4")}
    ends = {"low": "[-1. -2.]", "high": "[1. 2.]", "_shape": "(2,)"}
    act = {":type:": "<class 'gymnasium.spaces.box.Box'>", **ends}
    found = sb3.read(sb3_zip(held, settings(action_space=act)), what="it")
    assert found.spec.bounds == ((-1.0, 1.0), (-2.0, 2.0))
    assert found.spec.distribution == Gaussian(2)
    numbers = np.asarray(found.agent().logits(STATES))
    assert numbers.shape == (5, 4)
    np.testing.assert_allclose(numbers[:, 2:], [[-1.0, 0.5]] * 5)


ACT = "<class 'torch.nn.modules.activation.{}'>"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"policy_kwargs": {"lstm_hidden_size": 8}}, "the option lstm_hidden_size"),
        ({"policy_kwargs": {"activation_fn": ACT.format("Hardtanh")}}, "Hardtanh"),
        (
            {"policy_kwargs": {"features_extractor_class": "<class 'mine.Own'>"}},
            "observations pass through <class 'mine.Own'>",
        ),
        ({"observation_space": {":type:": "<class 'gym.spaces.dict.Dict'>"}}, "a Dict"),
        ({"observation_space": None}, "does not tell its spaces"),
        (
            {
                "action_space": {
                    ":type:": "<class 'gym.spaces.multi_binary.MultiBinary'>"
                }
            },
            "a MultiBinary",
        ),
        (
            {"action_space": {":type:": "<class 'gym.spaces.discrete.Discrete'>"}},
            "number of actions",
        ),
    ],
)
def test_what_is_not_understood_is_refused_by_its_name(told, words):
    with pytest.raises(InputError, match=words):
        sb3.read(sb3_zip(told=settings(**told)), what="it")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lstm_actor.weight_ih_l0": np.ones((4, 4))}, "lstm_actor.weight_ih_l0"),
        ({"features_extractor.cnn.0.weight": np.ones((1, 1))}, "no layer of NatureCNN"),
        (
            {"mlp_extractor.policy_net.3.weight": np.ones((8, 8))},
            r"modules \[0, 2, 3\]",
        ),
        ({"mlp_extractor.policy_net.2.weight": np.ones(8)}, "has the shape"),
        ({"action_net.weight": np.ones((2, 5))}, "takes 5 numbers"),
    ],
)
def test_weights_without_a_policy_are_refused_by_their_name(changed, words):
    with pytest.raises(InputError, match=words):
        sb3.read(sb3_zip(weights() | changed), what="it")


def test_what_is_no_such_zip_is_refused():
    with pytest.raises(InputError, match="Stable-Baselines 2"):
        sb3.read(zipped({"data": b"{}", "parameters": b""}), what="it")
    with pytest.raises(InputError, match="no zip of Stable-Baselines3"):
        sb3.read(zipped({"data": b"{}"}), what="it")
    with pytest.raises(DamagedError, match="no zip that can be unpacked"):
        sb3.read(sb3_zip()[:-50], what="it")
    for data in (b"{", b"[]"):
        bad = zipped({"data": data, "policy.pth": to_torch(weights())})
        with pytest.raises(DamagedError, match="JSON"):
            sb3.read(bad, what="it")


def test_an_agent_of_another_form_than_the_world_is_refused():
    with pytest.raises(InputError, match="sees 4 numbers, the world GymWorld gives 2"):
        sb3.read(sb3_zip(), what="it").agent(GymWorld("MountainCar-v0"))


def test_a_changed_zip_is_an_error_or_the_same_agent(tmp_path):
    data, drawn = sb3_zip(), np.random.default_rng(0)
    whole = sb3.read(data, what="it")
    kept = {path: leaf.tobytes() for path, leaf in whole.params.items()}
    opened = 0
    for _ in range(1000):
        changed = bytearray(data)
        for at in drawn.integers(0, len(data), drawn.integers(1, 4)):
            changed[at] ^= 1 << int(drawn.integers(8))
        if drawn.random() < 0.2:
            changed = changed[: drawn.integers(0, len(data))]
        try:
            found = sb3.read(bytes(changed), what="it")
        except TelicError:
            continue
        opened += 1
        assert {p: leaf.tobytes() for p, leaf in found.params.items()} == kept
    assert opened < 340  # most bytes are covered


@needs_fixtures
@pytest.mark.parametrize("path", ZOO, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_agents_of_others_compute_what_their_library_computed(path):
    """The outputs were computed by Stable-Baselines3 2.7.0 (tools/zoo_outputs.py)."""
    stored = json.loads((Path(__file__).parent / "zoo_outputs.json").read_text())
    found = files.read_file(path)
    expected = np.array(stored[f"{path.parts[-3]}/{path.stem}"])
    seen = np.random.default_rng(0).normal(size=(16, *found.spec.observation))
    ours = np.asarray(found.agent().logits(seen.astype("f4")))[:, : expected.shape[1]]
    scale = max(1.0, np.abs(expected).max())
    assert np.abs(ours - expected).max() <= 1e-5 * scale
