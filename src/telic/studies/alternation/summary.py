"""The alternation study in numbers: what its figures draw and its page says.

The claim of "Looking for Goal Representations in an RL Agent" (2024): an agent trained
on two objectives in turn comes to do well on both, again and again, at the end of each
short phase. Everything here is a pure function of the runs' metrics; every number has
its n of seeds and, from four seeds on, its 95 percent interval over seeds.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from telic.stats import Interval, wilson
from telic.stats.curves import RATES, Curve, Support, interval, over_seeds
from telic.studies.alternation.columns import Row, Runs, columns_of, gather
from telic.studies.alternation.outcomes import event_rates, outcome_rates
from telic.studies.alternation.switches import Settled, Switches, settle, switch_ends
from telic.worlds import World

RETURNS: Support = (-1.0, 1.0)
"""The range of a return under `fetch`: from death to the wanted key at once."""


@dataclasses.dataclass(frozen=True)
class Summary:
    """All numbers of the study.

    Attributes:
        runs: The runs side by side.
        returns: By objective, trained or not: the return in every rollout.
        switches: First and last rollout of every phase of every seed.
        first: The return in each phase's first rollout, over seeds.
        last: The return in its last rollout, over seeds.
        events: By event: its rate in the last rollout of each phase.
        outcomes: By outcome, likewise; empty in a world other than Keys.
        settled: One number per seed over the phases from `SETTLED` on.
        findings: Those numbers over seeds: `first`, `last`, `worst`, `picked_first`,
            `picked_last`, and for each mark `needed_0.5` (updates), `reached_0.5`
            (share of phases). None if no phase is settled.
        met: The share of seeds whose median `last` is `PUBLISHED` or more, a Wilson
            interval; None if no phase is settled.
    """

    runs: Runs
    returns: dict[str, Curve]
    switches: Switches
    first: Curve
    last: Curve
    events: dict[str, Curve]
    outcomes: dict[str, Curve]
    settled: Settled
    findings: dict[str, Interval | None]
    met: Interval | None


def summarise(
    rows: Mapping[int, Sequence[Row]], world: World, *, support: Support = RETURNS
) -> Summary:
    """The study of the runs whose metrics are given.

    Args:
        rows: By seed, the rows of its metrics.
        world: The world of the runs.
        support: The range that a return can take.

    Raises:
        InputError: If there is no run, the runs do not share a schedule, a value is
            not a number, or a return or rate is outside its range.
    """
    runs = gather({seed: columns_of(run) for seed, run in rows.items()}, world)
    found = switch_ends(runs)
    settled = settle(runs, found)
    return Summary(
        runs=runs,
        returns=_returns(runs, support),
        switches=found,
        first=over_seeds(found.first, support),
        last=over_seeds(found.last, support),
        events=event_rates(runs),
        outcomes=outcome_rates(runs),
        settled=settled,
        findings=_findings(runs, settled, support),
        met=_met(settled),
    )


def _returns(runs: Runs, support: Support) -> dict[str, Curve]:
    """The curve of every objective that the metrics report, the trained ones first."""
    reported = [
        n.removeprefix("return_") for n in runs.columns if n.startswith("return_")
    ]
    names = dict.fromkeys([*runs.objectives, *reported])
    return {name: over_seeds(runs.column(f"return_{name}"), support) for name in names}


def _findings(
    runs: Runs, settled: Settled, support: Support
) -> dict[str, Interval | None]:
    """Each number of `Settled` over seeds."""
    longest = float(np.max(runs.ends - runs.starts + 1))
    ranges = dict.fromkeys(("first", "last", "worst"), support)
    ranges |= dict.fromkeys(("picked_first", "picked_last"), RATES)
    return {
        **{name: interval(getattr(settled, name), r) for name, r in ranges.items()},
        **{
            f"needed_{mark}": interval(values, (0.0, longest))
            for mark, values in settled.needed.items()
        },
        **{
            f"reached_{mark}": interval(values, RATES)
            for mark, values in settled.reached.items()
        },
    }


def _met(settled: Settled) -> Interval | None:
    """How many seeds meet the published number, as a share of those that have one."""
    counted = np.isfinite(settled.last)
    if not counted.any():
        return None
    return wilson(int(settled.met.sum()), int(counted.sum()))
