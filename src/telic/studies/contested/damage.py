"""Collateral damage of changes of weights, and which distance predicts it.

An edit of the goal should change which of the two goals an agent reaches, and nothing
else. So its damage is the fall in the share of episodes that reach *either* goal, the
old or the aim (in a world whose goals have no event of success: the fall in the sum of
the two returns). An edit that moves the goal in full has none; one after which agents
die, run out of time or fetch something else has as much as such episodes became more.

In each seed, all changes of weights that the study tries (doses, grafts, vectors of
branches, and all of their nulls) are ranked by damage, by KL on visited states and by
the relative norm; the two rank correlations with damage are compared, paired by seed.
The claim is judged on the edits alone: a null has its edit's norm, so among nulls the
norm has few values and can rank little. Nulls alone, and both together, stand beside.
KL counts the intended change of goal as well, which is no damage; that is part of the
claim. Shifts of activations are left out: they have no norm to compare with weights'.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from telic.stats import (
    Interval,
    bootstrap,
    paired_difference,
    permutation_test,
    rank_correlation,
)
from telic.stats.rows import Rows
from telic.studies.contested.doses import KL, NORM
from telic.trials.trial import DONOR, UNEDITED

EVERY, EDITS, NULLS = "edits and nulls", "edits alone", "nulls alone"
SETS = (EVERY, EDITS, NULLS)
FAIR = EDITS
"""The set on which the claim is judged."""

GOALS = ("aim", "old")
"""The measures whose sum an edit of the goal should leave as it is."""


class Points(NamedTuple):
    """The changes of weights of one seed.

    Attributes:
        damage: How much less often either goal is reached.
        kl: The mean KL from the unedited policy, in nats.
        norm: The relative norm of the change.
        null: Whether the change is a null.
    """

    damage: Float[np.ndarray, " points"]
    kl: Float[np.ndarray, " points"]
    norm: Float[np.ndarray, " points"]
    null: Bool[np.ndarray, " points"]

    def of(self, which: str) -> "Points":
        """Those of one set of `SETS`."""
        flags = {EVERY: self.null | True, EDITS: ~self.null, NULLS: self.null}[which]
        return Points(*(each[flags] for each in self))


class Predicted(NamedTuple):
    """How well damage is predicted in one set of changes, over seeds.

    Attributes:
        points: The number of changes in a seed (median).
        kl: The rank correlation of damage with KL.
        norm: The rank correlation of damage with the norm.
        difference: KL less norm, paired by seed.
        p: The sign-flip p of that difference.
    """

    points: float
    kl: Interval
    norm: Interval
    difference: Interval
    p: float


def points_of(rows: Rows) -> Points:
    """The changes of weights in the rows of one seed; each trial has its unedited."""
    found = []
    for trial in rows.names("trial"):
        here = rows.where(trial=trial)
        metrics = (*GOALS, KL, NORM)
        values = here.pivot("condition", "null", "metric", names={"metric": metrics})
        conditions, nulls = here.names("condition"), here.names("null")
        before = values[conditions.index(UNEDITED), nulls.index(""), :2].sum()
        for i, j in np.argwhere(np.isfinite(values).all(axis=2)):
            if conditions[i] not in (UNEDITED, DONOR):
                aim, old, kl, norm = values[i, j]
                found.append((before - aim - old, kl, norm, nulls[j] != ""))
    damage, kl, norm, null = np.array(found, np.float64).reshape(-1, 4).T
    return Points(damage, kl, norm, null.astype(bool))


def predicted(rows: Rows) -> dict[str, Predicted]:
    """The comparison of the two predictors in every set, over seeds.

    Seeds in which nothing does damage have no ranking, and are left out; a set without
    any other seed is left out.
    """
    seeds = [points_of(rows.where(seed=seed)) for seed in rows.names("seed")]
    found = {}
    for which in SETS:
        some = [points.of(which) for points in seeds]
        both = np.array(
            [[rank_correlation(x, p.damage) for x in (p.kl, p.norm)] for p in some]
        )
        kl, norm = both[np.isfinite(both).all(axis=1)].T
        if not len(kl):
            continue
        count = float(np.median([len(p.damage) for p in some]))
        found[which] = Predicted(
            points=count,
            kl=bootstrap(kl, np.mean, support=(-1.0, 1.0)),
            norm=bootstrap(norm, np.mean, support=(-1.0, 1.0)),
            difference=paired_difference(kl, norm),
            p=permutation_test(kl - norm),
        )
    return found
