"""The page of the SNR study: how much of a second phase's vector would come again."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from telic.render.curves import over
from telic.render.page import Drawing, Page, Section, Table
from telic.render.trial_table import trial_table
from telic.stats import bootstrap
from telic.studies.repeated import Repeated, behaviour, ratios
from telic.studies.snr import DRIFT, MEAN, ONE
from telic.studies.updates import PLAIN, SPECIFIC
from telic.trials.effects import Arm

QUESTION = (
    "A second phase is run again and again from one agent. How much of what it changes "
    "comes again, how long must it be, and does an average over repeats do better?"
)
RATIOS = {
    "snr": "signal / noise of one vector (energies)",
    "cosine": "cosine between repeats",
    "certain": "weights that change for certain (share; by chance 0.05)",
}
"""What is told of a vector's repeats."""

DONE = {"fuel": "fuel per episode", "landing": "landings (share)"}
COLUMNS = {"landing": "landings", "fuel_if_landed": "fuel per landing"}
AXIS = "Steps of the second phase"
TERMS = (
    (
        "Signal, noise",
        "Signal: the energy of the mean over repeats, less what chance leaves in it. "
        "Noise: the energy of what one repeat has and the others have not.",
    ),
    (PLAIN, "The agent after a second phase minus the agent before it."),
    (SPECIFIC, "That minus an agent that trained for as long under the old objective."),
    (DRIFT, "What that training under the old objective changes."),
    (
        "For certain",
        "The mean over repeats is further from 0 than Student’s t at 95 %, in standard "
        "errors.",
    ),
)


def page(found: Repeated, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The study over seeds.
        command: How to make it again.
    """
    closing = (
        Section("What was run", code=command, folded=True),
        Section("Words", terms=TERMS, folded=True),
    )
    title = f"The goal’s signal-to-noise ratio: {len(found.seeds)} seeds"
    if not found.seeds:
        return Page(title, QUESTION, ("No agent passed the gate.",), closing)
    sections = (
        Section("Signal and noise", drawings=_ratios(found), tables=(table(found),)),
        Section(
            "What subtracting does", drawings=_behaviour(found), tables=(_done(found),)
        ),
        *(_trial(found, steps) for steps in found.tables),
        *closing,
    )
    return Page(title, QUESTION, findings(found), sections)


def findings(found: Repeated) -> tuple[str, ...]:
    """What was found, at the shortest and the longest second phase."""
    told = []
    for name in (PLAIN, SPECIFIC, DRIFT):
        values = ratios(found, "snr")[name]
        first, last = (bootstrap(values[:, i], np.mean) for i in (0, -1))
        ends = found.steps[0], found.steps[-1]
        told.append(
            f"{name}: signal over noise {first} after {ends[0]:,} steps, {last} after "
            f"{ends[1]:,}."
        )
    return tuple(told)


def table(found: Repeated) -> Table:
    """Signal over noise and the rest, for every length and vector."""
    rows = []
    for i, steps in enumerate(found.steps):
        for name in (PLAIN, SPECIFIC, DRIFT):
            each = (ratios(found, ratio)[name][:, i] for ratio in RATIOS)
            cells = (str(bootstrap(values, np.mean)) for values in each)
            rows.append((f"{steps:,}", name, *cells))
    caption = (
        f"{found.repeats} repeats from one base in each seed; mean over seeds with "
        "95 % interval. The actor’s weights alone."
    )
    return Table(caption, ("steps", "vector", *RATIOS.values()), tuple(rows))


def _done(found: Repeated) -> Table:
    """Fuel and landings after subtracting, for every length; nulls are further down."""
    edits = {f"{n}, {k}": f"- {n}, {k}" for n in (PLAIN, SPECIFIC) for k in (ONE, MEAN)}
    rows = []
    for i, steps in enumerate(found.steps):
        cells = []
        for edit in (None, *edits.values()):
            fuel, land = (behaviour(found, m, edit)[:, i] for m in DONE)
            mean = str(bootstrap(fuel, np.mean)).partition(" (n")[0]
            cells.append(f"{mean}; {land.mean():.2f}")
        rows.append((f"{steps:,}", *cells))
    caption = (
        "Fuel per episode, mean over seeds with 95 % interval; then landings (share), "
        f"mean over seeds. n = {len(found.seeds)} seeds."
    )
    return Table(caption, ("steps", "unedited", *edits), tuple(rows))


def _ratios(found: Repeated) -> tuple[Drawing, ...]:
    """A curve over length for each ratio."""
    marks: Mapping[str, Mapping[str, float]] = {"certain": {"chance": 0.05}}
    return tuple(
        _curves(found, ratios(found, ratio), label, marks.get(ratio))
        for ratio, label in RATIOS.items()
    )


def _behaviour(found: Repeated) -> tuple[Drawing, ...]:
    """Fuel and landings over length, of one vector and of the mean of all."""
    drawn = []
    for measure, label in DONE.items():
        base = {"unedited": float(behaviour(found, measure, None).mean())}
        lines = {
            f"{name}, {kind}": behaviour(found, measure, f"- {name}, {kind}")
            for name in (PLAIN, SPECIFIC)
            for kind in (ONE, MEAN)
        }
        drawn.append(_curves(found, lines, f"{label}, vector subtracted", base))
    return tuple(drawn)


def _curves(
    found: Repeated,
    curves: Mapping[str, Float[np.ndarray, "seeds lengths"]],
    label: str,
    marks: Mapping[str, float] | None,
) -> Drawing:
    """Curves over the length of the second phase."""
    steps = np.array(found.steps, float)
    figure = over(
        curves,
        dict.fromkeys(curves, steps),
        label=label,
        axis=AXIS,
        marks=marks,
        log=len(steps) > 1,
    )
    return Drawing(figure, f"{label}, by the length of the second phase.")


def _trial(found: Repeated, steps: int) -> Section:
    """The table of one length."""
    trials = found.tables[steps]
    arms: Sequence[Arm] = [Arm(edit, "subtracted", None) for edit in trials.edits]
    shown: Any = trial_table(
        trials, arms, measure="fuel", columns=COLUMNS, caption=f"{steps:,} steps. Fuel."
    )
    return Section(f"Subtracted: {steps:,} steps", tables=(shown,), folded=True)
