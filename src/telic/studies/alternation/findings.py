"""What the alternation study found, in words made from its numbers, good or bad."""

from collections.abc import Sequence

import numpy as np

from telic.stats.resampling import FEWEST_SEEDS
from telic.studies.alternation.summary import Judged, Summary
from telic.studies.alternation.switches import SETTLED
from telic.studies.alternation.yardsticks import SUCCESS, Yardstick
from telic.studies.learning import RETURN

DRAWN = (
    "Returns are those of the training episodes, whose actions are drawn from the "
    "policy."
)
MEASURED = {
    RETURN: "return under the phase’s own objective",
    SUCCESS: "share of episodes that reach the wanted goal",
}
"""What phases are judged by, in words."""

SHORT = {RETURN: "return", SUCCESS: "share"}
"""The same, once it was said."""


def findings(summary: Summary) -> tuple[str, ...]:
    """Paragraphs: what was run, what came out, whether the claim holds, caveats."""
    caveat = f"{DRAWN} {summary.yardstick.source}".strip()
    if not summary.is_settled:
        phases = len(summary.runs.ends)
        nothing = (
            "Nothing can be said about the claim yet: it is judged on phases from "
            f"{SETTLED} (from 0) on, and these runs have {phases} in all."
        )
        return (_setting(summary), nothing, caveat)
    said = [
        paragraph
        for judged in summary.judged
        if judged.findings["last"] is not None
        for paragraph in _said(judged, summary)
    ]
    few = _few(len(summary.runs.seeds))
    return (_setting(summary), *said, f"{few}{caveat}")


def _said(judged: Judged, summary: Summary) -> list[str]:
    """What came out for some objectives, how well that is, and how fast it came."""
    yardstick = summary.yardstick
    result = _result(judged, yardstick, len(summary.runs.seeds))
    if not yardstick.marks:
        return [f"{result} {_regained(judged, yardstick)}"]
    verdict = f"{_verdict(judged, yardstick)} {_collapse(judged, yardstick)}".strip()
    return [result, verdict, _speed(judged, yardstick)]


def _setting(summary: Summary) -> str:
    runs = summary.runs
    n, length = len(runs.seeds), int(np.median(runs.ends - runs.starts + 1))
    agents, seeds = f"{n} agents were", "seeds"
    if n == 1:
        agents, seeds = "1 agent was", "seed"
    return (
        f"{agents} trained on {' and '.join(runs.objectives)} in turn: "
        f"{len(runs.ends)} phases of {length} rollouts, {runs.steps[-1]:,} steps "
        f"each ({seeds} {_listed(runs.seeds)})."
    )


def _result(judged: Judged, yardstick: Yardstick, seeds: int) -> str:
    found, measured = judged.findings, MEASURED[yardstick.measure]
    if yardstick.apart:
        measured = f"{SHORT[yardstick.measure]} under {' and '.join(judged.objectives)}"
    text = (
        f"In the last rollout of a phase the {measured} is {found['last']}; in the "
        f"first rollout after a switch it is {found['first'] or 'not known'}."
    )
    if found["success_last"] is not None:
        text += (
            f" The {MEASURED[SUCCESS]} is {found['success_last']} and "
            f"{found['success_first'] or 'not known'}."
        )
    over = "interquartile mean over seeds with its 95 % interval"
    if seeds < FEWEST_SEEDS:
        over = "mean over seeds"
    return (
        f"{text} (Each seed’s median over phases from {SETTLED} on; then the {over}.)"
    )


def _regained(judged: Judged, yardstick: Yardstick) -> str:
    """In how many seeds a phase brings something, where nothing says what is much."""
    first, last = judged.settled.first, judged.settled.last
    known = np.isfinite(first) & np.isfinite(last)
    return (
        f"At the end of its phases the {SHORT[yardstick.measure]} is above that of "
        f"their first rollouts in {int((last > first)[known].sum())} of "
        f"{int(known.sum())} seeds (medians)."
    )


def _verdict(judged: Judged, yardstick: Yardstick) -> str:
    """Whether the number that is enough is met, and by how many seeds."""
    if yardstick.enough is None:
        return ""
    last = judged.settled.last
    n, count = int(np.isfinite(last).sum()), int(judged.settled.met.sum())
    enough = f"{yardstick.called} {yardstick.enough:g}"
    if count == n:
        return f"The {enough} is met by every seed ({count} of {n})."
    if count == 0:
        return (
            f"The {enough} is not met by any seed (0 of {n}); the highest median is "
            f"{np.nanmax(last):.3f}."
        )
    return (
        f"The {enough} is met by {count} of {n} seeds; the lowest median is "
        f"{np.nanmin(last):.3f}."
    )


def _collapse(judged: Judged, yardstick: Yardstick) -> str:
    """In how many seeds the ability was lost for at least one phase."""
    worst, mark = judged.settled.worst, yardstick.marks[0]
    n, low = int(np.isfinite(worst).sum()), int((worst < mark).sum())
    if low == 0:
        return f"In no seed did a phase from {SETTLED} on end below {mark}."
    return (
        f"In {low} of {n} seeds at least one phase from {SETTLED} on ended below "
        f"{mark}."
    )


def _speed(judged: Judged, yardstick: Yardstick) -> str:
    mark, measured = yardstick.marks[-1], SHORT[yardstick.measure]
    if not any(reached > 0 for reached in judged.settled.reached[mark]):
        return f"In no phase from {SETTLED} on does the {measured} reach {mark}."
    return (
        f"After a switch it takes {judged.findings[f'needed_{mark}']} updates until "
        f"the {measured} reaches {mark}; {judged.findings[f'reached_{mark}']} of the "
        "phases get there, and one that does not counts as its whole length."
    )


def _few(n: int) -> str:
    """A warning, if there are too few seeds for an interval."""
    if n >= FEWEST_SEEDS:
        return ""
    return f"An interval takes {FEWEST_SEEDS} seeds, and there are {n}. "


def _listed(seeds: Sequence[int]) -> str:
    """Seeds in short: 0 to 9, or 1, 4, 7."""
    if len(seeds) > 2 and seeds[-1] - seeds[0] == len(seeds) - 1:
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))
