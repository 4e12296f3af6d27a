"""Principal directions: shares worked out by hand, and rotations that are rotations."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.vectors import by_chance, principal_shares, rotated, rotated_where_changed

RNG = np.random.default_rng


def test_a_change_along_the_strongest_direction_is_all_on_it():
    base = RNG(0).normal(size=(6, 4))
    left, _, right = np.linalg.svd(base, full_matrices=False)
    along, weakest = (5.0 * np.outer(left[:, i], right[i]) for i in (0, 3))
    np.testing.assert_allclose(principal_shares(along, base, 1), 1.0)
    np.testing.assert_allclose(principal_shares(weakest, base, 3), 0.0, atol=1e-12)
    crossed = np.outer(left[:, 0], right[3])
    np.testing.assert_allclose(principal_shares(crossed, base, 1), (1, 0, 0), atol=1e-9)


def test_a_rotated_change_has_the_expected_energy_in_principal_directions():
    base, change, rng = RNG(0).normal(size=(12, 8)), np.zeros((12, 8)), RNG(1)
    change[3, 2] = 7.0  # as far from a spread change as it gets
    turned = [rotated(change, rng) for _ in range(400)]
    drawn = np.array([principal_shares(each, base, 2) for each in turned])
    spread = np.std(drawn, axis=0) / np.sqrt(len(drawn))
    assert by_chance((12, 8), 2) == (2 / 12, 2 / 8, 4 / 96)
    assert (np.abs(np.mean(drawn, axis=0) - by_chance((12, 8), 2)) < 4 * spread).all()


def test_a_rotation_prefers_no_side():
    rng, unit = RNG(2), np.zeros((3, 3))
    unit[0, 0] = 1.0
    first = np.mean([rotated(unit, rng)[:, 0] for _ in range(600)], axis=0)
    assert np.abs(first).max() < 4 / np.sqrt(9 * 600)


def test_rotations_keep_singular_values_and_units_that_never_changed():
    change = RNG(3).normal(size=(7, 5))
    change[[1, 4]], change[:, 2] = 0.0, 0.0
    sizes = np.linalg.svd(change, compute_uv=False)
    for turn in (rotated, rotated_where_changed):
        turned = turn(change, RNG(4))
        assert not np.allclose(turned, change)
        found = np.linalg.svd(turned, compute_uv=False)
        np.testing.assert_allclose(found, sizes, atol=1e-12)
    assert not turned[[1, 4]].any() and not turned[:, 2].any()
    assert rotated(change, RNG(4))[[1, 4]].all()


@pytest.mark.parametrize("kept", [0, 5])
def test_directions_that_there_are_not_are_refused(kept):
    with pytest.raises(InputError, match=f"{kept} directions of"):
        principal_shares(np.ones((6, 4)), np.ones((6, 4)), kept)


def test_a_change_of_zeros_has_no_shares():
    with pytest.raises(InputError, match="zeros"):
        principal_shares(np.zeros((2, 2)), np.eye(2), 1)
