"""The page of the alternation study: what was asked, found, measured and run."""

from collections.abc import Mapping, Sequence
from typing import Any

from telic.render.page import Drawing, Page, Section
from telic.studies.alternation.figures.outcomes import outcomes
from telic.studies.alternation.figures.returns import returns
from telic.studies.alternation.figures.seed import seed
from telic.studies.alternation.figures.switches import switches
from telic.studies.alternation.findings import findings
from telic.studies.alternation.summary import Summary
from telic.studies.alternation.switches import SETTLED
from telic.studies.alternation.tables import (
    phases_table,
    seeds_table,
    settings_table,
    study_table,
)
from telic.studies.alternation.yardsticks import SUCCESS
from telic.studies.learning import RETURN

QUESTION = (
    "Can one small agent be good at {} objectives, again and again, if the objective "
    "switches every few rollouts?"
)

CAPTIONS = {
    "returns": "Return under each objective in every rollout, interquartile mean over "
    "seeds. Strong line: the objective was being trained (shaded phases). Thin line: "
    "another was, and the same episodes are scored under this one. Marks: the last "
    "rollout of each phase.",
    RETURN: "Return in the first (hollow) and the last (solid) rollout of each phase, "
    "under the phase’s own objective. The first shows what the agent that the previous "
    "phase left is worth under the new objective.",
    SUCCESS: "Share of episodes that reach the wanted goal, in the first (hollow) and "
    "the last (solid) rollout of each phase. The first shows what the agent that the "
    "previous phase left does when another goal is wanted.",
    "outcomes": "How the episodes of each phase’s last rollout end.",
    "events": "What happens in the episodes of each phase’s last rollout: events per "
    "episode, their mean.",
    "seed": "Seed {}. {} returns stand against the same steps; only one objective is "
    "trained at any step, and only its return is shown. Each mark is one rollout.",
}

TERMS = (
    ("Rollout", "One round of gathering experience, followed by one update."),
    ("Phase", "A stretch of rollouts that are all trained on one objective."),
    ("Objective", "What is rewarded: here, reaching one goal."),
    (
        "Return",
        "The reward of an episode, as a mean over the episodes of a rollout. {pays}The "
        "first rollout of a phase is gathered before any update under its objective.",
    ),
    ("Seed", "One independent training run; n counts seeds, never episodes."),
    (
        "Interquartile mean",
        "The mean of the middle half of the seeds: one odd seed cannot move it far. Of "
        "fewer than four seeds it is the mean.",
    ),
    (
        "95 % interval",
        "A range made so that, were the study repeated with new seeds, about 95 of 100 "
        "such ranges would hold the true value.",
    ),
    (
        f"Phases from {SETTLED} on",
        "Those that count: before, the agent still learns to reach any goal at all.",
    ),
)


def alternation(
    summary: Summary,
    *,
    records: Mapping[int, Mapping[str, Any]],
    watched: Sequence[Section] = (),
    moved: Sequence[Section] = (),
    command: str = "",
    folders: Sequence[str] = (),
) -> Page:
    """The page of the alternation study.

    Args:
        summary: Its numbers.
        records: By seed, what its `run.json` holds: `plan` and `versions` are shown.
        watched: An agent at work, in moving images.
        moved: What became of its agents when their goals were moved.
        command: The command that reproduces the runs.
        folders: Where the files are, as the reader should look for them.
    """
    sections = (
        _everything(summary),
        *_endings(summary),
        *watched,
        *moved,
        Section("Each seed", tables=(seeds_table(summary),)),
        _each_seed(summary),
        Section("Every phase in numbers", tables=(phases_table(summary),), folded=True),
        _provenance(records, command, folders),
        Section("Words", terms=_terms(summary), folded=True),
    )
    objectives = summary.runs.objectives
    question = QUESTION.format("several" if len(objectives) > 2 else "two")
    title = f"Alternating objectives: {' and '.join(objectives)}"
    return Page(title, question, findings(summary), sections)


def _everything(summary: Summary) -> Section:
    """All seeds together."""
    ends = CAPTIONS[summary.yardstick.measure]
    drawings = (
        Drawing(returns(summary), CAPTIONS["returns"], "returns"),
        Drawing(switches(summary), ends, "switches"),
    )
    table = study_table(summary)
    return Section(
        "All seeds together", drawings=drawings, tables=(table,) if table.rows else ()
    )


def _endings(summary: Summary) -> list[Section]:
    """How episodes end; where nothing says what an end means, what happens in them."""
    if summary.outcomes:
        drawing = Drawing(outcomes(summary), CAPTIONS["outcomes"], "outcomes")
        return [Section("How episodes end", drawings=(drawing,))]
    if summary.events:
        drawing = Drawing(outcomes(summary), CAPTIONS["events"], "outcomes")
        return [Section("What happens in episodes", drawings=(drawing,))]
    return []


def _each_seed(summary: Summary) -> Section:
    """The post's figure for every seed; the first one's file is called `seed`."""
    every = "All" if len(summary.runs.objectives) > 2 else "Both"
    how = "drawn as in the post" if summary.yardstick.source else "rollout by rollout"
    drawings = tuple(
        Drawing(
            seed(summary, number=number),
            CAPTIONS["seed"].format(number, every),
            f"seed-{number:04d}" if at else "seed",
        )
        for at, number in enumerate(summary.runs.seeds)
    )
    return Section(f"Each seed, {how}", drawings=drawings, folded=True)


def _terms(summary: Summary) -> tuple[tuple[str, str], ...]:
    """Words and what they mean, in the world of these runs."""
    pays = summary.yardstick.pays
    return tuple(
        (word, meaning.replace("{pays}", f"{pays} " if pays else ""))
        for word, meaning in TERMS
    )


def _provenance(
    records: Mapping[int, Mapping[str, Any]], command: str, folders: Sequence[str]
) -> Section:
    """What was run, by which versions, how to do it again, and where the files are."""
    tables = [settings_table(records, part) for part in ("plan", "versions")]
    lines = [command, *(f"# files: {folder}" for folder in folders)]
    return Section(
        "What was run",
        tables=tuple(table for table in tables if table.rows),
        code="\n".join(line for line in lines if line),
        folded=True,
    )
