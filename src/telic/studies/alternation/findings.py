"""What the alternation study found, in words made from its numbers, good or bad."""

from collections.abc import Sequence

import numpy as np

from telic.stats.resampling import FEWEST_SEEDS
from telic.studies.alternation.summary import Summary
from telic.studies.alternation.switches import MARKS, PUBLISHED, SETTLED

CAVEAT = (
    "Returns are those of the training episodes, whose actions are drawn from the "
    f"policy. The published {PUBLISHED} comes from the log of a single seed of "
    "“Looking for Goal Representations in an RL Agent” (2024)."
)


def findings(summary: Summary) -> tuple[str, ...]:
    """Paragraphs: what was run, what came out, whether the claim holds, caveats."""
    if summary.findings["last"] is None:
        phases = len(summary.runs.ends)
        nothing = (
            "Nothing can be said about the claim yet: it is judged on phases from "
            f"{SETTLED} (from 0) on, and these runs have {phases} in all."
        )
        return (_setting(summary), nothing, CAVEAT)
    return (
        _setting(summary),
        _result(summary),
        f"{_verdict(summary)}{_collapse(summary)}",
        _speed(summary),
        f"{_few(len(summary.runs.seeds))}{CAVEAT}",
    )


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


def _result(summary: Summary) -> str:
    found = summary.findings
    text = (
        "In the last rollout of a phase the return under the phase’s own objective is "
        f"{found['last']}; in the first rollout after a switch it is {found['first']}."
    )
    if found["picked_last"] is not None:
        text += (
            " The share of episodes that end with the wanted key is "
            f"{found['picked_last']} and {found['picked_first']}."
        )
    over = "interquartile mean over seeds with its 95 % interval"
    if len(summary.runs.seeds) < FEWEST_SEEDS:
        over = "mean over seeds"
    return (
        f"{text} (Each seed’s median over phases from {SETTLED} on; then the {over}.)"
    )


def _verdict(summary: Summary) -> str:
    """Whether the published number is met, and by how many seeds."""
    last = summary.settled.last
    n, met = int(np.isfinite(last).sum()), int(summary.settled.met.sum())
    if met == n:
        return f"The published {PUBLISHED} is met by every seed ({met} of {n})."
    if met == 0:
        return (
            f"The published {PUBLISHED} is not met by any seed (0 of {n}); the highest "
            f"median is {np.nanmax(last):.3f}."
        )
    return (
        f"The published {PUBLISHED} is met by {met} of {n} seeds; the lowest median is "
        f"{np.nanmin(last):.3f}."
    )


def _collapse(summary: Summary) -> str:
    """In how many seeds the ability was lost for at least one phase."""
    worst = summary.settled.worst
    n, low = int(np.isfinite(worst).sum()), int((worst < MARKS[0]).sum())
    if low == 0:
        return f" In no seed did a phase from {SETTLED} on end below {MARKS[0]}."
    return (
        f" In {low} of {n} seeds at least one phase from {SETTLED} on ended below "
        f"{MARKS[0]}."
    )


def _speed(summary: Summary) -> str:
    mark = MARKS[-1]
    if not any(reached > 0 for reached in summary.settled.reached[mark]):
        return f"In no phase from {SETTLED} on does the return reach {mark}."
    return (
        f"After a switch it takes {summary.findings[f'needed_{mark}']} updates until "
        f"the return reaches {mark}; {summary.findings[f'reached_{mark}']} of the "
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
