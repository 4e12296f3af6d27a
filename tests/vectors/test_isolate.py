"""Task vectors are an algebra: what was added can be taken back."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic import vectors
from telic.core import trees
from telic.core.errors import InputError
from telic.policies import create
from tests.small import KEYS as WORLD
from tests.small import POLICY

A, B, C = (create(jax.random.key(seed), POLICY, WORLD) for seed in range(3))
FINITE = st.floats(-3, 3, allow_nan=False, width=32)


def close(a, b):
    """Whether two trees are equal up to rounding."""
    trees.check_alike(a, b)
    return all(np.allclose(a[path], b[path], atol=1e-5) for path in a)


def test_a_task_vector_leads_from_before_to_after():
    assert close(vectors.move_along(A, vectors.task_vector(A, B)), B)


@given(FINITE)
def test_what_was_added_can_be_subtracted(coefficient):
    v = vectors.task_vector(A, B)
    moved = vectors.move_along(C, v, coefficient=coefficient)
    assert close(vectors.move_along(moved, v, coefficient=-coefficient), C)


def test_coefficient_zero_is_the_agent_itself_bit_for_bit():
    huge = {path: jnp.full_like(leaf, jnp.inf) for path, leaf in A.items()}
    for v in (vectors.task_vector(A, B), huge):
        assert trees.digest(vectors.move_along(A, v, coefficient=0.0)) == trees.digest(
            A
        )


def test_an_agent_moves_by_the_coefficient_times_the_vector():
    agent, v = {"a": jnp.array([1.0, 2.0])}, {"a": jnp.array([10.0, -4.0])}
    assert vectors.move_along(agent, v)["a"].tolist() == [11, -2]
    assert vectors.move_along(agent, v, coefficient=-0.5)["a"].tolist() == [-4, 4]
    assert vectors.task_vector(v, agent)["a"].tolist() == [-9, 6]
    assert vectors.interpolate(agent, v, 1.5)["a"].tolist() == [14.5, -7]
    assert vectors.mean([agent, v, v])["a"].tolist() == [7, -2]


def test_the_ends_of_an_interpolation_are_the_agents_bit_for_bit():
    for share, end in ((0.0, A), (1.0, B)):
        assert trees.digest(vectors.interpolate(A, B, share)) == trees.digest(end)
    half = vectors.interpolate(A, B, 0.5)
    assert close(half, vectors.mean([A, B]))


def test_the_difference_of_two_agents_does_not_depend_on_their_base():
    first = vectors.task_vector(C, A), vectors.task_vector(C, B)
    difference = trees.add(first[0], trees.scale(first[1], -1.0))
    assert close(vectors.task_vector(B, A), difference)


def test_the_mean_of_vectors_that_cancel_is_nothing():
    v = vectors.task_vector(A, B)
    assert float(trees.norm(vectors.mean([v, trees.scale(v, -1.0)]))) == 0


def test_views_are_parts_that_add_up_to_the_whole():
    v = vectors.task_vector(A, B)
    actor, critic = vectors.restrict(v, "actor/"), vectors.restrict(v, "critic/")
    assert trees.digest(trees.add(actor, critic)) == trees.digest(v)
    assert trees.digest(vectors.restrict(v, "actor/", "critic/")) == trees.digest(v)
    layers = [vectors.restrict(v, f"actor/{i}/") for i in range(POLICY.actor_layers)]
    total = layers[0]
    for layer in layers[1:]:
        total = trees.add(total, layer)
    assert trees.digest(total) == trees.digest(actor)


def test_wrong_shapes_names_and_numbers_are_refused_by_name():
    other = create(jax.random.key(0), dataclasses.replace(POLICY, width=16), WORLD)
    with pytest.raises(InputError, match="actor/0"):
        vectors.task_vector(A, other)
    fewer = {path: leaf for path, leaf in A.items() if path != "critic/1/bias"}
    with pytest.raises(InputError, match="critic/1/bias"):
        vectors.task_vector(A, fewer)
    with pytest.raises(InputError, match="actor/9/"):
        vectors.restrict(A, "actor/9/")
    for call in (vectors.move_along, vectors.task_vector):
        with pytest.raises(InputError, match="actor/0"):
            call(A, other)
    with pytest.raises(InputError, match="actor/0"):
        vectors.move_along(A, other, coefficient=0.0)
    with pytest.raises(InputError, match="actor/0"):
        vectors.interpolate(A, other, 1.0)
    for bad in (float("nan"), float("inf")):
        with pytest.raises(InputError, match="finite"):
            vectors.move_along(A, A, coefficient=bad)
        with pytest.raises(InputError, match="finite"):
            vectors.interpolate(A, B, bad)
    with pytest.raises(InputError, match="at least one"):
        vectors.mean([])


def test_a_vector_is_a_plain_tree_of_the_same_form():
    v = vectors.task_vector(A, B)
    assert {path: leaf.shape for path, leaf in v.items()} == {
        path: leaf.shape for path, leaf in A.items()
    }
    assert all(leaf.dtype == jnp.float32 for leaf in v.values())


def test_numpys_arrays_lead_to_the_same_as_jaxs_and_come_back_as_jaxs():
    a, b = trees.flatten(A), trees.flatten(B)
    pairs = [
        (vectors.task_vector(a, b), vectors.task_vector(A, B)),
        (vectors.move_along(a, b, coefficient=0.0), A),
        (
            vectors.move_along(a, b, coefficient=2.0),
            vectors.move_along(A, B, coefficient=2.0),
        ),
        (vectors.interpolate(a, b, 1.0), B),
        (vectors.mean([a, b]), vectors.mean([A, B])),
        (vectors.mean([a]), A),
        (vectors.restrict(a, "actor/"), vectors.restrict(A, "actor/")),
    ]
    for of_numpy, of_jax in pairs:
        assert all(isinstance(leaf, jax.Array) for leaf in of_numpy.values())
        assert trees.digest(of_numpy) == trees.digest(of_jax)
