"""Planting over seeds, from rows that were made up: known numbers."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.planted import DECOYS, NONE, RUNGS
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
    assert board.pairs["folded"] == 12 and board.pairs["layer 1"] == 12
    assert board.agents == sum(board.pairs.values()) + 1  # one donor is everybody's


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
    assert board.held["folded"].values == pytest.approx([0.9] * 6)


def test_a_false_alarm_is_to_be_as_sure_without_a_goal_as_with_one(board):
    assert board.methods["magnitude"].false.values.tolist() == [0.0] * 6
    assert board.methods["probe"].false.values.tolist() == [1.0] * 6


def test_an_alarm_is_false_above_what_95_of_100_goals_exceed(tmp_path, monkeypatch):
    every = boards.pairs
    nothing = [(10.0, 2.0), (2.0, 2.0), (10.0, 10.0)]

    def graded(variant, seed):
        """Goals of strength 1 to 100 over ten seeds; without a goal, 10 or 2."""
        rows = list(every(variant, seed))
        goals = {"trained on": [10.0 * seed + i for i in range(1, 11)]}
        graded = goals | {NONE: nothing[seed % 3]}
        for rung in dict.fromkeys(row.trial[0] for row in rows):
            first = next(row.trial[1] for row in rows if row.trial[0] == rung)
            pair = [row for row in rows if row.trial[:2] == (rung, first)]
            for copy, strength in enumerate(graded.get(rung, [1.0])):
                for row in pair:
                    value = strength if row.metric == "strength" else row.value
                    yield row._replace(value=value, trial=(rung, copy, *row.trial[2:]))

    monkeypatch.setattr(boards, "pairs", graded)
    found = boards.calibrated(tmp_path, range(10))
    # The mark is 5.95: over all seeds, as no seed has a hundred goals of its own.
    expected = [0.5, 0.0, 1.0] * 3 + [0.5]
    assert {m: s.false.values.tolist() for m, s in found.methods.items()} == (
        dict.fromkeys(boards.METHODS, expected)
    )


def test_variants_must_have_the_same_seeds(tmp_path):
    runs = boards.planted(tmp_path, SEEDS)
    runs["layer-1"].pop()
    with pytest.raises(InputError, match="variants with different seeds"):
        pages.variants_files(boards.CALIBRATE, runs)
