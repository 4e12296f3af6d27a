"""Stacks of observations: zeros first, then the last ones, the oldest first."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.worlds import GymWorld, Stacked
from tests.worlds.simulators import walk


def test_a_stack_holds_the_last_observations_and_begins_with_zeros():
    stacked, _ = walk(Stacked("CartPole-v1", frames=3), (5,), steps=60)
    plain, _ = walk(GymWorld("CartPole-v1"), (5,), steps=60)
    seen, alone = stacked.before[:, 0], plain.before[:, 0]
    assert seen.shape == (60, 12)
    begins = [0, *(1 + np.flatnonzero(plain.terminated[:-1, 0]))]
    assert len(begins) > 1
    for time in range(60):
        age = time - max(begin for begin in begins if begin <= time)
        for back in range(3):
            due = alone[time - back] if back <= age else np.zeros(4)
            found = seen[time, 4 * (2 - back) : 4 * (3 - back)]
            np.testing.assert_array_equal(found, due)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Stacked("CartPole-v1", frames=0), "frames = 0"),
        (lambda: Stacked("FrozenLake-v1").observation, "observations of the kind"),
    ],
)
def test_what_cannot_be_stacked_is_refused(make, words):
    with pytest.raises(InputError, match=words):
        make()
