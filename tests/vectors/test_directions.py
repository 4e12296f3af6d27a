"""Directions: the way from one mean to another, and ones that are just random."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.vectors import difference_of_means, random_unit


def test_the_difference_of_means_leads_from_the_one_to_the_other():
    towards = jnp.array([[1.0, 2.0], [3.0, 6.0]])
    away = jnp.array([[0.0, 5.0], [0.0, 1.0], [3.0, 0.0]])
    assert difference_of_means(towards, away).tolist() == [1.0, 2.0]
    assert difference_of_means(away, towards).tolist() == [-1.0, -2.0]


def test_a_set_does_not_differ_from_itself_in_another_order():
    x = jnp.arange(12.0).reshape(4, 3)
    np.testing.assert_allclose(difference_of_means(x, x[::-1]), 0, atol=1e-6)


def test_a_planted_direction_is_found():
    drawn = jax.random.normal(jax.random.key(0), (4000, 8))
    planted = jnp.arange(8.0)
    found = difference_of_means(drawn[:2000] + planted[None], drawn[2000:])
    np.testing.assert_allclose(found, planted, atol=0.15)


@pytest.mark.parametrize("units", [1, 2, 128])
def test_a_random_direction_has_length_one(units):
    found = random_unit(jax.random.key(units), units)
    assert found.shape == (units,)
    assert float(jnp.linalg.norm(found)) == pytest.approx(1, rel=1e-6)


def test_random_directions_are_uniform_over_the_sphere():
    keys = jax.random.split(jax.random.key(0), 4000)
    found = np.asarray(jax.jit(jax.vmap(lambda key: random_unit(key, 3)))(keys))
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose(found.T @ found / len(found), np.eye(3) / 3, atol=0.03)
    # On a sphere in three dimensions every coordinate is uniform (Archimedes).
    share = np.histogram(found[:, 0], bins=4, range=(-1, 1))[0] / len(found)
    np.testing.assert_allclose(share, 0.25, atol=0.03)


def test_the_key_decides_the_random_direction():
    one, same, two = (random_unit(jax.random.key(seed), 8) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert (one != two).all()
