"""Whole vectors, judged: who drops out of a cell, of a null's, and of none other."""

import numpy as np
import pytest

from telic.studies.isolation.edits import PLAIN, SPECIFIC
from telic.studies.isolation.judged import whole_vectors
from telic.studies.isolation.lander_metrics import LANDER
from telic.trials import Condition, Table
from telic.trials.trial import UNEDITED

NAN = float("nan")
SEEDS = (3, 5, 8, 9)
DOWN, UP = Condition(SPECIFIC, -1.0), Condition(SPECIFIC, 1.0)
# By row: fuel per landing, fuel per episode and landings of each seed.
ROWS = {
    (UNEDITED, ""): ([30, 31, 32, 33], [30, 30, 30, 30], [1, 1, 1, 1]),
    (DOWN, ""): ([36, 38, NAN, 40], [36, 38, 90, 40], [0.9, 0.9, 0, 1]),
    (DOWN, "near"): ([35, NAN, 33, 39], [35, 80, 33, 39], [1, 0, 1, 1]),
    (DOWN, "far"): ([20, 21, 22, 23], [20, 21, 22, 23], [1, 1, 1, 1]),
    (UP, ""): ([20, 21, 29, 23], [20, 21, 29, 23], [1, 1, 1, 1]),
    (UP, "near"): ([22, 22, 30, 24], [22, 22, 30, 24], [1, 1, 1, 1]),
}


@pytest.fixture(scope="module")
def found():
    """The trial, judged."""
    values = np.array([np.transpose(columns) for columns in ROWS.values()], float)
    measures = ("fuel_if_landed", "fuel", "landing")
    return whole_vectors(Table(SEEDS, tuple(ROWS), measures, values), LANDER)


def test_the_primary_measure_comes_first_and_every_vector_tried_is_there(found):
    assert list(found) == [DOWN, UP]
    assert [c.measure for c in found[DOWN].judged] == ["fuel_if_landed", "fuel"]


def test_a_seed_that_never_lands_drops_out_of_fuel_per_landing_alone(found):
    landed, burnt = found[DOWN].judged
    assert landed.missing == (8,) and landed.null_missing == {"near": (5,), "far": ()}
    assert landed.effect.verdict.rate.n == 3
    assert landed.effect.verdict.rate.estimate == pytest.approx((36 + 38 + 40) / 3)
    assert landed.change.n == 3 and landed.change.estimate == pytest.approx(20 / 3)
    assert burnt.missing == () and burnt.effect.verdict.rate.n == 4
    assert burnt.change.estimate == pytest.approx(21)


def test_a_null_is_compared_in_the_seeds_that_have_both(found):
    against = {a.null: a for a in found[DOWN].judged[0].effect.verdict.against}
    assert (against["near"].rate.n, against["near"].difference.n) == (3, 2)
    assert against["near"].difference.estimate == pytest.approx(1)
    assert (against["far"].rate.n, against["far"].difference.n) == (4, 3)


def test_what_is_added_should_lower_the_measure(found):
    (landed, _), (taken, _) = found[UP].judged, found[DOWN].judged
    (beside,) = landed.effect.verdict.against
    assert not landed.effect.verdict.more and taken.effect.verdict.more
    assert beside.right == 4 and beside.difference.estimate == pytest.approx(-1.25)
    assert landed.effect.worst == (8, 29.0) and taken.effect.worst == (3, 36.0)


def test_an_edit_that_shares_no_seed_with_a_null_is_not_judged():
    rows = {
        (UNEDITED, ""): ([30], [30], [1]),
        (Condition(PLAIN, -1.0), ""): ([36], [36], [1]),
        (Condition(PLAIN, -1.0), "near"): ([NAN], [80], [0]),
    }
    values = np.array([np.transpose(columns) for columns in rows.values()], float)
    table = Table((3,), tuple(rows), ("fuel_if_landed", "fuel", "landing"), values)
    (moved,) = whole_vectors(table, LANDER).values()
    landed, burnt = moved.judged
    assert landed.effect is None and landed.change.estimate == 6
    assert landed.null_missing == {"near": (3,)} and burnt.effect is not None
