"""Principal components find the line on which planted agents lie."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.core.errors import InputError
from telic.vectors import principal_axes, separation

RNG = np.random.default_rng(0)
LINE = {"k": RNG.normal(size=(6, 4)), "b": RNG.normal(size=4)}


def agent(swing, drift):
    """An agent that swings along one line and drifts along another, with noise."""
    return {
        path: swing * leaf + 0.05 * RNG.normal(size=leaf.shape) + drift * (path == "b")
        for path, leaf in LINE.items()
    }


AGENTS = [agent(swing=3 * (-1) ** i, drift=0.3 * i) for i in range(8)]
LABELS = ["blue", "purple"] * 4


def test_the_first_axis_is_the_planted_swing_and_tells_the_kinds_apart():
    found = principal_axes(AGENTS, count=3)
    assert found.shares[0] > 0.9
    assert separation(found.coordinates[:, 0], LABELS) == 1
    planted = np.concatenate([LINE["b"], LINE["k"].ravel()])
    cosine = found.axes[0] @ planted / np.linalg.norm(planted)
    assert abs(cosine) > 0.98


def test_components_of_three_corners_are_those_worked_out_by_hand():
    corners = [{"a": np.array(xy)} for xy in ([3.0, 0.0], [-3.0, 0.0], [0.0, 3.0])]
    found = principal_axes(corners)
    np.testing.assert_allclose(found.shares, [0.75, 0.25])
    np.testing.assert_allclose(found.axes, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(
        found.coordinates, [[3, -1], [-3, -1], [0, 2]], atol=1e-12
    )


def test_jaxs_arrays_have_the_components_of_numpys():
    of_jax = [{p: jnp.asarray(x, jnp.float32) for p, x in a.items()} for a in AGENTS]
    one, two = principal_axes(of_jax), principal_axes(AGENTS)
    np.testing.assert_allclose(one.coordinates, two.coordinates, atol=1e-4)


def test_agents_that_are_all_the_same_lie_at_zero():
    found = principal_axes([AGENTS[0]] * 3)
    np.testing.assert_array_equal(found.coordinates, 0)
    np.testing.assert_array_equal(found.shares, 0)


def test_coordinates_are_centred_and_axes_are_orthonormal():
    found = principal_axes(AGENTS, count=3)
    np.testing.assert_allclose(found.coordinates.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(3), atol=1e-9)
    assert (np.diff(found.shares) <= 0).all() and found.shares.sum() <= 1 + 1e-9


def test_the_sign_of_an_axis_does_not_depend_on_the_order_of_the_agents():
    one, two = principal_axes(AGENTS), principal_axes(AGENTS[::-1])
    np.testing.assert_allclose(one.coordinates, two.coordinates[::-1], atol=1e-8)


def test_separation_does_not_care_which_side_is_which_and_ties_say_nothing():
    assert separation(np.array([5.0, 6.0, 0.0, 1.0]), list("ppbb")) == 1
    assert separation(np.zeros(4), list("ppbb")) == 0.5


@given(st.permutations(range(6)), st.lists(st.integers(-9, 9), min_size=6, max_size=6))
def test_separation_does_not_depend_on_the_order_or_the_unit(order, values):
    points, labels = np.array(values, float), np.array(list("ppbbbp"))
    found = separation(points, labels.tolist())
    assert 0.5 <= found <= 1
    moved = separation(7 - 2 * points[order], labels[order].tolist())
    assert moved == pytest.approx(found)


def test_separation_is_the_share_of_pairs_in_order():
    assert separation(np.array([1.0, 3.0, 2.0, 4.0]), list("ppbb")) == 0.75


def test_too_few_agents_and_too_many_kinds_are_refused():
    with pytest.raises(InputError, match="components"):
        principal_axes(AGENTS[:2], count=2)
    with pytest.raises(InputError, match="two kinds"):
        separation(np.zeros(3), list("abc"))
    with pytest.raises(InputError, match="two kinds"):
        separation(np.zeros(3), list("aaa"))
    with pytest.raises(InputError, match="one label an agent"):
        separation(np.zeros(3), list("ab"))
    with pytest.raises(InputError, match="0 components"):
        principal_axes(AGENTS, count=0)
    with pytest.raises(InputError, match="'b'"):
        principal_axes([AGENTS[0], {"k": LINE["k"]}], count=1)
