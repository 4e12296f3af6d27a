"""The page of the isolation study: a second objective's vector, subtracted."""

import numpy as np

from telic.render.curves import recovery
from telic.render.gif import gif
from telic.render.heat import heat
from telic.render.page import Drawing, Image, Page, PageTable, Section
from telic.render.trial_table import NONE
from telic.rollouts import film
from telic.rollouts.record import Drawable
from telic.studies.isolation.arms import (
    FILMED,
    FIRST,
    NOISE,
    OPPOSITE,
    SECOND,
    TWIN,
)
from telic.studies.isolation.edits import CONTRAST, DOSES, PLAIN, SPECIFIC, VECTORS
from telic.studies.isolation.judged import Change, VectorEffects
from telic.studies.isolation.metrics import WorldMetrics
from telic.studies.isolation.primary import TERMS as MORE_TERMS
from telic.studies.isolation.primary import beside, dropped, left_out, primary
from telic.studies.isolation.second_phase import CHECK_EPISODES
from telic.studies.isolation.subtraction import (
    by_length,
    every_null,
    greedily,
    in_part,
)
from telic.studies.isolation.summary import (
    REGAINED,
    Arms,
    Edited,
    IsolationEffects,
    TrainingCurves,
)
from telic.trials import Condition
from telic.trials.trial import DONOR, UNEDITED

TERMS = (
    (
        "Plain update",
        "All that the second phase changed: agent after minus agent before.",
    ),
    (
        "Reward-specific part",
        "The agent after the second phase minus one that trained for as long from the "
        "same base under the first objective: what is due to the new reward, and the "
        "noise of two trainings.",
    ),
    ("No edit; donor", "The agent before the second phase; the agent after it."),
    (
        "Continuation",
        "A null: what more training under the first objective changes, brought to the "
        "vector’s length, and added whether the vector is added or subtracted.",
    ),
    ("Continuation undone", "A null: the same, subtracted."),
    ("Another seed", "A null: the same vector of another run, brought to the length."),
)

ARMS = {
    UNEDITED: "unedited",
    **{name: f"- {name}" for name in VECTORS},
    NOISE: "noise as long",
    SECOND: SECOND,
    FIRST: FIRST,
    TWIN: "first, other draws",
    OPPOSITE: "opposite of second",
}
"""The captions of the arms of further training."""

FILMS = {
    UNEDITED: "before",
    DONOR: "after the second phase",
    **{name: f"minus the {name}" for name in DOSES},
}
"""The captions of the agents of which an episode is shown."""


def page(found: IsolationEffects, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    metrics, edited = found.metrics, found.edited
    seeds = edited.seeds if edited else ()
    title = f"Isolated updates: {len(seeds)} of {len(found.checks)} seeds edited"
    opening = _learning(found)
    closing = (
        Section("What was run", code=command, folded=True),
        Section("Words", terms=(*terms(metrics), *MORE_TERMS), folded=True),
    )
    if edited is None:
        text = ("No agent passed the gate, so nothing was edited.", left_out(found))
        return Page(title, metrics.question, text, (opening, *closing))
    by_lengths = [by_length(t, metrics, steps) for steps, t in edited.trials.items()]
    sections = (
        by_lengths[0],
        in_part(edited.trials[found.main], metrics),
        greedily(edited, metrics),
        *by_lengths[1:],
        *_recovery(found, edited),
        _update(found, edited),
        *_films(found, edited),
        every_null(edited, metrics),
    )
    text = findings(found, edited)
    first = (primary(found, edited), beside(found, edited), opening)
    return Page(title, metrics.question, text, (*first, *sections, *closing))


def terms(metrics: WorldMetrics) -> tuple[tuple[str, str], ...]:
    """The glossary of the page."""
    required = ", ".join(f"{k} ≥ {v:g}" for k, v in metrics.required.items())
    gate = (("Gate", f"Before editing: {required}."),) if required else ()
    return (*TERMS, *metrics.terms, *gate)


def findings(found: IsolationEffects, edited: Edited) -> tuple[str, ...]:
    """The findings in sentences, those about the primary arm first."""
    metrics = found.metrics
    before, after = (
        {name: each.interval for name, each in reference.measured.items()}
        for reference in edited.trials[found.main].lost.references
    )
    opening = metrics.opening.format(before=before, after=after, steps=found.main)
    arms = [Condition(SPECIFIC, -1.0), Condition(SPECIFIC, 1.0)]
    others = [Condition(PLAIN, -1.0), Condition(CONTRAST, -1.0)]
    first, *rest = (
        [
            f"After {steps:,} steps: {_moved(metrics, edit, trial.whole[edit])}"
            for edit in (*arms, *others)
            if edit in trial.whole
        ]
        for steps, trial in edited.trials.items()
    )
    gate = left_out(found)
    return (
        *first[: len(arms)],
        *([gate] if gate else []),
        opening,
        *first[len(arms) :],
        *(sentence for each in rest for sentence in each),
    )


def _moved(metrics: WorldMetrics, edit: Condition, moved: VectorEffects) -> str:
    """A sentence on the effect of a whole vector, beside its nulls."""
    word = "adding" if float(edit.value) > 0 else "subtracting"
    judged = ", and ".join(_against(metrics, change) for change in moved.judged)
    kept = f"{metrics.kept_changes} by {_change(moved.kept)}"
    return f"{word} the {edit.group} changes {judged}; {kept}."


def _against(metrics: WorldMetrics, change: Change) -> str:
    """The change of one measure in words, with the verdict against its nulls."""
    words = f"{metrics.captions[change.measure]} by {_change(change)}"
    if change.missing:
        words += f", without {dropped(change.missing, change.measure, metrics)}"
    if change.effect is None:
        return words
    null, found = change.effect.null, change.effect.verdict
    return (
        f"{words} (strongest null, {null.null}: {null.rate} against {found.rate}; "
        f"{found.summary})"
    )


def _change(change: Change) -> str:
    """A change in words."""
    return str(change.change or "a number that there is not")


def _learning(found: IsolationEffects) -> Section:
    """The section about the first phase, with the competence check of each agent."""
    metrics = found.metrics
    header = ("seed", *(metrics.captions[m] for m in metrics.checked))
    rows = [
        (str(seed), *(f"{able[m]:.2f}" for m in metrics.checked))
        for seed, able in found.checks.items()
    ]
    if metrics.required:
        passed = ["yes" if seed in found.competent else "no" for seed in found.checks]
        header = (*header, "passes")
        rows = [(*row, word) for row, word in zip(rows, passed, strict=True)]
    caption = f"Every agent at the gate: {CHECK_EPISODES} fresh episodes, n = 1 a row."
    return Section(
        metrics.learning,
        drawings=tuple(
            _learned(found, column, label)
            for column, label in metrics.learned.items()
            if np.isfinite(found.learning[column]).any()
        ),
        tables=(PageTable(caption, header, tuple(rows)),),
    )


def _learned(found: IsolationEffects, column: str, label: str) -> Drawing:
    """One column of the metrics over the first phase, with a curve for each seed."""
    values = found.learning[column]
    figure = recovery(
        {"all seeds": values},
        label=label,
        steps_per_rollout=found.steps,
        axis="Steps of the first phase",
        each=True,
    )
    pairs = zip(found.checks, values[:, -1], strict=True)
    ends = ", ".join(f"{seed}: {end:.2f}" for seed, end in pairs)
    text = f"{label}, mean over a rollout’s episodes. At the end, by seed: {ends}."
    return Drawing(figure, text)


def _recovery(found: IsolationEffects, edited: Edited) -> list[Section]:
    """The section about further training after an edit; none if it was not done."""
    if edited.recovery is None:
        return []
    drawings = (
        *_curves(found, edited.recovery, "after the edit"),
        *_curves(found, edited.phase, "the second phase"),
    )
    tables = (_regained(found, edited),)
    return [Section("Training on", drawings=drawings, tables=tables)]


def _curves(
    found: IsolationEffects, trained: TrainingCurves, what: str
) -> tuple[Drawing, ...]:
    """Drawings of the return and of the followed quantity during further training."""
    labels = (f"return: {found.first}", found.metrics.followed.name)
    return tuple(
        Drawing(
            recovery(
                {ARMS[arm]: curve for arm, curve in arms.items()},
                label=label,
                steps_per_rollout=found.steps,
            ),
            f"{label} per episode, {what}; a rollout is {found.steps:,} steps.",
        )
        for label, arms in zip(labels, trained, strict=True)
        if _drawable(arms)
    )


def _drawable(arms: Arms) -> bool:
    """True if every curve has at least one number."""
    return all(np.isfinite(curve).any() for curve in arms.values())


def _regained(found: IsolationEffects, edited: Edited) -> PageTable:
    """The table of the steps to recovery, and of the change that remains after it."""
    rows = tuple(
        (
            ARMS[arm],
            str(back.thousands or "none"),
            str(back.never),
            str(back.extra or NONE),
        )
        for arm, back in edited.regained.items()
    )
    header = (
        "trained on from",
        f"thousand steps to {REGAINED:.0%} of the old return",
        "seeds that never are",
        f"{found.metrics.followed.name} above the unedited agent’s, at the end",
    )
    caption = (
        f"Training on under {found.first!r}, mean over seeds with 95 % interval; 0: "
        "the first rollout, before any update, is there already. At the end: in the "
        "last fifth."
    )
    return PageTable(caption, header, rows)


def _update(found: IsolationEffects, edited: Edited) -> Section:
    """The section about the vector: energy by leaf, and one seed's heat maps."""
    fractions, lengths = edited.energy
    rows = [(path, *map(str, each.values())) for path, each in fractions.items()]
    rows.append(("length / length of the agent", *map(str, lengths.values())))
    caption = (
        "Share of the vector’s energy in each tensor: mean over seeds, 95 % interval."
    )
    drawing = Drawing(
        heat(edited.example.vector, label="change of the weight"),
        f"The {SPECIFIC} of the actor, seed {edited.example.seed} (n = 1), "
        f"{found.main:,} steps.",
    )
    table = PageTable(caption, ("tensor", *lengths), tuple(rows))
    return Section("The update", drawings=(drawing,), tables=(table,))


def _films(found: IsolationEffects, edited: Edited) -> list[Section]:
    """One episode of the first edited agent: before, after, after each subtraction."""
    world, seed = found.world, edited.example.seed
    if not isinstance(world, Drawable) or not edited.example.films:
        return []
    images = tuple(
        Image(
            gif(film(world, actions, seed=FILMED), fps=8),
            f"{FILMS[name]}: seed {seed}, episode {FILMED}, most probable actions "
            "(n = 1).",
        )
        for name, actions in edited.example.films.items()
    )
    return [Section("One episode each", images=images)]
