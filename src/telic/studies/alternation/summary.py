"""The alternation study in numbers: what its figures draw and its page says.

The claim of "Looking for Goal Representations in an RL Agent" (2024): an agent trained
on two objectives in turn comes to do well on both, again and again, at the end of each
short phase. Everything here is a pure function of the runs' metrics; every number has
its n of seeds and, from four seeds on, its 95 percent interval over seeds.
"""

import dataclasses
from typing import NamedTuple

import numpy as np

from telic.stats import Interval, wilson
from telic.stats.curves import RATES, Curve, interval, over_seeds
from telic.stats.rows import Rows
from telic.studies.alternation.columns import Runs, aligned_runs
from telic.studies.alternation.outcomes import event_rates, outcome_rates, support_of
from telic.studies.alternation.switches import Settled, Switches, settle, switch_ends
from telic.studies.alternation.yardsticks import SUCCESS, Yardstick, yardstick_of
from telic.studies.learning import RETURN
from telic.worlds import World


class Judged(NamedTuple):
    """How agents do in the settled phases of some objectives, which share a scale.

    Attributes:
        objectives: Their names.
        settled: One number per seed over those of their phases from `SETTLED` on.
        findings: Those numbers over seeds: `first`, `last`, `worst`, `success_first`,
            `success_last`, and for each mark `needed_0.5` (updates), `reached_0.5`
            (share of phases). None if no seed has the number.
        met: The share of seeds whose median `last` is enough, a Wilson interval; None
            if no phase is settled, or nothing says what is enough.
    """

    objectives: tuple[str, ...]
    settled: Settled
    findings: dict[str, Interval | None]
    met: Interval | None


@dataclasses.dataclass(frozen=True)
class Summary:
    """All numbers of the study.

    Attributes:
        runs: The runs side by side.
        yardstick: By what their phases are judged.
        returns: By objective, trained or not: the return in every rollout.
        switches: First and last rollout of every phase of every seed.
        first: By measure: in each phase's first rollout, over seeds.
        last: By measure: in its last rollout, over seeds.
        outcomes: By outcome: its rate in the last rollout of each phase; empty if the
            goals have no events of success of their own.
        events: Then, by event: its rate likewise.
        judged: The settled phases: of all objectives together, or of each alone.
    """

    runs: Runs
    yardstick: Yardstick
    returns: dict[str, Curve]
    switches: Switches
    first: dict[str, Curve]
    last: dict[str, Curve]
    outcomes: dict[str, Curve]
    events: dict[str, Curve]
    judged: tuple[Judged, ...]

    @property
    def is_settled(self) -> bool:
        """Whether there are phases that count."""
        return any(each.findings["last"] for each in self.judged)


def summarise(rows: Rows, world: World) -> Summary:
    """The study of some runs.

    Args:
        rows: Their returns and rates (`telic.studies.learning`), of all seeds.
        world: Their world.

    Raises:
        InputError: If the runs do not share a schedule, or a return is outside the
            range of the yardstick.
    """
    runs = aligned_runs(rows, world)
    yardstick = yardstick_of(runs)
    found = switch_ends(runs, yardstick)
    ranges = {
        RETURN: yardstick.support,
        SUCCESS: support_of(np.stack(found.ends[SUCCESS])),
    }
    outcomes = outcome_rates(runs)
    return Summary(
        runs=runs,
        yardstick=yardstick,
        returns=_returns(runs, yardstick),
        switches=found,
        first={m: over_seeds(ends.first, ranges[m]) for m, ends in found.ends.items()},
        last={m: over_seeds(ends.last, ranges[m]) for m, ends in found.ends.items()},
        outcomes=outcomes,
        events={} if outcomes else event_rates(runs),
        judged=tuple(
            _judged(runs, yardstick, found, objectives)
            for objectives in yardstick.groups(runs.objectives)
        ),
    )


def _returns(runs: Runs, yardstick: Yardstick) -> dict[str, Curve]:
    """The curve of every objective that the metrics report, the trained ones first."""
    reported = [name for part, name in runs.columns if part == RETURN]
    names = dict.fromkeys([*runs.objectives, *reported])
    return {
        name: over_seeds(runs.column(RETURN, name), yardstick.support) for name in names
    }


def _judged(
    runs: Runs, yardstick: Yardstick, found: Switches, objectives: tuple[str, ...]
) -> Judged:
    """The settled phases of some objectives."""
    own = settle(runs, found, yardstick, objectives)
    rates = support_of(np.stack(found.ends[SUCCESS]))
    support = yardstick.support if yardstick.measure == RETURN else rates
    longest = float(np.max(runs.ends - runs.starts + 1))
    findings = {
        **{
            name: interval(getattr(own, name), support)
            for name in ("first", "last", "worst")
        },
        **{
            name: interval(getattr(own, name), rates)
            for name in ("success_first", "success_last")
        },
        **{f"needed_{m}": interval(x, (0.0, longest)) for m, x in own.needed.items()},
        **{f"reached_{m}": interval(x, RATES) for m, x in own.reached.items()},
    }
    n = int(np.isfinite(own.last).sum())
    met = wilson(int(own.met.sum()), n) if n and yardstick.enough is not None else None
    return Judged(objectives, own, findings, met)
