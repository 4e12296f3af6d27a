"""What an agent did, by the part that each goal plays."""

import math

import pytest

from telic.core.errors import DamagedError
from telic.studies.goal_metrics import METRICS, by_role, scored, trial_by_role
from telic.trials import Result
from telic.trials.trial import DONOR, UNEDITED
from telic.worlds import Keys
from tests.studies.stored import rates, trial


def row(edit="add", null="", **changes):
    """A row in which only what is named happens."""
    return Result(edit, null, rates(**changes), 4, 2.0, True)


DONE = row(
    pick_purple=0.5,
    pick_blue=0.2,
    pick_green=0.05,
    pick_red=0.05,
    wall=0.08,
    bump=0.04,
    ball=0.03,
    timeout=0.05,
    length=21.5,
    return_purple=0.44,
    return_blue=0.2,
)


def test_each_measure_is_the_one_of_its_role():
    told = by_role(DONE, Keys(), aim="purple", old="blue")
    assert tuple(told.rates) == METRICS
    assert told.rates == {
        "aim": 0.5,
        "old": 0.2,
        "other": 0.1,
        "fatal": 0.15,
        "timeout": 0.05,
        "length": 21.5,
        "return_aim": 0.44,
    }
    assert told[:2] == DONE[:2] and told[3:] == DONE[3:]


def test_with_the_parts_exchanged_so_are_the_numbers():
    there, back = (
        by_role(DONE, Keys(), aim=aim, old=old).rates
        for aim, old in (("purple", "blue"), ("blue", "purple"))
    )
    assert (there["aim"], there["old"]) == (back["old"], back["aim"])
    assert there["other"] == back["other"] and there["fatal"] == back["fatal"]
    assert back["return_aim"] == 0.2


@pytest.mark.parametrize("measure", ["pick_purple", "wall", "length", "return_purple"])
def test_a_row_that_lacks_a_measure_is_damaged_and_the_measure_named(measure):
    less = {name: rate for name, rate in DONE.rates.items() if name != measure}
    with pytest.raises(DamagedError, match=measure):
        by_role(DONE._replace(rates=less), Keys(), aim="purple", old="blue")


def told(edit, null="", **changes):
    """A row by role."""
    nothing = dict.fromkeys(METRICS, 0.0)
    return Result(edit, null, {**nothing, **changes}, 0, 0.0, False)


def test_scores_are_against_the_unedited_agent_and_the_donor_of_the_same_trial():
    rows = [
        told(UNEDITED, aim=0.1, other=0.1, fatal=0.1, timeout=0.1),
        told(DONOR, aim=0.9, other=0.1),
        told("add", aim=0.5, other=0.2, fatal=0.2, timeout=0.2),
    ]
    before, donor, edit = (r.rates for r in scored(rows))
    assert edit["efficacy"] == pytest.approx(0.5)
    assert edit["locality"] == pytest.approx(1 - 0.5 * 0.3)
    assert edit["retention"] == pytest.approx(0.6 / 0.8)
    assert (before["efficacy"], donor["efficacy"]) == (0.0, 1.0)
    assert before["locality"] == before["retention"] == 1.0


def test_without_a_donor_there_is_no_efficacy_but_the_rest_is_there():
    found = scored([told(UNEDITED, aim=0.1), told("add", aim=0.5, fatal=0.5)])
    assert math.isnan(found[1].rates["efficacy"])
    assert found[1].rates["retention"] == pytest.approx(0.5)


def test_a_stored_trial_is_told_by_its_own_old_colour_and_any_aim():
    found = trial_by_role(trial("purple", "blue", 0.7), Keys(), aim="blue")
    shares = {(r.edit, r.null): (r.rates["aim"], r.rates["old"]) for r in found}
    assert shares["add", ""] == pytest.approx((0.7, 0.3))
    assert shares[UNEDITED, ""] == (0, 1) and shares[DONOR, ""] == (1, 0)
    asked = trial_by_role(trial("purple", "blue", 0.7), Keys(), aim="yellow")
    assert asked[2].rates["aim"] == 0 and asked[2].rates["other"] == pytest.approx(0.7)
