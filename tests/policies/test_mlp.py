"""The agent's arithmetic: its first layer, its first weights and its names."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import MLP, Agent, Spec, create
from telic.worlds import Keys
from tests.policies.examples import answer

SMALL = MLP(width=16)


def codes_of(world, batch=64):
    """Random codes of every kind in every cell."""
    shape = (batch, *world.observation)
    return jax.device_put(np.random.default_rng(7).integers(9, size=shape, dtype="u1"))


@functools.partial(jax.jit, static_argnames=("net", "layers", "world", "act"))
def dense(agent, net, layers, world, codes, act=jax.nn.relu):
    """The ordinary formulation: look the channels up, lay them out, multiply."""
    x = jnp.asarray(world.encoding)[codes].reshape(len(codes), -1)
    for i in range(layers):
        x = act(x) if i else x
        bias = agent[f"{net}/{i}/bias"][None]
        product = jnp.dot(x, agent[f"{net}/{i}/kernel"], precision="highest")
        x = product + bias
    return x


def assert_near(actual, expected):
    """Equal up to rounding, measured against the size of the whole array."""
    scale = abs(np.asarray(expected)).max()
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5 * scale)


@pytest.fixture(scope="module", params=["post", "code"])
def world(request):
    """Keys with one-hot channels (folded) and with raw integers (not folded)."""
    return Keys.preset(request.param)


@pytest.fixture(scope="module")
def agent(world):
    """An agent whose biases are not zero."""
    fresh, rng = create(jax.random.key(3), SMALL, world), np.random.default_rng(3)
    moved = {p: x + 0.1 * rng.normal(size=x.shape) for p, x in fresh.items()}
    return fresh.replace({p: jax.device_put(x.astype("f4")) for p, x in moved.items()})


def test_the_folded_first_layer_has_the_values_of_the_ordinary_one(world, agent):
    codes = codes_of(world)
    preferences = dense(agent, "actor", 4, world, codes)
    estimate = np.asarray(dense(agent, "critic", 3, world, codes))[:, 0]
    found = answer(agent, codes)
    assert_near(found.logits, preferences)
    assert_near(found.value, estimate)


def test_the_folded_first_layer_has_the_gradients_of_the_ordinary_one(world, agent):
    codes = codes_of(world)
    aim = np.random.default_rng(1).normal(size=(len(codes), len(world.actions)))
    aim = jax.device_put(aim.astype("f4"))

    def folded(agent):
        preferences, estimate, _ = agent(codes)
        return (preferences * aim).sum() + (estimate**2).sum()

    def ordinary(agent):
        preferences = dense(agent, "actor", 4, world, codes)
        return (preferences * aim).sum() + (
            dense(agent, "critic", 3, world, codes) ** 2
        ).sum()

    actual, expected = (jax.jit(jax.grad(f))(agent) for f in (folded, ordinary))
    assert set(actual) == set(agent)
    for path in agent:
        assert actual[path].shape == agent[path].shape
        assert_near(actual[path], expected[path])


def test_a_call_gives_logits_and_value_and_an_mlp_remembers_nothing(world, agent):
    codes = codes_of(world)
    preferences, estimate, carry = answer(agent, codes)
    assert carry == ()
    logits, value = jax.jit(lambda agent: (agent.logits(codes), agent.value(codes)))(
        agent
    )
    assert_near(logits, preferences)
    assert_near(value, estimate)


def test_an_agent_is_layers_with_these_names_and_shapes(world):
    agent = create(jax.random.key(0), MLP(), world)
    wide = Spec.of(world).inputs
    assert {path: leaf.shape for path, leaf in agent.items()} == {
        "actor/0/kernel": (wide, 128),
        "actor/0/bias": (128,),
        "actor/1/kernel": (128, 128),
        "actor/1/bias": (128,),
        "actor/2/kernel": (128, 128),
        "actor/2/bias": (128,),
        "actor/3/kernel": (128, 7),
        "actor/3/bias": (7,),
        "critic/0/kernel": (wide, 128),
        "critic/0/bias": (128,),
        "critic/1/kernel": (128, 128),
        "critic/1/bias": (128,),
        "critic/2/kernel": (128, 1),
        "critic/2/bias": (1,),
    }
    assert {leaf.dtype for leaf in agent.values()} == {jnp.dtype("float32")}


def test_fresh_kernels_are_orthogonal_with_their_gains(world):
    agent = create(jax.random.key(0), MLP(), world)
    gains = {"actor/3/kernel": 0.01, "critic/2/kernel": 1.0}
    for path, leaf in agent.items():
        if path.endswith("bias"):
            assert not np.any(leaf)
            continue
        gain, kernel = gains.get(path, np.sqrt(2)), np.asarray(leaf)
        inner = kernel.T @ kernel / gain**2
        np.testing.assert_allclose(inner, np.eye(len(inner)), atol=1e-5, err_msg=path)


def test_a_fresh_actor_finds_every_action_about_as_likely(world):
    agent = create(jax.random.key(0), MLP(), world)
    chances = jax.jit(jax.nn.softmax)(answer(agent, codes_of(world)).logits)
    assert abs(np.asarray(chances) - 1 / 7).max() < 0.02


def test_different_keys_make_different_agents_and_different_layers(world):
    one, two = (create(jax.random.key(seed), SMALL, world) for seed in (0, 1))
    assert not np.allclose(one["actor/0/kernel"], two["actor/0/kernel"])
    assert not np.allclose(one["actor/1/kernel"], one["actor/2/kernel"])
    assert not np.allclose(one["actor/0/kernel"], one["critic/0/kernel"])


def test_tanh_is_applied_after_every_layer_but_the_last(world, agent):
    codes = codes_of(world)
    bent = Agent(agent, MLP(width=16, activation="tanh"), agent.spec)
    expected = dense(agent, "actor", 4, world, codes, jnp.tanh)
    assert_near(answer(bent, codes).logits, expected)


def test_a_network_of_one_layer_is_linear():
    world = Keys()
    agent = create(jax.random.key(0), MLP(actor_layers=1, critic_layers=1), world)
    assert agent["actor/0/kernel"].shape == (500, 7)
    codes = codes_of(world)
    assert_near(answer(agent, codes).logits, dense(agent, "actor", 1, world, codes))


def test_an_unknown_activation_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="did you mean 'relu'"):
        MLP(activation="relo")


@pytest.mark.parametrize("field", ["width", "actor_layers", "critic_layers"])
def test_a_network_without_units_or_layers_is_refused(field):
    with pytest.raises(InputError, match=f"MLP.{field} = 0"):
        MLP(**{field: 0})


def test_an_image_is_refused_and_the_policy_that_takes_it_is_named():
    spec = Spec(observation=(96, 96, 3), actions=("left", "right"))
    with pytest.raises(InputError, match="96 x 96 x 3 for an MLP") as caught:
        MLP().check(spec)
    assert "27,648 numbers" in caught.value.why and "`conv`" in caught.value.fix
    MLP().check(Spec(observation=(100, 100), actions=("left", "right")))
