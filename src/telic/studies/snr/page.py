"""The page of the SNR study: how much of a second phase's vector is reproducible."""

from collections.abc import Hashable, Mapping

import numpy as np
from jaxtyping import Float

from telic.render.curves import over
from telic.render.page import Drawing, Page, PageTable, Section
from telic.render.trial_table import trial_table
from telic.studies.isolation.edits import CONTINUATION, PLAIN, SPECIFIC, UNDONE, VECTORS
from telic.studies.snr.repeats import MEAN, ONE
from telic.studies.snr.summary import SnrEffects
from telic.trials import Condition

QUESTION = (
    "A second phase is run again and again from one agent. How much of what it changes "
    "comes again, how long must it be, and does an average over repeats do better?"
)
RATIOS = {
    "snr": "signal / noise of one vector (energies)",
    "cosine": "cosine between repeats",
    "certain": "weights that change for certain (share; by chance 0.05)",
}
"""The captions of the ratios of a vector's repeats."""

CHANCE = {"certain": {"chance": 0.05}}
"""The chance level of a ratio, drawn as a line."""

EDITS = tuple(Condition(name, kind) for name in VECTORS for kind in (ONE, MEAN))
NAMED = (PLAIN, SPECIFIC, CONTINUATION)
AXIS = "Steps of the second phase"
TERMS = (
    (
        "Signal, noise",
        "Signal: the energy of the mean over repeats, less what chance leaves in it. "
        "Noise: the energy of what one repeat has and the others have not.",
    ),
    (PLAIN, "The agent after a second phase minus the agent before it."),
    (SPECIFIC, "That minus an agent that trained for as long under the old objective."),
    (CONTINUATION, "What that training under the old objective changes."),
    (UNDONE, "A null: the same, subtracted; both are brought to the edit’s norm."),
    (
        "For certain",
        "The mean over repeats is further from 0 than Student’s t at 95 %, in standard "
        "errors.",
    ),
)


def page(found: SnrEffects, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    closing = (
        Section("What was run", code=command, folded=True),
        Section("Words", terms=TERMS, folded=True),
    )
    title = f"The goal’s signal-to-noise ratio: {len(found.seeds)} seeds"
    if not found.seeds:
        return Page(title, QUESTION, ("No agent passed the gate.",), closing)
    sections = (
        Section("Signal and noise", drawings=_ratios(found), tables=(_table(found),)),
        Section(
            "What subtracting does", drawings=_behaviour(found), tables=(_done(found),)
        ),
        *(_trial(found, steps) for steps in found.trials),
        *closing,
    )
    return Page(title, QUESTION, findings(found), sections)


def findings(found: SnrEffects) -> tuple[str, ...]:
    """Signal over noise at the shortest and the longest second phase, in sentences."""
    ends = found.steps[0], found.steps[-1]
    ratios = {name: found.ratios["snr"][name] for name in NAMED}
    return tuple(
        f"{name}: signal over noise {values[0]} after {ends[0]:,} steps, {values[-1]} "
        f"after {ends[1]:,}."
        for name, values in ratios.items()
    )


def vector_caption(condition: Hashable) -> str:
    """The caption of a condition.

    Example:
        >>> vector_caption(Condition(PLAIN, ONE))
        '- plain update, one vector'
    """
    if not isinstance(condition, Condition):
        return str(condition)
    return f"- {condition.group}, {condition.value}"


def _table(found: SnrEffects) -> PageTable:
    """Signal over noise and the rest, for every length and vector."""
    rows = tuple(
        (f"{steps:,}", name, *(str(found.ratios[r][name][i]) for r in RATIOS))
        for i, steps in enumerate(found.steps)
        for name in NAMED
    )
    words = (
        f"{found.repeats} repeats from one base in each seed; mean over seeds with "
        "95 % interval. The actor’s weights alone."
    )
    return PageTable(words, ("steps", "vector", *RATIOS.values()), rows)


def _done(found: SnrEffects) -> PageTable:
    """The table of the effect of subtracting at every length."""
    metrics, rows = found.metrics, []
    lost, kept = (metrics.captions[m] for m in (metrics.lost, metrics.kept))
    for steps, trial in found.trials.items():
        shown = (trial.references[0], *(trial[edit] for edit in EDITS))
        cells = [
            str(each.measured[metrics.lost].interval).partition(" (n")[0]
            + f"; {each.measured[metrics.kept].values.mean():.2f}"
            for each in shown
        ]
        rows.append((f"{steps:,}", *cells))
    words = (
        f"{lost[0].upper()}{lost[1:]}, mean over seeds with 95 % interval; then "
        f"{kept}, mean over seeds. n = {len(found.seeds)} seeds."
    )
    header = ("steps", "unedited", *(f"{e.group}, {e.value}" for e in EDITS))
    return PageTable(words, header, tuple(rows))


def _ratios(found: SnrEffects) -> tuple[Drawing, ...]:
    """A curve over length for each ratio."""
    return tuple(
        _curves(found, found.curves[ratio], label, CHANCE.get(ratio))
        for ratio, label in RATIOS.items()
    )


def _behaviour(found: SnrEffects) -> tuple[Drawing, ...]:
    """Curves of the effect of subtracting one vector or the mean, over length."""
    drawn = []
    for measure in (found.metrics.lost, found.metrics.kept):
        base = {"unedited": float(found.behaviour(measure, None).mean())}
        lines = {f"{e.group}, {e.value}": found.behaviour(measure, e) for e in EDITS}
        label = f"{found.metrics.captions[measure]}, vector subtracted"
        drawn.append(_curves(found, lines, label, base))
    return tuple(drawn)


def _curves(
    found: SnrEffects,
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


def _trial(found: SnrEffects, steps: int) -> Section:
    """The table of one length."""
    words = f"{steps:,} steps. {found.metrics.loss[0]}."
    shown = trial_table(
        found.trials[steps],
        columns=found.metrics.few,
        caption=words,
        name=vector_caption,
    )
    return Section(f"Subtracted: {steps:,} steps", tables=(shown,), folded=True)
