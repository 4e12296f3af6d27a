"""Trials of several kinds: what all of them have is compared across them."""

from telic.stats.rows import join, rows_of
from telic.studies.kinds import summarise
from telic.trials import Condition
from tests.studies.handmade import trial

EDIT = Condition("mean", 1.5)
REGRET = "regret"


def rows(seed):
    """Two kinds of boards; only of the first is optimal play known."""
    known = trial({EDIT: 0.9}, name=("near", 5))
    far = trial({EDIT: 0.6}, name=("far", 5))
    known += [row._replace(metric=REGRET) for row in known if row.metric == "aim"]
    return rows_of([*known, *far], seed)


def test_a_measure_that_one_kind_lacks_is_told_of_the_other():
    found = summarise(join([rows(seed) for seed in range(6)]), also=(REGRET,))
    near, far = (found.kinds[kind][EDIT] for kind in ("near", "far"))
    assert REGRET in near.measured and REGRET not in far.measured
    both = {str(each.condition): each for each in found.edits[EDIT].edits}
    shares = {kind: each.verdict.rate.estimate for kind, each in both.items()}
    assert shares == {"near": 0.9, "far": 0.6}
