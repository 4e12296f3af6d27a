"""With inputs swapped an agent acts as if two colours had changed places; no more."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.core import trees
from telic.core.errors import InputError
from telic.policies import Use, create
from telic.policies.interventions import add_intervention
from telic.vectors import swap_inputs, task_vector
from telic.worlds import grid
from tests.small import KEYS as WORLD
from tests.small import POLICY

A, B = (create(jax.random.key(seed), POLICY, WORLD) for seed in range(2))
SHAPE = (64, *WORLD.observation)
CODES = jax.random.randint(jax.random.key(7), SHAPE, 0, grid.CODES).astype(jnp.uint8)
USES = A.units["input"]
KERNELS = {"actor/0/kernel", "critic/0/kernel"}


def of_whole_numbers(key):
    """An agent whose sums are exact in any order, so that equal means equal."""
    return A.replace(
        {
            path: jax.random.randint(jax.random.fold_in(key, i), x.shape, -2, 3) + 0.0
            for i, (path, x) in enumerate(A.items())
        }
    )


def swapped(vector, first, second):
    """A vector or an agent of these with channels exchanged."""
    return swap_inputs(vector, USES, first, second)


def recoloured(agent, pair):
    """An agent for which two colours have changed places."""
    return agent.replace(swapped(agent, *map(WORLD.channels, pair)))


def with_keys_exchanged(codes, one, other):
    """The same views with every key of one colour painted in the other."""
    table = np.arange(grid.CODES, dtype=np.uint8)
    pair = [grid.KEY + grid.COLOURS.index(colour) for colour in (one, other)]
    table[pair] = table[pair[::-1]]
    return jnp.asarray(table)[codes]


def act(agent, codes):
    """All that the agent says to views: preferences and estimates."""
    estimates = agent.value(codes)[:, None]
    return np.hstack([agent.logits(codes), estimates])


@pytest.mark.parametrize("pair", [("blue", "yellow"), ("purple", "green")])
def test_a_swapped_agent_acts_as_if_the_keys_had_changed_colours(pair):
    agent = of_whole_numbers(jax.random.key(3))
    other = recoloured(agent, pair)
    exchanged = with_keys_exchanged(CODES, *pair)
    np.testing.assert_array_equal(act(other, CODES), act(agent, exchanged))
    assert (act(other, CODES) != act(agent, CODES)).any(axis=0).all()


@pytest.mark.parametrize("pair", [("grey", "blue"), ("red", "blue")])
def test_a_colour_that_other_things_share_takes_them_along(pair):
    agent = of_whole_numbers(jax.random.key(3))
    other = recoloured(agent, pair)
    exchanged = with_keys_exchanged(CODES, *pair)
    assert (act(other, CODES) != act(agent, exchanged)).any()
    keys = jnp.clip(CODES, grid.KEY)
    exchanged = with_keys_exchanged(keys, *pair)
    np.testing.assert_array_equal(act(other, keys), act(agent, exchanged))


@pytest.mark.parametrize("kind", [np.asarray, jnp.asarray])
@given(channels=st.permutations(range(20)), count=st.integers(0, 10))
def test_swapping_twice_is_nothing_bit_for_bit(kind, channels, count):
    v = {path: kind(leaf) for path, leaf in task_vector(A, B).items()}
    pair = tuple(channels[:count]), tuple(channels[10 : 10 + count])
    once = swapped(v, *pair)
    assert (trees.digest(once) == trees.digest(v)) == (count == 0)
    assert trees.digest(swapped(once, *pair)) == trees.digest(v)
    assert trees.digest(swapped(v, *pair[::-1])) == trees.digest(once)
    assert all(isinstance(once[path], type(v[path])) for path in v)


def test_only_first_kernels_are_touched_and_only_in_the_channels_named():
    found = swapped(A, (0, 7), (3, 19))
    assert {path for path in A if found[path] is not A[path]} == KERNELS
    for path in KERNELS:
        due = np.array(A[path]).reshape(25, 20, 8)
        due[:, [0, 7, 3, 19]] = due[:, [3, 19, 0, 7]]
        np.testing.assert_array_equal(found[path], due.reshape(500, 8))


def test_what_reads_no_input_comes_back_as_it_is():
    deep = {
        "actor/10/kernel": jnp.eye(3),
        "actor/0/bias": jnp.arange(3.0),
        "other/actor/0/kernel": jnp.eye(4),
    }
    assert trees.digest(swapped(deep, (0,), (1,))) == trees.digest(deep)


def test_channels_may_lie_along_any_axis_and_vary_fastest_over_places():
    use = Use("conv", axis=1, makes=False, places=2)
    leaf = np.arange(12.0).reshape(2, 6)  # columns: place 0 then 1, 3 channels each
    found = swap_inputs({"conv": leaf}, [use], (0,), (2,))["conv"]
    assert found.tolist() == [[2, 1, 0, 5, 4, 3], [8, 7, 6, 11, 10, 9]]


def test_donors_that_an_intervention_keeps_are_swapped_along():
    leaves = {f"donor/{path}": leaf for path, leaf in B.items()}
    patched = add_intervention(A, "actor/0/post", {"mask": jnp.ones(8), **leaves})
    found, alone = swapped(patched, (1,), (2,)), swapped(B, (1,), (2,))
    for path in B:
        kept = found[f"at/actor/0/post/0/donor/{path}"]
        np.testing.assert_array_equal(kept, alone[path])
    assert found["at/actor/0/post/0/mask"] is patched["at/actor/0/post/0/mask"]


def test_swapping_is_linear_so_the_vector_of_swapped_agents_is_the_swapped_vector():
    blue, yellow = WORLD.channels("blue"), WORLD.channels("yellow")
    v = task_vector(swapped(A, blue, yellow), swapped(B, blue, yellow))
    assert trees.digest(v) == trees.digest(swapped(task_vector(A, B), blue, yellow))


@pytest.mark.parametrize("kind", [np.array, jnp.array])
def test_channels_may_be_arrays(kind):
    assert trees.digest(swapped(A, kind([0, 2]), kind([4, 6]))) == trees.digest(
        swapped(A, (0, 2), (4, 6))
    )


def test_swapping_works_inside_a_compiled_program():
    found = jax.jit(lambda agent: swapped(agent, (0,), (1,)))(A)
    assert trees.digest(found) == trees.digest(swapped(A, (0,), (1,)))


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ((0, 1), (2,), "2 channels for 1"),
        ((0, 0), (1, 2), "channel 0 occurs more than once"),
        ((0, 1), (1, 2), "channel 1 occurs more than once"),
        ((5,), (5,), "channel 5 occurs more than once"),
        ((0,), (20,), "no channel 20 in 'actor/0/kernel'.*\n.*0 to 19"),
        ((-1,), (0,), "no channel -1"),
        ((True,), (False,), "whole numbers"),
    ],
)
def test_channels_that_cannot_be_exchanged_are_refused(first, second, message):
    with pytest.raises(InputError, match=message):
        swapped(A, first, second)
