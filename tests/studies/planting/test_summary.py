"""Planting over seeds, from rows that were made up: known numbers."""

from typing import Any

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.planted import DECOYS, NONE, ONE_RUN, RUNGS, TWINS
from telic.studies import pages
from tests.studies import boards

SEEDS = range(6)


@pytest.fixture
def board(tmp_path):
    """The calibrate study over six seeds."""
    return boards.calibrated(tmp_path, SEEDS)


def test_pairs_and_agents_are_counted_over_all_variants(board):
    assert board.seeds == tuple(SEEDS)
    for scores in board.methods.values():
        assert set(scores.weights) == set(RUNGS) - {"layer 2"}
    assert board.pairs["folded"].number == board.pairs["layer 1"].number == 12
    pairs = sum(did.number for did in board.pairs.values())
    assert board.agents == pairs + 1  # one donor is everybody's


def test_a_seeds_number_is_the_mean_over_its_pairs(board):
    magnitude, probe = board.methods["magnitude"], board.methods["probe"]
    assert magnitude.weights["folded"].values.tolist() == [1.0] * 6
    assert probe.units["layer 1"].values == pytest.approx(
        [0.5 + 0.01 * s for s in SEEDS]
    )
    assert probe.decoys[DECOYS[0]].values.tolist() == [0.5] * 6
    assert np.ptp(magnitude.curves.size.values) == pytest.approx(0)
    assert board.methods["random"].seconds == 0.25
    assert board.faithful["routed"]["magnitude"].shape == (6, 3)
    assert board.chance["folded"].values == pytest.approx([0.01] * 6)
    assert magnitude.average["branches"].values.tolist() == [0.5] * 6


def test_pairs_in_which_the_goal_did_not_take_are_counted_and_kept(board):
    taken, half = board.pairs["folded"], board.pairs["branches"]
    assert (taken.untaken, half.untaken) == (0, 6) and half.number == 12
    assert taken.own["donor"].values == pytest.approx([0.9] * 6)
    assert half.own["donor"].values == pytest.approx([0.6] * 6)
    assert board.methods["magnitude"].weights["branches"].values.tolist() == [1.0] * 6


def test_a_graft_of_the_truth_is_told_beside_that_of_all_else(board):
    did = board.pairs["routed"]
    assert did.before.values == pytest.approx([0.0] * 6)
    assert did.grafts["truth"].values == pytest.approx([0.85] * 6)
    assert did.grafts["all else"].values == pytest.approx([0.05] * 6)
    assert did.grafts["decoys"].interval is None and not did.second
    second = board.pairs[DECOYS[-1]].second
    assert second["donor"].values == pytest.approx([0.6] * 6)


def test_a_false_alarm_is_to_be_as_sure_without_a_goal_as_with_one(board):
    for rung in (NONE, TWINS, ONE_RUN):
        assert board.methods["magnitude"].false[rung].values.tolist() == [0.0] * 6
        assert board.methods["probe"].false[rung].values.tolist() == [1.0] * 6


def strengths(monkeypatch, given):
    """Made-up pairs whose strengths a function of rung and seed gives."""
    every = boards.pairs

    def graded(variant, seed):
        rows: list[Any] = list(every(variant, seed))
        for rung in dict.fromkeys(row.trial[0] for row in rows):
            first = next(row.trial[1] for row in rows if row.trial[0] == rung)
            pair = [row for row in rows if row.trial[:2] == (rung, first)]
            for copy, strength in enumerate(given(rung, seed)):
                for row in pair:
                    value = strength if row.metric == "strength" else row.value
                    yield row._replace(value=value, trial=(rung, copy, *row.trial[2:]))

    monkeypatch.setattr(boards, "pairs", graded)


def test_an_alarm_is_false_above_what_95_of_100_goals_exceed(tmp_path, monkeypatch):
    nothing = [(10.0, 2.0), (2.0, 2.0), (10.0, 10.0)]

    def given(rung, seed):
        """Goals of strength 1 to 100 over eleven seeds; without a goal, 10 or 2."""
        goals = [10.0 * (seed - 1) + i for i in range(1, 11)] if seed else [0.5]
        return {"trained on": goals, NONE: nothing[seed % 3]}.get(rung, [1.0])

    strengths(monkeypatch, given)
    found = boards.calibrated(tmp_path, range(11))
    # The mark is 4.5; for the first two seeds, without their own goals, 5.95 and 14.5.
    expected = [0.5, 0.0, *[1.0, 0.5, 0.0] * 3]
    assert {m: s.false[NONE].values.tolist() for m, s in found.methods.items()} == (
        dict.fromkeys(boards.METHODS, expected)
    )


def test_a_seeds_alarms_are_judged_by_the_pairs_of_the_others(tmp_path, monkeypatch):
    # Seed 0 alone is sure of nothing; its own goals must not lower its mark.
    def given(rung, seed):
        weak = {"trained on": [1.0], NONE: [2.0], "branches": [1.0], ONE_RUN: [2.0]}
        return [x + 4 * (seed > 0) for x in weak.get(rung, [1.0])]

    strengths(monkeypatch, given)
    found = boards.calibrated(tmp_path, range(3)).methods["magnitude"].false
    # Seed 0: 2 below the others' 5. Seeds 1, 2: 6 above their others' 1 to 5.
    assert found[NONE].values.tolist() == [0.0, 1.0, 1.0]
    assert found[ONE_RUN].values.tolist() == [0.0, 1.0, 1.0]


def test_one_seed_alone_has_no_threshold(tmp_path):
    found = boards.calibrated(tmp_path, range(1)).methods["magnitude"].false
    assert found[NONE].interval is None and np.isnan(found[NONE].values).all()


def test_variants_must_have_the_same_seeds(tmp_path):
    runs = boards.planted(tmp_path, SEEDS)
    runs["layer-1"].pop()
    with pytest.raises(InputError, match="variants with different seeds"):
        pages.variants_files(boards.CALIBRATE, runs)
