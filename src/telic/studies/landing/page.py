"""The page of runs in any world: returns and events over training."""

from telic.render.curves import recovery
from telic.render.page import Drawing, Page, PageTable, Section
from telic.studies.landing.summary import Column, Learned
from telic.studies.learning import RETURN

QUESTION = "What did these agents learn, under each objective and event by event?"


def page(learned: Learned, *, name: str, steps: int, command: str = "") -> Page:
    """The page of some runs.

    Args:
        learned: What they learned.
        name: What they are called.
        steps: Steps of a rollout.
        command: How to make them again.
    """
    drawings = tuple(
        Drawing(
            recovery(
                {"all seeds": values},
                label=column_words(column),
                steps_per_rollout=steps,
                axis="Steps of training",
                each=True,
            ),
            f"{column_words(column)}: mean over the episodes of a rollout; thin: each "
            "seed.",
        )
        for column, values in learned.curves.items()
    )
    sections = (
        Section("At the end", tables=(last_rollouts(learned),)),
        Section("While learning", drawings=drawings),
        Section("What was run", code=command, folded=True),
    )
    told = tuple(
        f"{column_words(column)}, in the last rollout: {last.interval}."
        for column, last in learned.last.items()
        if column[0] == RETURN and last.interval
    )
    return Page(f"{name}: {len(learned.seeds)} seeds", QUESTION, told, sections)


def column_words(column: Column) -> str:
    """The caption of a column.

    Example:
        >>> column_words(("rate", "main")), column_words(("return", "land"))
        ('main per episode', 'return: land')
    """
    part, name = column
    return f"return: {name}" if part == RETURN else f"{name} per episode"


def last_rollouts(learned: Learned) -> PageTable:
    """The table of every seed's last rollout, and the mean over seeds."""
    rows = [
        (str(seed), *(f"{last.values[i]:.2f}" for last in learned.last.values()))
        for i, seed in enumerate(learned.seeds)
    ]
    means = (str(last.interval or "–") for last in learned.last.values())
    caption = (
        "Mean over the episodes of the last rollout; all: mean over seeds with its "
        "95 % interval."
    )
    header = ("seed", *map(column_words, learned.last))
    return PageTable(caption, header, (*rows, ("all", *means)))
