"""A carried agent acts as if two colours had changed places, and nothing else has."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.agents import create, logits, value
from telic.core import trees
from telic.core.errors import InputError
from telic.vectors import carry, isolate
from telic.worlds import grid
from tests.small import KEYS as WORLD
from tests.small import NETWORK

A, B = (create(jax.random.key(seed), NETWORK, WORLD) for seed in range(2))
CODES = jax.random.randint(jax.random.key(7), (64, 25), 0, grid.CODES).astype(jnp.uint8)
KERNELS = {"actor/0/kernel", "critic/0/kernel"}


def of_whole_numbers(key):
    """An agent whose sums are exact in any order, so that equal means equal."""
    return {
        path: jax.random.randint(jax.random.fold_in(key, i), leaf.shape, -2, 3) + 0.0
        for i, (path, leaf) in enumerate(A.items())
    }


def with_keys_exchanged(codes, one, other):
    """The same views with every key of one colour painted in the other."""
    table = np.arange(grid.CODES, dtype=np.uint8)
    pair = [grid.KEY + grid.COLOURS.index(colour) for colour in (one, other)]
    table[pair] = table[pair[::-1]]
    return jnp.asarray(table)[codes]


def act(agent, codes):
    """All that the agent says to views: preferences and estimates."""
    estimates = value(agent, NETWORK, WORLD, codes)[:, None]
    return np.hstack([logits(agent, NETWORK, WORLD, codes), estimates])


@pytest.mark.parametrize("pair", [("blue", "yellow"), ("purple", "green")])
def test_a_carried_agent_acts_as_if_the_keys_had_changed_colours(pair):
    agent = of_whole_numbers(jax.random.key(3))
    carried = carry(agent, *map(WORLD.rows, pair))
    exchanged = with_keys_exchanged(CODES, *pair)
    np.testing.assert_array_equal(act(carried, CODES), act(agent, exchanged))
    assert (act(carried, CODES) != act(agent, CODES)).any(axis=0).all()


@pytest.mark.parametrize("pair", [("grey", "blue"), ("red", "blue")])
def test_a_colour_that_other_things_share_takes_them_along(pair):
    agent = of_whole_numbers(jax.random.key(3))
    carried = carry(agent, *map(WORLD.rows, pair))
    exchanged = with_keys_exchanged(CODES, *pair)
    assert (act(carried, CODES) != act(agent, exchanged)).any()
    keys = jnp.clip(CODES, grid.KEY)
    exchanged = with_keys_exchanged(keys, *pair)
    np.testing.assert_array_equal(act(carried, keys), act(agent, exchanged))


@pytest.mark.parametrize("kind", [np.asarray, jnp.asarray])
@given(rows=st.permutations(range(500)), count=st.integers(0, 250))
def test_carrying_twice_is_nothing_bit_for_bit(kind, rows, count):
    v = {path: kind(leaf) for path, leaf in isolate(A, B).items()}
    pair = tuple(rows[:count]), tuple(rows[250 : 250 + count])
    once = carry(v, *pair)
    assert (trees.digest(once) == trees.digest(v)) == (count == 0)
    assert trees.digest(carry(once, *pair)) == trees.digest(v)
    assert trees.digest(carry(v, *pair[::-1])) == trees.digest(once)
    assert all(isinstance(once[path], type(v[path])) for path in v)


def test_only_first_kernels_are_touched_and_only_in_the_rows_named():
    found = carry(A, (0, 7), (3, 499))
    assert {path for path in A if found[path] is not A[path]} == KERNELS
    for path in KERNELS:
        due = np.array(A[path])
        due[[0, 7, 3, 499]] = due[[3, 499, 0, 7]]
        np.testing.assert_array_equal(found[path], due)


def test_a_layer_whose_number_ends_in_zero_is_no_first_layer():
    deep = {"actor/10/kernel": jnp.eye(3), "actor/0/bias": jnp.arange(3.0)}
    assert trees.digest(carry(deep, (0,), (1,))) == trees.digest(deep)


def test_carrying_is_linear_so_the_vector_of_carried_agents_is_the_carried_vector():
    blue, yellow = WORLD.rows("blue"), WORLD.rows("yellow")
    v = isolate(carry(A, blue, yellow), carry(B, blue, yellow))
    assert trees.digest(v) == trees.digest(carry(isolate(A, B), blue, yellow))


@pytest.mark.parametrize("kind", [np.array, jnp.array])
def test_rows_may_be_arrays(kind):
    assert trees.digest(carry(A, kind([0, 2]), kind([4, 6]))) == trees.digest(
        carry(A, (0, 2), (4, 6))
    )


def test_carrying_works_inside_a_compiled_program():
    found = jax.jit(lambda agent: carry(agent, (0,), (1,)))(A)
    assert trees.digest(found) == trees.digest(carry(A, (0,), (1,)))


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ((0, 1), (2,), "2 rows for 1"),
        ((0, 0), (1, 2), "row 0 occurs more than once"),
        ((0, 1), (1, 2), "row 1 occurs more than once"),
        ((5,), (5,), "row 5 occurs more than once"),
        ((0,), (500,), "no row 500 in 'actor/0/kernel'.*\n.*0 to 499"),
        ((-1,), (0,), "no row -1"),
        ((True,), (False,), "whole numbers"),
    ],
)
def test_rows_that_cannot_be_exchanged_are_refused(first, second, message):
    with pytest.raises(InputError, match=message):
        carry(A, first, second)
