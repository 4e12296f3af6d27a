import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import Conv, Spec, conv
from telic.worlds import GoalKeys, Keys
from tests.policies.examples import agent_of, captured, seen_by
from tests.small import drawn

convolved = jax.jit(conv.convolved, static_argnums=2)


def test_a_convolution_worked_out_by_hand():
    picture = jnp.array([[1.0, 2.0], [3.0, 4.0]])[None, :, :, None]
    kernel = jnp.arange(1.0, 10.0).reshape(3, 3, 1, 1)
    # At the upper left place the kernel's lower right [[5, 6], [8, 9]] meets it all.
    corner = 1 * 5 + 2 * 6 + 3 * 8 + 4 * 9
    others = 1 * 4 + 2 * 5 + 3 * 7 + 4 * 8, 1 * 2 + 2 * 3 + 3 * 5 + 4 * 6
    last = 1 * 1 + 2 * 2 + 3 * 4 + 4 * 5
    assert convolved(picture, kernel)[0, :, :, 0].tolist() == [
        [corner, others[0]],
        [others[1], last],
    ]


def by_loops(x, kernel, stride=1):
    """A convolution as it is written in books."""
    batch, height, width, _ = x.shape
    rows, columns = -(-height // stride), -(-width // stride)
    out = np.zeros((batch, rows, columns, kernel.shape[3]))
    for row in range(rows):
        for column in range(columns):
            for i in range(3):
                for j in range(3):
                    y, z = row * stride + i - 1, column * stride + j - 1
                    if 0 <= y < height and 0 <= z < width:
                        out[:, row, column] += x[:, y, z] @ kernel[i, j]
    return out


@pytest.mark.parity
@pytest.mark.parametrize(
    ("height", "width", "stride"),
    [(5, 5, 1), (1, 1, 1), (4, 8, 1), (2, 9, 1), (5, 5, 2), (6, 11, 3)],
)
def test_narrow_wide_and_strided_convolutions_are_those_of_a_loop(
    height, width, stride
):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, height, width, 3)).astype("f4")
    kernel = rng.normal(size=(3, 3, 3, 4)).astype("f4")
    found = convolved(jax.device_put(x), jax.device_put(kernel), stride)
    ought = by_loops(x, kernel, stride)
    np.testing.assert_allclose(found, ought, atol=1e-5)


@pytest.mark.parity
@pytest.mark.parametrize("form", ["codes", "floats"])
def test_a_whole_forward_pass_is_that_of_a_loop(form):
    agent = agent_of("conv", form)
    seen = seen_by(agent, 3)
    p = {path: np.asarray(leaf, np.float64) for path, leaf in agent.items()}
    x = np.asarray(seen if form == "floats" else agent.spec.table[np.asarray(seen)])
    ought = {}
    for i in range(2):
        pre = by_loops(x, p[f"trunk/{i}/kernel"]) + p[f"trunk/{i}/bias"]
        x = np.maximum(pre, 0)
        ought |= {f"trunk/{i}/pre": pre, f"trunk/{i}/post": x}
    for net, end in (("actor", "logits"), ("critic", "value")):
        pre = np.einsum("bhwc,hwcu->bu", x, p[f"{net}/0/kernel"]) + p[f"{net}/0/bias"]
        post = np.maximum(pre, 0)
        ought |= {f"{net}/0/pre": pre, f"{net}/0/post": post}
        ought[f"{net}/{end}"] = post @ p[f"{net}/1/kernel"] + p[f"{net}/1/bias"]
    found = captured(agent, seen)
    assert found.keys() == ought.keys()
    for site, x in found.items():
        np.testing.assert_allclose(x, ought[site], atol=1e-4, err_msg=site)


@pytest.mark.parity
def test_the_gradient_of_codes_is_the_gradient_of_their_channels():
    agent = agent_of("conv")
    seen = seen_by(agent, 3)
    floats = Spec(observation=(3, 3, 20), actions=agent.spec.actions)

    def slope(spec, seen):
        def squares(params):
            out = agent.policy.apply(
                params, spec, seen, (), tap=lambda site, x: x, heads=("logits",)
            )
            return (out.logits**2).sum()

        return jax.jit(jax.grad(squares))(dict(agent.actor))

    found = slope(agent.spec, seen)
    ought = slope(floats, agent.spec.channel_values(seen))
    for path, slope in found.items():
        np.testing.assert_allclose(slope, ought[path], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_strided_trunks_fit_their_heads(stride):
    policy = Conv(channels=(2, 2), width=3, stride=stride)
    agent = drawn(policy, Spec.of(Keys(view=5)), 0)
    rows = {1: 5, 2: 2, 3: 1}[stride]
    assert agent.sites["trunk/1/post"] == (rows, rows, 2)
    seen = jax.ShapeDtypeStruct((2, 5, 5), jnp.uint8)
    assert jax.eval_shape(lambda a, s: a.logits(s), agent, seen).shape == (2, 7)


def test_more_channels_than_the_policy_says_are_an_agent_if_all_leaves_agree():
    agent = agent_of("conv")
    wide = {
        **agent,
        "trunk/0/kernel": jax.device_put(np.zeros((3, 3, 20, 9), np.float32)),
        "trunk/0/bias": jax.device_put(np.zeros(9, np.float32)),
        "trunk/1/kernel": jax.device_put(np.zeros((3, 3, 9, 4), np.float32)),
    }
    assert type(agent)(wide, agent.policy, agent.spec).sites["trunk/0/post"] == (
        3,
        3,
        9,
    )
    with pytest.raises(InputError, match="trunk/0/bias"):
        wide["trunk/1/kernel"] = agent["trunk/1/kernel"]
        type(agent)(wide, agent.policy, agent.spec)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (Spec(observation=(8,), actions=("a",)), "8 floats"),
        (Spec(observation=(6, 8), actions=("a",)), "6 x 8 floats"),
        (Spec(observation=(9,), actions=("a",), encoding=((1.0,),)), "9 codes"),
        (Spec(observation=(2, 3, 4, 5), actions=("a",)), "2 x 3 x 4 x 5 floats"),
        (Spec.of(GoalKeys()), "26 codes that tell a goal"),
        (Spec(observation=(5, 5, 3), actions=("a",), goals=2), "that tell a goal"),
    ],
)
def test_conv_on_what_is_no_plane_is_refused_by_its_shape(spec, said):
    with pytest.raises(InputError, match=said) as found:
        Conv().check(spec)
    assert "(height, width)" in found.value.why


@pytest.mark.parametrize(
    "fields",
    [{"channels": ()}, {"channels": (8, 0)}, {"channels": (9,) * 17},
     {"channels": (9999,)}, {"width": 0}, {"stride": 0}, {"stride": 4}],
)  # fmt: skip
def test_a_field_out_of_range_is_named(fields):
    with pytest.raises(InputError, match=f"Conv.{next(iter(fields))} = "):
        Conv(**fields)
