"""The page of the isolation study: a second objective's vector, taken off again."""

from collections.abc import Sequence

import numpy as np

from telic.render.curves import recovery
from telic.render.page import Drawing, Page, Section, Table
from telic.report.flying import films, learning
from telic.report.subtraction import by_length, every_null, greedily, in_part
from telic.report.update import update
from telic.runs.folder import Run
from telic.stats import bootstrap, paired_difference
from telic.studies.flights import MEASURES
from telic.studies.isolated import REGAINED, Isolated, competent, curves, regained
from telic.studies.isolation import GATE, GATE_EPISODES
from telic.studies.updates import PLAIN, SPECIFIC
from telic.trials import Table as Trials
from telic.trials import verdict
from telic.trials.trial import DONOR, UNEDITED

QUESTION = (
    "An agent learned to land, then for a while to save fuel. If what that changed is "
    "subtracted from it, does it burn fuel, and does it still land?"
)
GATED = ("return_stock", "landing", "crash", "timeout", "fuel", "length")
"""What is told of every agent at the gate."""

TERMS = (
    (
        "Plain update",
        "All that the second phase changed: agent after minus agent before.",
    ),
    (
        "Reward-specific part",
        "The agent after the second phase minus one that trained for as long from the "
        "same base under the first objective: what is due to the new reward.",
    ),
    ("No edit; donor", "The agent before the second phase; the agent after it."),
    (
        "Continuation",
        "A null: the direction in which more training under the first objective goes, "
        "brought to the vector’s length.",
    ),
    ("Another seed", "A null: the same vector of another run, brought to the length."),
    ("Fuel", "0.30 for a step of the main engine, 0.03 of a side engine, as in stock."),
    ("Gate", f"Before editing: {', '.join(f'{k} ≥ {v:g}' for k, v in GATE.items())}."),
)


def page(
    found: Isolated, runs: Sequence[Run], *, main: int, first: str, command: str = ""
) -> Page:
    """The page.

    Args:
        found: The study over seeds.
        runs: The runs of the first phase.
        main: The length of the second phase at which everything was tried, in steps.
        first: The objective of the first phase, which recovery trains.
        command: How to make it again.
    """
    title = f"Isolated updates: {len(found.seeds)} of {len(found.gates)} seeds edited"
    opening = [_learning(found, runs)]
    closing = [
        Section("What was run", code=command, folded=True),
        Section("Words", terms=TERMS, folded=True),
    ]
    if not found.seeds:
        text = ("No agent passed the gate, so nothing was edited.",)
        return Page(title, QUESTION, text, (*opening, *closing))
    sections = [
        *(by_length(found, steps) for steps in found.tables),
        *in_part(found, main),
        greedily(found, main),
        *_recovery(found, runs, first),
        update(found, main),
        Section("One episode each", images=films(found, runs)),
        every_null(found),
    ]
    return Page(title, QUESTION, findings(found, main), (*opening, *sections, *closing))


def findings(found: Isolated, main: int) -> tuple[str, ...]:
    """What was found, generated from the numbers."""
    passed, all_ = len(competent(found)), len(found.gates)
    table = found.tables[main]
    before, after = (table.interval("fuel", name) for name in (UNEDITED, DONOR))
    lands = table.interval("landing", UNEDITED)
    told = [
        f"{passed} of {all_} agents pass the gate. Those that were edited burn "
        f"{before} fuel an episode and land in {lands} of them; {main:,} steps of the "
        f"second objective bring fuel to {after}."
    ]
    told += [
        f"After {steps:,} steps: {_subtraction(each, name)}"
        for steps, each in found.tables.items()
        for name in (SPECIFIC, PLAIN)
    ]
    return tuple(told)


def _subtraction(table: Trials, name: str) -> str:
    """What subtracting one vector does to fuel and landing, beside its nulls."""
    edit = f"-1 × {name}"
    fuel = ", and ".join(_against(table, m, edit) for m in ("fuel", "fuel_if_landed"))
    land = _change(table, "landing", edit)
    return f"subtracting the {name} changes {fuel}; landings change by {land}."


def _against(table: Trials, measure: str, edit: str) -> str:
    """The change of one measure, and what its nulls say of it."""
    change, what = _change(table, measure, edit), MEASURES[measure]
    if not np.isfinite(table.values_of(measure, edit)).any():
        return f"{what} by {change}"
    found = verdict(table, edit, measure)
    worst = found.strongest
    return (
        f"{what} by {change} (strongest null, {worst.null}: {worst.rate} against "
        f"{found.rate}; {found.summary})"
    )


def _change(table: Trials, measure: str, edit: str) -> str:
    """The paired change from the unedited agent, over seeds."""
    mine, none = (table.values_of(measure, name) for name in (edit, UNEDITED))
    both = np.isfinite(mine) & np.isfinite(none)
    if not both.any():
        return "a number that there is not"
    return str(paired_difference(mine[both], none[both]))


def _learning(found: Isolated, runs: Sequence[Run]) -> Section:
    """The first phase, and who passed the gate."""
    good = competent(found)
    rows = tuple(
        (str(seed), *(f"{gate[m]:.2f}" for m in GATED), "yes" if seed in good else "no")
        for seed, gate in found.gates.items()
    )
    header = ("seed", *(MEASURES[m] for m in GATED), "passes")
    caption = f"Every agent at the gate: {GATE_EPISODES} fresh episodes, n = 1 a row."
    table = Table(caption, header, rows)
    return Section("Learning to land", drawings=learning(runs), tables=(table,))


def _recovery(found: Isolated, runs: Sequence[Run], first: str) -> list[Section]:
    """Training on after the edit."""
    steps = runs[0].plan().sizes.batch
    if not next(iter(found.answers.values()))["recovery"]:
        return []
    drawings = []
    for part, what in (("recovery", "after the edit"), ("phase", "the second phase")):
        for column, label in (
            (f"return_{first}", f"return: {first}"),
            ("fuel", "fuel"),
        ):
            drawn = curves(found, part, column)
            if all(np.isfinite(curve).any() for curve in drawn.values()):
                figure = recovery(drawn, label=label, steps_per_rollout=steps)
                text = f"{label} per episode, {what}; a rollout is {steps:,} steps."
                drawings.append(Drawing(figure, text))
    tables = (_regained(found, first, steps),)
    return [Section("Training on", drawings=tuple(drawings), tables=tables)]


def _regained(found: Isolated, first: str, steps: int) -> Table:
    """When edited agents are back, and whether the habit outlives that."""
    rows = []
    for name, back in regained(found, first).items():
        there = back.rollouts[np.isfinite(back.rollouts)] * steps / 1000
        extra = back.fuel[np.isfinite(back.fuel)]
        when = str(bootstrap(there, np.mean)) if len(there) else "none"
        habit = str(bootstrap(extra, np.mean)) if len(extra) else "–"
        never = str(len(back.rollouts) - len(there))
        rows.append((name, when, never, habit))
    header = (
        "trained on from",
        f"thousand steps to {REGAINED:.0%} of the old return",
        "seeds that never are",
        "fuel above the unedited agent’s, at the end",
    )
    caption = (
        f"Training on under {first!r}, mean over seeds with 95 % interval; 0: the "
        "first rollout, before any update, is there already. At the end: in the last "
        "fifth."
    )
    return Table(caption, header, tuple(rows))
