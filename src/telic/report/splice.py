"""The page of the splice study: where the goal sits, and what moves it."""

from collections.abc import Mapping

import numpy as np

from telic.render.bars import bars
from telic.render.dose import dose
from telic.render.page import Drawing, Page, Section, Table
from telic.render.curves import recovery
from telic.render.trial_table import nulls_table, trial_table
from telic.stats import bootstrap
from telic.studies.anatomy import Answer
from telic.trials.effects import of_group
from telic.studies.gather import REGAINED, Found, Recovery
from telic.studies.swaps import LAST, MEAN, OTHER
from telic.trials import Table as Trials
from telic.trials import verdict

QUESTION = (
    "An agent that was trained on two objectives in turn can do both. Where in it is "
    "the one that it wants now, and can the other be put in its place?"
)
FETCHED = "episodes that end with the donor’s colour (share)"
AXES = {
    "graft": "weights taken from the donor, those that differ most first (%)",
    "rank": "rank of the difference, in every layer",
    "path": "share of the way to the donor",
    LAST: f"strength of the vector of the {LAST}",
    MEAN: f"strength of the {MEAN}",
    OTHER: f"strength of the {OTHER}",
}
COLUMNS = {
    "old": "old colour",
    "fatal": "died",
    "timeout": "timed out",
    "length": "steps",
}
SCORES = (
    "Efficacy: how far from the unedited agent’s rate to the donor’s. Locality: one "
    "less half of what changed in all other ends of an episode. Retention: the share "
    "of episodes that neither die nor time out, over that of the unedited agent."
)
TERMS = (
    (
        "Donor",
        "The agent’s own parent, one phase before it: it wants the other colour. What "
        "takes weights of the donor, or goes its way, partly undoes the last phase.",
    ),
    (
        "Null",
        "An edit of the same size that should do nothing; the strongest is that "
        "which comes nearest to the edit.",
    ),
    (
        "Graft",
        "Some of the donor’s weights, one by one, in the place of the agent’s. Its "
        "null *random* takes as many others, whose change is shorter.",
    ),
    (
        "Mean of earlier switches",
        "What leads from wanting the old colour to wanting the donor’s, averaged over "
        "switches before both agents: it has seen neither of them.",
    ),
    (
        "Seed",
        "One independent training run; n counts seeds, never episodes or switches.",
    ),
)


def page(
    found: Found,
    recoveries: Mapping[str, Recovery],
    answers: Mapping[str, Answer],
    *,
    steps: int,
    command: str = "",
) -> Page:
    """The page.

    Args:
        found: The tables over seeds.
        recoveries: Training on after the edit, by direction.
        answers: The anatomy of the runs' switches.
        steps: Environment steps of one rollout.
        command: How to make it again.
    """
    headings = list(found.tables)
    both, n = found.tables[headings[0]], len(found.seeds)
    groups = list(dict.fromkeys(arm.group for arm in found.arms))
    sections = [
        Section("Where it sits, and what moves it", drawings=_drawings(both, found)),
        Section("Every edit beside its nulls", tables=(_table(found, headings[0]),)),
        *(
            Section(f"Only {heading}", tables=(_table(found, heading),), folded=True)
            for heading in headings[1:]
        ),
    ]
    if answers:
        sections.append(Section("What a switch changes", tables=(_anatomy(answers),)))
    if recoveries:
        sections.append(_recovery(recoveries, steps))
    scores = trial_table(
        both,
        found.arms,
        measure="efficacy",
        columns={"locality": "locality", "retention": "retention"},
        caption=SCORES,
    )
    nulls = nulls_table(both, found.arms, measure="aim", caption="Every null.")
    sections += [
        Section("Efficacy, locality, retention", tables=(scores,), folded=True),
        Section("Every null of every edit", tables=(nulls,), folded=True),
        Section("What was run", code=command, folded=True),
        Section("Words", terms=TERMS, folded=True),
    ]
    title = f"Where the goal sits: {len(groups)} kinds of edits, {n} seeds"
    return Page(title, QUESTION, findings(found), tuple(sections))


def findings(found: Found) -> tuple[str, ...]:
    """What was found, in sentences: the chosen edits of each kind with their nulls."""
    table = next(iter(found.tables.values()))
    chosen = ("layers 0", "layers 0+1", "graft 20 %", "rank 4", f"1.5 × {MEAN}")
    names = [edit for edit in chosen if edit in table.edits]
    return tuple(sentence(table, edit) for edit in names)


def sentence(table: Trials, edit: str) -> str:
    """One edit in a sentence, with its interval, its n and its strongest null."""
    found = verdict(table, edit, "aim")
    worst = found.strongest
    return (
        f"{edit}: {found.rate} of episodes end with the aim; strongest null "
        f"({worst.null}) {worst.rate}; {found.summary}."
    )


def figures(found: Found) -> dict[str, Drawing]:
    """The drawings by file name."""
    table = next(iter(found.tables.values()))
    drawn = {}
    for group in dict.fromkeys(arm.group for arm in found.arms):
        drawn[group.replace(" ", "-")] = _draw(table, found, group)
    return drawn


def _drawings(table: Trials, found: Found) -> tuple[Drawing, ...]:
    """One drawing for each group."""
    groups = dict.fromkeys(arm.group for arm in found.arms)
    return tuple(_draw(table, found, group) for group in groups)


def _draw(table: Trials, found: Found, group: str) -> Drawing:
    """The drawing of one group: a curve, or rows for categories."""
    caption = f"{group}: {FETCHED}; filled: the edit, open: the strongest of its nulls."
    if of_group(found.arms, group)[0].x is None:
        figure = bars(table, found.arms, group=group, measure="aim", label=FETCHED)
        return Drawing(figure, caption)
    figure = dose(
        table,
        found.arms,
        group=group,
        measure="aim",
        label=FETCHED,
        axis=AXES.get(group, group),
        other=("old", "old colour"),
        log=group in ("graft", "rank"),
    )
    return Drawing(figure, caption)


def _table(found: Found, heading: str) -> Table:
    """The table of one heading."""
    return trial_table(
        found.tables[heading],
        found.arms,
        measure="aim",
        columns=COLUMNS,
        caption=f"{heading}. Share of episodes that end with the donor’s colour.",
    )


def _anatomy(answers: Mapping[str, Answer]) -> Table:
    """The anatomy of switches over seeds."""
    rows = tuple(
        (
            question,
            str(bootstrap(answer.values, np.mean)),
            "–" if np.isnan(answer.chance).any() else f"{answer.chance.mean():.2f}",
        )
        for question, answer in answers.items()
    )
    caption = (
        "Task vectors of the actor at every switch from the fourth phase on: one "
        "number a seed, mean over seeds with 95 % interval. By chance: cosines of "
        "random vectors; a Gaussian’s largest entries; a layer’s share of the "
        "weights; the same checkpoints under shuffled labels."
    )
    return Table(caption, ("of the actor", "found", "by chance"), rows)


def _recovery(recoveries: Mapping[str, Recovery], steps: int) -> Section:
    """Training on after the edit."""
    drawings = tuple(
        Drawing(
            recovery(found.curves, label="return", steps_per_rollout=steps),
            f"{direction}: return under the objective that is being trained, in every "
            "rollout after the edit; the first is gathered before any update.",
        )
        for direction, found in recoveries.items()
    )
    rows = tuple(
        (direction, _rollouts(found.regained), _rollouts(found.equivalent))
        for direction, found in recoveries.items()
    )
    header = (
        "direction",
        f"back at {REGAINED:.0%} of the old return",
        "fine-tuning that equals the edit",
    )
    caption = (
        f"Rollouts of {steps:,} steps, mean over seeds with 95 % interval; of seeds "
        "that never get there in a phase only the number is given. Left: trained on "
        "under the old objective after the edit. Right: the unedited agent trained on "
        "the new objective until its return is that which the edit gives at once."
    )
    table = Table(caption, header, rows)
    return Section("Training on", drawings=drawings, tables=(table,))


def _rollouts(counts: np.ndarray) -> str:
    """Counts over seeds as text."""
    there = counts[np.isfinite(counts)]
    never = len(counts) - len(there)
    text = str(bootstrap(there, np.mean)) if len(there) else "none"
    return f"{text}; never: {never}" if never else text
