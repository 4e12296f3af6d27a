"""The fit finds a planted map, no more of it than asked for, and else does nothing."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from telic.core.errors import InputError
from telic.vectors import fit_transport, regress

X = jax.random.normal(jax.random.key(0), (200, 5)) @ jnp.diag(jnp.arange(1.0, 6.0)) + 2
MATRIX = jax.random.normal(jax.random.key(1), (5, 5))
SHIFT = jnp.arange(5.0)
Y = X @ MATRIX + SHIFT[None]
numbers = st.floats(-4, 4, width=32)


def test_a_planted_affine_map_is_recovered():
    found = fit_transport(X, Y, ridge=1e-6)
    np.testing.assert_allclose(found.matrix, MATRIX, atol=1e-3)
    np.testing.assert_allclose(found.shift, SHIFT, atol=1e-2)
    assert found.explained == pytest.approx(1, abs=1e-5)


def test_half_of_a_change_that_is_half_noise_is_explained():
    key = jax.random.key(2)
    x = jax.random.normal(key, (20_000, 2))
    noise = jax.random.normal(jax.random.key(3), (20_000, 2))
    assert fit_transport(x, 2 * x + noise).explained == pytest.approx(0.5, abs=0.02)


def test_a_change_of_rank_one_is_recovered_by_rank_one():
    planted = jnp.eye(5) + jnp.outer(SHIFT, jnp.ones(5))
    found = fit_transport(X, X @ planted, ridge=1e-6, rank=1)
    np.testing.assert_allclose(found.matrix, planted, atol=1e-2)
    np.testing.assert_allclose(found.shift, 0, atol=0.05)


@pytest.mark.parametrize("rank", [1, 2, 4, 5, 9])
def test_the_change_has_at_most_the_rank_asked_for(rank):
    found = fit_transport(X, Y, ridge=1e-6, rank=rank)
    values = np.linalg.svd(np.asarray(found.matrix) - np.eye(5), compute_uv=False)
    assert (values[:rank] > 1e-2).all()
    assert (values[rank:] < 1e-4).all()


def test_a_higher_rank_explains_more_and_no_cut_is_the_full_rank():
    shares = [
        fit_transport(X, Y, ridge=1e-6, rank=rank).explained for rank in range(1, 6)
    ]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.99 < shares[-1]
    full, none = fit_transport(X, Y, rank=5), fit_transport(X, Y)
    np.testing.assert_allclose(full.matrix, none.matrix, atol=1e-4)


def test_a_huge_ridge_leaves_all_but_the_mean_alone():
    found = fit_transport(X, Y, ridge=1e9)
    np.testing.assert_allclose(found.matrix, np.eye(5), atol=1e-6)
    np.testing.assert_allclose(found.shift, (Y - X).mean(axis=0), rtol=1e-5)
    assert found.explained == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(("ridge", "left"), [(1.0, 1 / 2), (3.0, 1 / 4)])
def test_a_ridge_of_one_halves_what_is_learnt_of_units_of_one_variance(ridge, left):
    drawn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(50, 4)))
    x = jnp.asarray(3 * (drawn - drawn.mean(axis=0)), jnp.float32)
    x = jnp.asarray(np.linalg.qr(np.asarray(x))[0]) * 7 + 2  # of mean 2, uncorrelated
    goal = jnp.arange(8.0).reshape(4, 2)
    found = regress(x, x @ goal + 1, ridge=ridge)
    np.testing.assert_allclose(found.matrix, left * goal, rtol=1e-3, atol=1e-3)
    fitted = fit_transport(x, 3 * x, ridge=ridge)
    np.testing.assert_allclose(fitted.matrix, (1 + 2 * left) * np.eye(4), atol=1e-3)


def test_a_regression_finds_a_planted_map_to_another_number_of_units():
    goal, start = MATRIX[:, :2], jnp.array([4.0, -1.0])
    found = regress(X, X @ goal + start[None], ridge=1e-6)
    np.testing.assert_allclose(found.matrix, goal, atol=1e-3)
    np.testing.assert_allclose(found.shift, start, atol=1e-2)
    assert found.explained == pytest.approx(1, abs=1e-5)
    nothing = regress(X, X @ goal, ridge=1e9)
    np.testing.assert_allclose(nothing.matrix, 0, atol=1e-6)
    np.testing.assert_allclose(nothing.shift, (X @ goal).mean(axis=0), rtol=1e-5)


def test_pairs_that_are_equal_give_the_identity():
    found = fit_transport(X, X)
    np.testing.assert_array_equal(found.matrix, np.eye(5))
    np.testing.assert_array_equal(found.shift, np.zeros(5))
    assert found.explained == 1


def test_dead_units_are_left_alone():
    dead = X.at[:, 3].set(0.0)
    found = fit_transport(dead, (dead @ MATRIX).at[:, 3].set(0.0))
    np.testing.assert_allclose(found.matrix[3], np.eye(5)[3], atol=1e-5)
    assert jnp.isfinite(found.matrix).all()


def test_one_observation_seen_often_gives_only_a_shift():
    x, y = jnp.ones((10, 3)), jnp.full((10, 3), 4.0)
    found = fit_transport(x, y)
    np.testing.assert_array_equal(found.matrix, np.eye(3))
    assert found.shift.tolist() == [3, 3, 3]


def test_the_ridge_is_in_the_unit_of_the_activations():
    one, hundred = (
        fit_transport(X, Y, ridge=0.5),
        fit_transport(100 * X, 100 * Y, ridge=0.5),
    )
    np.testing.assert_allclose(hundred.matrix, one.matrix, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(hundred.shift, 100 * one.shift, rtol=1e-3, atol=1e-2)
    assert not np.allclose(one.matrix, MATRIX, atol=0.05)


@settings(max_examples=30)
@given(
    arrays(np.float32, (6, 3), elements=numbers),
    arrays(np.float32, (6, 3), elements=numbers),
    st.sampled_from([1e-3, 0.1, 10.0]),
    st.sampled_from([None, 1, 2]),
)
def test_what_is_explained_is_a_share_whatever_the_pairs(x, y, ridge, rank):
    found = fit_transport(jnp.asarray(x), jnp.asarray(y), ridge=ridge, rank=rank)
    assert jnp.isfinite(found.matrix).all()
    assert -1e-4 <= found.explained <= 1 + 1e-6


@pytest.mark.parametrize(
    "option",
    [
        {"ridge": 0.0},
        {"ridge": -1.0},
        {"ridge": float("nan")},
        {"ridge": float("inf")},
        {"rank": 0},
        {"rank": -2},
    ],
)
def test_a_fit_refuses_a_ridge_or_rank_out_of_range(option):
    ((name, value),) = option.items()
    with pytest.raises(InputError, match=f"{name} = {value}"):
        fit_transport(X, Y, **option)
