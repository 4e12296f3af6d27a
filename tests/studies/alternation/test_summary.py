"""The study's numbers, against values worked out by hand."""

import dataclasses
from typing import ClassVar

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.stats import bootstrap_curve, iqm, wilson
from telic.studies.alternation.yardsticks import FOUNDING, SUCCESS
from telic.studies.learning import RETURN
from telic.worlds import Goal, Keys, Objective
from tests.studies.handmade import summed


@dataclasses.dataclass(frozen=True)
class Plain:
    """A world that says nothing of its goals but their objectives."""

    events: ClassVar = ("wall", "pick_blue", "pick_purple")
    actions: ClassVar = ("stay",)
    encoding: ClassVar = None
    limit: ClassVar = 5
    observation: ClassVar = (1,)
    failures: ClassVar = ()
    timeout: ClassVar = None
    goals: ClassVar = {
        name: Goal(Objective(name, {f"pick_{name}": 1})) for name in ("blue", "purple")
    }


@dataclasses.dataclass(frozen=True)
class Successful(Plain):
    """The same, where picking a key up is a success."""

    goals: ClassVar = {
        name: Goal(Objective(name, {f"pick_{name}": 1}), f"pick_{name}")
        for name in ("blue", "purple")
    }


def test_each_objective_has_a_return_in_every_rollout(runs):
    summary = summed(runs(5), Keys())
    # Seeds end a blue phase at 0.91 ... 0.95; of five, the middle three are averaged.
    assert summary.returns["blue"].estimate[3] == pytest.approx(0.93)
    # While blue is trained, purple is what is left.
    assert summary.returns["purple"].estimate[3] == pytest.approx(0.07)
    assert summary.returns["blue"].n.tolist() == [5] * 24


def test_the_band_is_the_bootstrap_over_seeds(runs):
    curve = summed(runs(5), Keys()).returns["blue"]
    ends = np.array([0.91, 0.92, 0.93, 0.94, 0.95])
    band = bootstrap_curve(ends[:, None], support=FOUNDING.support)
    assert curve.low[3] == pytest.approx(band.low[0])
    assert curve.high[3] == pytest.approx(band.high[0])
    assert curve.low[3] < 0.93 < curve.high[3]


def test_three_seeds_have_points_and_no_interval(runs):
    summary = summed(runs(3), Keys())
    assert np.isnan(summary.returns["blue"].low).all()
    assert summary.returns["blue"].values[:, 3].tolist() == [0.91, 0.92, 0.93]
    found = summary.judged[0].findings["last"]
    assert (found.estimate, found.low, found.n) == (pytest.approx(0.92), None, 3)


def test_a_missing_return_lowers_the_n_of_its_point_only(runs):
    rows = runs(5)
    rows[5][3]["return_blue"] = None
    curve = summed(rows, Keys()).returns["blue"]
    assert curve.n[2:5].tolist() == [5, 4, 5]
    assert curve.estimate[3] == pytest.approx(iqm(np.array([0.91, 0.92, 0.93, 0.94])))


def test_first_and_last_rollout_are_under_the_phases_own_objective(runs):
    summary = summed(runs(5), Keys())
    returned, success = (summary.switches.ends[each] for each in (RETURN, SUCCESS))
    assert returned.first == pytest.approx(np.full((5, 6), 0.1))
    assert returned.last[1] == pytest.approx(np.full(6, 0.92))
    assert success.last[1] == pytest.approx(np.full(6, 0.92))
    assert summary.last[RETURN].estimate == pytest.approx(np.full(6, 0.93))


def test_medians_are_taken_over_phases_from_the_third_on(runs):
    rows = runs(4)
    for at, value in ((11, 0.0), (15, 0.5)):  # the ends of phases 2 and 3
        wanted = rows[1][at]["objective"]
        rows[1][at][f"return_{wanted}"] = value
    settled = summed(rows, Keys()).judged[0].settled
    assert settled.last == pytest.approx([0.91, 0.92, 0.93, 0.94])  # of 0.5, 0.91, 0.91
    assert settled.worst == pytest.approx([0.5, 0.92, 0.93, 0.94])
    assert settled.met.tolist() == [False, False, False, True]


def test_the_share_of_seeds_that_meet_the_published_number_is_a_wilson_interval(runs):
    assert summed(runs(5), Keys()).judged[0].met == wilson(2, 5)


def test_updates_needed_are_counted_from_the_switch(runs):
    # 0.10, 0.37, 0.64, 0.91
    summary = summed(runs(4), Keys())
    assert summary.switches.needed[0.5][0].tolist() == [2] * 6
    assert summary.switches.needed[0.9][0].tolist() == [3] * 6
    findings = summary.judged[0].findings
    assert findings["needed_0.5"].estimate == 2
    assert findings["reached_0.9"].estimate == 1


def test_a_mark_never_reached_counts_as_the_whole_phase(runs):
    rows = runs(1)
    for row in rows[1][12:16]:
        row[f"return_{row['objective']}"] = 0.1
    summary = summed(rows, Keys())
    assert summary.switches.needed[0.5][0, 3] == np.inf
    assert summary.judged[0].settled.needed[0.5][0] == pytest.approx((4 + 2 + 2) / 3)
    assert summary.judged[0].settled.reached[0.5][0] == pytest.approx(2 / 3)


def test_outcomes_add_up_to_one(runs):
    rows = runs(4)
    for run in rows.values():
        end = run[-1]  # purple is wanted
        end.update(rate_pick_purple=0.5, rate_pick_blue=0.2, rate_pick_red=0.1)
        end.update(rate_pick_grey=0.05, rate_wall=0.02, rate_ball=0.03)
        end.update(rate_timeout=0.1)
    found = {k: c.estimate[-1] for k, c in summed(rows, Keys()).outcomes.items()}
    expected = {"wanted": 0.5, "other": 0.2, "third": 0.15, "fatal": 0.05}
    assert found == pytest.approx(expected | {"timeout": 0.1})
    assert sum(found.values()) == pytest.approx(1)


def test_without_the_rates_of_successes_there_are_no_outcomes_but_events(runs):
    rows = {
        seed: [
            {k: v for k, v in row.items() if not k.startswith("rate_pick")}
            | {"rate_wall": 0.5}
            for row in run
        ]
        for seed, run in runs(4).items()
    }
    summary = summed(rows, Keys())
    assert summary.outcomes == {}
    (judged,) = summary.judged
    assert judged.findings["success_last"] is None
    assert judged.findings["last"] is not None
    assert list(summary.events) == ["wall"]


def test_too_few_phases_give_no_findings(runs):
    summary = summed(runs(5, phases=3), Keys())
    (judged,) = summary.judged
    assert judged.met is None and not summary.is_settled
    assert set(judged.findings.values()) == {None}


def test_a_return_outside_the_range_of_the_yardstick_is_refused(runs):
    rows = runs(4)
    for run in rows.values():
        run[0]["return_blue"] = -3.0
    with pytest.raises(InputError, match="support"):
        summed(rows, Keys())
    assert summed(rows, Plain()).returns["blue"].estimate[0] == -3


def test_a_world_with_successes_is_judged_by_them(runs):
    summary = summed(runs(5), Successful())
    (judged,) = summary.judged
    assert summary.yardstick.measure == SUCCESS and summary.yardstick.enough == 0.9
    assert judged.findings["last"].estimate == pytest.approx(0.93)
    assert judged.met == wilson(5, 5)
    assert judged.settled.needed[0.9].tolist() == [3] * 5
    assert list(summary.outcomes) == ["wanted", "other"]  # the world says no more
    assert "0.1" not in summary.yardstick.pays
    assert "blue = +1 × pick_blue" in summary.yardstick.pays


def test_a_world_without_successes_is_judged_by_the_returns_of_each_objective(runs):
    summary = summed(runs(5), Plain())
    assert [each.objectives for each in summary.judged] == [("blue",), ("purple",)]
    assert summary.outcomes == {} and set(summary.events) == {
        "pick_blue",
        "pick_purple",
    }
    blue = summary.judged[0]
    assert blue.findings["last"].estimate == pytest.approx(0.93)
    assert blue.met is None and blue.settled.needed == {}


def test_a_success_that_happens_more_than_once_is_no_error(runs):
    rows = runs(4)
    for run in rows.values():
        run[-1]["rate_pick_purple"] = 3.0
    summary = summed(rows, Successful())
    assert summary.last[SUCCESS].estimate[-1] == 3
    assert summary.outcomes["wanted"].estimate[-1] == 1
