"""Damage: what falls when either goal is reached less often, and what predicts it."""

import numpy as np
import pytest

from telic.stats.rows import Row, join, rows_of
from telic.studies.contested.damage import EDITS, EVERY, NULLS, points_of, predicted
from telic.studies.contested.doses import KL, NORM
from telic.trials.trial import DONOR, UNEDITED


def trial(name, *changes, before=(0.1, 0.8)):
    """The rows of a trial: (aim, old, kl, norm) of each change and of its null."""
    ends = {UNEDITED: (*before, 0.0, 0.0), DONOR: (0.0, 0.0, 9.0, 9.0)}
    rows = [(edit, "", values) for edit, values in ends.items()]
    for number, (edit, null) in enumerate(changes):
        rows += [(("graft", number), "", edit), (("graft", number), "noise", null)]
    return [
        Row("doses", metric, value, name, condition, null)
        for condition, null, values in rows
        for metric, value in zip(("aim", "old", KL, NORM), values, strict=True)
    ]


GOOD, DEAD = (0.9, 0.0), (0.1, 0.2)
"""Shares of aim and old: a goal that was moved in full, and an agent that dies."""

CHANGES = [
    # The edit moves the goal; its null of the same norm does harm, and goes far.
    ((*GOOD, 1.0, 0.1), (*DEAD, 3.0, 0.1)),
    ((0.8, 0.0, 2.0, 0.4), (0.1, 0.1, 4.0, 0.4)),
    ((0.7, 0.0, 2.5, 0.2), (0.0, 0.1, 5.0, 0.2)),
]


def test_damage_is_the_fall_of_both_goals_together_from_the_trials_own_agent():
    other = trial((1,), ((0.5, 0.0, 1.0, 1.0), (0.5, 0.0, 1.0, 1.0)), before=(0.0, 0.5))
    found = points_of(rows_of([*trial((0,), *CHANGES), *other], seed=3))
    due = [0.0, 0.6, 0.1, 0.7, 0.2, 0.8, 0.0, 0.0]  # without the donor
    np.testing.assert_allclose(found.damage, due, atol=1e-9)
    assert found.kl.tolist() == [1, 3, 2, 4, 2.5, 5, 1, 1]
    assert found.null.tolist() == [False, True] * 4


def test_the_better_predictor_ranks_as_damage_does_in_every_set():
    rows = join([rows_of(trial((0,), *CHANGES), seed=seed) for seed in range(10)])
    found = predicted(rows)
    assert list(found) == [EVERY, EDITS, NULLS]
    every, edits, nulls = found.values()
    assert every.kl.estimate == pytest.approx(1.0) and every.kl.n == 10
    # Ranks 1 4 2 5 3 6 of damage, and 1.5 1.5 5.5 5.5 3.5 3.5 of the norm.
    assert every.norm.estimate == pytest.approx(4 / np.sqrt(17.5 * 16))
    assert every.difference.estimate > 0.7 and every.p <= 2 / 2**10
    assert (every.points, edits.points, nulls.points) == (6, 3, 3)
    assert edits.norm.estimate == nulls.norm.estimate == pytest.approx(0.5)


def test_a_predictor_that_ranks_the_wrong_way_round_does_not_predict():
    turned = [
        tuple((aim, old, -kl, -norm) for aim, old, kl, norm in pair) for pair in CHANGES
    ]
    found = predicted(join([rows_of(trial((0,), *turned), seed=s) for s in range(10)]))
    assert found[EVERY].kl.estimate == pytest.approx(-1.0)


def test_seeds_in_which_nothing_does_damage_are_left_out():
    still = ((*GOOD, 1.0, 0.1), (*GOOD, 2.0, 0.2))
    harmless = rows_of(trial((0,), still, still), seed=7)
    assert predicted(harmless) == {}
    both = join([rows_of(trial((0,), *CHANGES), seed=0), harmless])
    assert {each.kl.n for each in predicted(both).values()} == {1}
