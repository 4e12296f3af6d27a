"""What every JAX world of `WORLDS` keeps, and two that telic does not ship."""

from importlib.util import find_spec

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.trees import digest
from telic.policies import Spec
from telic.worlds import WORLDS, GoalConditioned, GymWorld, World
from tests.worlds.test_gymnax import Line

pytestmark = pytest.mark.contract

COPIES, STEPS = 32, 60
IN_JAX = [name for name, made in WORLDS.items() if not issubclass(made, GymWorld)]
CRAFTAX = pytest.mark.skipif(find_spec("craftax") is None, reason="needs craftax")


@pytest.fixture(
    scope="module",
    params=[*IN_JAX, "gymnax's functions", pytest.param("craftax", marks=CRAFTAX)],
)
def world(request):
    """Each world with its default settings."""
    if request.param == "craftax":
        from examples.craftax_classic import Craftax

        return Craftax()
    return (WORLDS | {"gymnax's functions": Line})[request.param]()


@pytest.fixture(scope="module")
def walk(world):
    """Many copies of a world, walked at random: states, transitions, observations."""

    @jax.jit
    def walked(key):
        start, going = jax.random.split(key)
        noise = jax.vmap(world.sample_noise)(jax.random.split(start, COPIES))
        first = jax.vmap(world.reset)(noise)

        def step(state, key):
            act, draw = jax.random.split(key)
            action = jax.random.randint(act, (COPIES,), 0, len(world.actions))
            noise = jax.vmap(world.sample_noise)(jax.random.split(draw, COPIES))
            after = jax.vmap(world.step)(state, action, noise)
            done = after.terminated | after.truncated
            fresh = jax.vmap(world.reset)(noise)
            state = jax.tree.map(
                lambda new, old: jnp.where(
                    done.reshape(done.shape + (1,) * (new.ndim - 1)), new, old
                ),
                fresh,
                after.state,
            )
            return state, (after, jax.vmap(world.observe)(after.state))

        _, (after, seen) = jax.lax.scan(step, first, jax.random.split(going, STEPS))
        return after, seen

    return walked(jax.random.key(0))


def one(world, seed=0):
    """A first state, an action and the chance of a step."""
    draw, again = jax.random.split(jax.random.key(seed))
    state = world.reset(world.sample_noise(draw))
    return state, jnp.int32(0), world.sample_noise(again)


def shapes(tree):
    """The structure of a tree with the shape and dtype of each leaf."""
    return jax.tree.map(lambda leaf: (leaf.shape, leaf.dtype), tree)


def bits(tree):
    """The digest of any tree."""
    return digest({str(i): leaf for i, leaf in enumerate(jax.tree.leaves(tree))})


def test_it_has_every_member_of_the_contract(world):
    assert isinstance(world, World)


def test_it_is_hashable_and_equal_to_its_like(world):
    assert hash(world) == hash(type(world)())
    assert world == type(world)()


def test_the_names_of_events_and_actions_are_unique_words(world):
    for names in (world.events, world.actions):
        assert names
        assert isinstance(names, tuple)
        assert len(set(names)) == len(names)
        assert all(isinstance(name, str) and name for name in names)


def test_events_are_a_finite_vector_of_floats(world, walk):
    after, _ = walk
    assert after.events.shape == (STEPS, COPIES, len(world.events))
    assert after.events.dtype == jnp.float32
    assert jnp.isfinite(after.events).all()


def test_ends_are_booleans_without_axes(world):
    after = jax.eval_shape(world.step, *one(world))
    for end in (after.terminated, after.truncated):
        assert (end.shape, end.dtype) == ((), jnp.bool_)


def test_a_step_keeps_the_shape_and_dtype_of_the_state(world):
    state, action, noise = one(world)
    after = jax.eval_shape(world.step, state, action, noise)
    assert shapes(after.state) == shapes(state)


def test_an_observation_has_the_shape_that_the_world_declares(world, walk):
    _, seen = walk
    assert seen.shape == (STEPS, COPIES, *world.observation)
    assert world.observe(one(world)[0]).dtype == seen.dtype


def test_an_encoding_has_a_row_for_every_code_that_is_seen(world, walk):
    _, seen = walk
    if world.encoding is None:
        assert jnp.issubdtype(seen.dtype, jnp.floating)
        assert jnp.isfinite(seen).all()
    else:
        assert jnp.issubdtype(seen.dtype, jnp.integer)
        assert world.encoding.ndim == 2
        assert np.isfinite(world.encoding).all()
        assert 0 <= int(seen.min()) <= int(seen.max()) < len(world.encoding)


def test_the_network_sees_cells_times_channels(world):
    channels = 1 if world.encoding is None else world.encoding.shape[1]
    told = isinstance(world, GoalConditioned)
    assert Spec.of(world).inputs == (np.prod(world.observation) - told) * channels


def test_the_same_inputs_give_the_same_bits(world):
    def pieces():
        state, action, noise = one(world)
        return (state, noise, world.step(state, action, noise), world.observe(state))

    assert bits(pieces()) == bits(pieces())


def test_a_step_leaves_the_state_before_it_alone(world):
    state, action, noise = one(world)
    before = bits(state)
    world.step(state, action, noise)
    world.observe(state)
    assert bits(state) == before


def test_compiled_and_plain_steps_agree(world):
    state, action, noise = one(world)
    plain = jax.tree.leaves(world.step(state, action, noise))
    compiled = jax.tree.leaves(jax.jit(world.step)(state, action, noise))
    for a, b in zip(plain, compiled, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_a_vector_of_copies_steps_as_each_of_them_alone(world):
    many = [one(world, seed) for seed in range(3)]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *many)
    together = jax.jit(jax.vmap(world.step))(*stacked)
    step = jax.jit(world.step)
    for i, (state, action, noise) in enumerate(many):
        alone = jax.tree.leaves(step(state, action, noise))
        here = jax.tree.leaves(jax.tree.map(lambda leaf, i=i: leaf[i], together))
        for a, b in zip(alone, here, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


def test_different_chance_brings_different_first_states(world):
    assert len({bits(one(world, seed)[0]) for seed in range(10)}) > 1


def test_walking_at_random_ends_some_episodes_and_not_every_step(walk):
    after, _ = walk
    done = after.terminated | after.truncated
    assert 0 < float(done.mean()) < 1
