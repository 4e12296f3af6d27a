"""What an agent did, by the part that each goal plays."""

import math

import pytest

from telic.studies.goal_metrics import METRICS, SCORES, by_goal
from telic.trials import Result
from telic.trials.trial import DONOR, UNEDITED
from telic.worlds import Keys
from tests.studies.splice.measured import ADD, rates, trial


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


def parts(row, **goals):
    """The measures of one row by part."""
    unedited = row._replace(edit=UNEDITED)
    return by_goal([unedited, row], Keys(), **goals)[1]


def test_each_measure_is_the_one_of_its_role():
    told = parts(DONE, aim="purple", old="blue")
    assert {name: told.rates[name] for name in METRICS} == {
        "aim": 0.5,
        "old": 0.2,
        "other": 0.1,
        "fatal": 0.15,
        "timeout": 0.05,
        "length": 21.5,
        "return_aim": 0.44,
    }
    assert DONE.rates.items() <= {**told.rates}.items()
    assert told[:2] == DONE[:2] and told[3:] == DONE[3:]


def test_with_the_parts_exchanged_so_are_the_numbers():
    there, back = (
        parts(DONE, aim=aim, old=old).rates
        for aim, old in (("purple", "blue"), ("blue", "purple"))
    )
    assert (there["aim"], there["old"]) == (back["old"], back["aim"])
    assert there["other"] == back["other"] and there["fatal"] == back["fatal"]
    assert back["return_aim"] == 0.2


def scored(*ends):
    """The scores of rows of which the ends of episodes are named."""
    rows = [row(edit, **changes) for edit, changes in ends]
    return [r.rates for r in by_goal(rows, Keys(), aim="blue", old="purple")]


def test_scores_are_against_the_unedited_agent_and_the_donor_of_the_same_trial():
    before, donor, edit = scored(
        (UNEDITED, {"pick_blue": 0.1, "pick_red": 0.1, "wall": 0.1, "timeout": 0.1}),
        (DONOR, {"pick_blue": 0.9, "pick_red": 0.1}),
        ("add", {"pick_blue": 0.5, "pick_red": 0.2, "wall": 0.2, "timeout": 0.2}),
    )
    assert edit["efficacy"] == pytest.approx(0.5)
    assert edit["locality"] == pytest.approx(1 - 0.5 * 0.3)
    assert edit["retention"] == pytest.approx(0.6 / 0.8)
    assert (before["efficacy"], donor["efficacy"]) == (0.0, 1.0)
    assert before["locality"] == before["retention"] == 1.0
    assert set(SCORES) <= set(edit)


def test_without_a_donor_there_is_no_efficacy_but_the_rest_is_there():
    _, edit = scored(
        (UNEDITED, {"pick_blue": 0.1}), ("add", {"pick_blue": 0.5, "wall": 0.5})
    )
    assert math.isnan(edit["efficacy"])
    assert edit["retention"] == pytest.approx(0.5)


def test_a_trial_is_told_by_its_own_old_goal_and_any_aim():
    results = trial("purple", "blue", 0.7)
    found = by_goal(results, Keys(), aim="blue", old="purple")
    rates = {(r.edit, r.null): (r.rates["aim"], r.rates["old"]) for r in found}
    assert rates[ADD, ""] == pytest.approx((0.7, 0.3))
    assert rates[UNEDITED, ""] == (0, 1) and rates[DONOR, ""] == (1, 0)
    asked = by_goal(results, Keys(), aim="yellow", old="purple")
    assert asked[2].rates["aim"] == 0 and asked[2].rates["other"] == pytest.approx(0.7)
