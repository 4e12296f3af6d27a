"""What the page begins with: the primary arm, who was left out, and who dropped out."""

from collections.abc import Iterable, Mapping

import numpy as np

from telic.render.page import PageTable, Section
from telic.render.trial_table import NONE
from telic.stats import Interval
from telic.studies.isolation.edits import AS_TRAINED, SPECIFIC
from telic.studies.isolation.judged import COEFFICIENTS, Change, VectorEffects
from telic.studies.isolation.metrics import WorldMetrics
from telic.studies.isolation.second_phase import CHECK_EPISODES
from telic.studies.isolation.subtraction import subtraction_caption
from telic.studies.isolation.summary import Edited, IsolationEffects
from telic.trials import Condition
from telic.trials.trial import UNEDITED

TERMS = (
    (
        "Contrastive vector",
        "The agent after the second phase minus one that trained for as long from the "
        "same base under the opposite of the second objective.",
    ),
    (
        "Twin continuation",
        "A null: from one agent that trained on under the first objective to another, "
        "trained alike with other draws. It is the recipe of the reward-specific part "
        "without the new reward, brought to the vector’s length.",
    ),
    (
        AS_TRAINED.capitalize(),
        "A null: what the vector’s own recipe gives without the new reward, at its own "
        "length: the continuation of the plain update, else the twin continuation.",
    ),
    (
        "Nulls that there are not",
        "Labels flipped: one run has one second phase, so there are no labels to draw.",
    ),
)
"""Glossary entries of the nulls that training made, and of the contrast."""

DROPPED = "without a number"
HEADER = (
    "edit",
    "measure",
    "value",
    "change",
    "strongest null",
    "null’s value",
    "edit − null",
    "p",
    "verdict",
    DROPPED,
    f"null {DROPPED}",
)


def primary(found: IsolationEffects, edited: Edited) -> Section:
    """The section about the reward-specific part at the main length."""
    metrics, trial = found.metrics, edited.trials[found.main]
    whole = {c: moved for c, moved in trial.whole.items() if c.group == SPECIFIC}
    title = f"The {SPECIFIC}, {found.main:,} steps: the primary arm"
    words = f"{SPECIFIC.capitalize()}, {found.main:,} steps of the second phase."
    return Section(
        title,
        tables=(
            _judged(whole, metrics, words),
            _each_seed(edited, found.main, metrics),
            _every_null(whole, metrics, words),
        ),
    )


def beside(found: IsolationEffects, edited: Edited) -> Section:
    """The section about the other vectors at the main length."""
    trial = edited.trials[found.main]
    whole = {c: moved for c, moved in trial.whole.items() if c.group != SPECIFIC}
    words = f"The other vectors, {found.main:,} steps of the second phase."
    table = _judged(whole, found.metrics, words)
    return Section("Other vectors beside it", tables=(table,))


def left_out(found: IsolationEffects) -> str:
    """A sentence that names every seed that fails the gate, with its numbers.

    Empty if the world requires nothing.
    """
    marks, captions = found.metrics.required, found.metrics.captions
    if not marks:
        return ""
    passed = f"{len(found.competent)} of {len(found.checks)} agents pass the gate"
    failed = [seed for seed in found.checks if seed not in found.competent]
    edited = found.edited.seeds if found.edited else ()
    names = [
        f"seed {seed} ("
        + ", ".join(f"{captions.get(m, m)} {found.checks[seed][m]:.2f}" for m in marks)
        + (", edited all the same)" if seed in edited else ")")
        for seed in failed
    ]
    if not names:
        return f"{passed}; nobody is left out."
    wanted = ", ".join(f"{captions.get(m, m)} ≥ {v:g}" for m, v in marks.items())
    return (
        f"{passed} ({wanted}, over {CHECK_EPISODES} fresh episodes). "
        f"Those that do not: {'; '.join(names)}."
    )


def dropped(seeds: Iterable[int], measure: str, metrics: WorldMetrics) -> str:
    """The seeds that lack a measure, and why.

    Example:
        >>> from telic.studies.isolation.lander_metrics import LANDER
        >>> dropped((4, 7), "fuel_if_landed", LANDER), dropped((), "fuel", LANDER)
        ('seeds 4, 7: landings = 0', 'none')
    """
    names = [str(seed) for seed in seeds]
    if not names:
        return "none"
    why = metrics.undefined.get(measure, "no number")
    return f"seed{'s' * (len(names) > 1)} {', '.join(names)}: {why}"


def _judged(
    whole: Mapping[Condition, VectorEffects], metrics: WorldMetrics, words: str
) -> PageTable:
    """The table of whole vectors, by every judged measure and the one to be kept."""
    rows = [
        (
            subtraction_caption(edit),
            metrics.captions[change.measure],
            *_cells(change, metrics),
        )
        for edit, moved in whole.items()
        for change in (*moved.judged, moved.kept)
    ]
    caption = (
        f"{words} Mean over seeds with 95 % interval and n, cell by cell; change: from "
        "the unedited agent, paired by seed. Subtracted, a vector should raise the "
        "measure, added lower it; the last measure of each edit should stay, and has "
        "no verdict. Strongest null: the one that comes closest. p: the largest over "
        "all nulls, corrected by Holm’s method over them."
    )
    return PageTable(caption, HEADER, tuple(rows))


def _cells(change: Change, metrics: WorldMetrics) -> tuple[str, ...]:
    """The cells of one measure of one edit."""
    gone = dropped(change.missing, change.measure, metrics)
    effect = change.effect
    if effect is None:
        return (NONE, _text(change.change), *[NONE] * 5, gone, NONE)
    null, against = effect.null, effect.verdict.against
    judged = change.measure in metrics.judged
    return (
        _text(effect.verdict.rate),
        _text(change.change),
        null.null.replace("_", " "),
        _text(null.rate),
        _text(null.difference),
        f"{max(each.corrected for each in against):.3f}" if judged else NONE,
        effect.verdict.summary.replace("_", " ") if judged else NONE,
        gone,
        dropped(change.null_missing[null.null], change.measure, metrics),
    )


def _every_null(
    whole: Mapping[Condition, VectorEffects], metrics: WorldMetrics, words: str
) -> PageTable:
    """The table of every null of some vectors, by every judged measure."""
    rows = [
        (
            subtraction_caption(edit),
            metrics.captions[change.measure],
            each.null.replace("_", " "),
            _text(each.rate),
            f"{change.effect.null_sizes[each.null].norm:#.3g}",
            _text(each.difference),
            f"{each.corrected:.3f}",
            dropped(change.null_missing[each.null], change.measure, metrics),
        )
        for edit, moved in whole.items()
        for change in moved.judged
        if change.effect is not None
        for each in change.effect.verdict.against
    ]
    caption = (
        f"{words} Every null. Of one that is drawn, a seed’s value is over all draws "
        "together. p: corrected by Holm’s method over the nulls of the edit. Norm: "
        "median over seeds, the edit’s for all but the last null."
    )
    header = (
        "edit",
        "measure",
        "null",
        "null’s value",
        "norm",
        "edit − null",
        "p",
        DROPPED,
    )
    return PageTable(caption, header, tuple(rows))


def _each_seed(edited: Edited, main: int, metrics: WorldMetrics) -> PageTable:
    """The table of every seed: unedited, subtracted and added."""
    edits = (UNEDITED, *(Condition(SPECIFIC, s) for s in COEFFICIENTS))
    known = edited.trials[main].values
    measures = (*metrics.judged, metrics.kept)
    columns = [(edit, m) for m in measures for edit in edits if edit in known]
    header = tuple(
        f"{metrics.captions[m]}: {subtraction_caption(edit)}" for edit, m in columns
    )
    rows = tuple(
        (str(seed), *(_number(known[edit][m][i]) for edit, m in columns))
        for i, seed in enumerate(edited.seeds)
    )
    return PageTable(
        "Every seed that was edited, n = 1 a row.", ("seed", *header), rows
    )


def _number(value: float) -> str:
    """A number, or that there is none."""
    return f"{value:.2f}" if np.isfinite(value) else NONE


def _text(found: Interval | None) -> str:
    """An interval with its n, or that there is none."""
    return NONE if found is None else str(found)
