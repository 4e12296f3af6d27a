"""The page of runs in any world: returns and events over training."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.render.curves import recovery
from telic.render.page import Drawing, Page, PageTable, Section
from telic.runs.folder import Run
from telic.stats import bootstrap

QUESTION = "What did these agents learn, under each objective and event by event?"
SHOWN = ("return_", "rate_")
"""The prefixes of the columns that are drawn."""


def page(runs: Sequence[Run], *, command: str = "") -> Page:
    """The page of some runs of one plan.

    Args:
        runs: The runs; all curves are cut to the length of the shortest.
        command: The command that makes them again.

    Raises:
        InputError: If none has finished a rollout.
    """
    found = columns(runs)
    steps = runs[0].plan().sizes.batch
    shown = {k: v for k, v in found.items() if np.isfinite(v).any()}
    drawings = tuple(
        Drawing(
            recovery(
                {"all seeds": values},
                label=column_words(name),
                steps_per_rollout=steps,
                axis="Steps of training",
                each=True,
            ),
            f"{column_words(name)}: mean over the episodes of a rollout; thin: each "
            "seed.",
        )
        for name, values in shown.items()
    )
    sections = (
        Section("At the end", tables=(last_rollouts(runs, shown),)),
        Section("While learning", drawings=drawings),
        Section("What was run", code=command, folded=True),
    )
    told = tuple(
        f"{column_words(name)}, in the last rollout: "
        f"{bootstrap(last_values(values), np.mean)}."
        for name, values in shown.items()
        if name.startswith(SHOWN[0]) and len(last_values(values))
    )
    title = f"{runs[0].path.parent.name}: {len(runs)} seeds"
    return Page(title, QUESTION, told, sections)


def columns(runs: Sequence[Run]) -> dict[str, Float[np.ndarray, "seeds rollouts"]]:
    """Returns and rates of events of all seeds, NaN where no episode was completed.

    Raises:
        InputError: If a run has not finished a rollout.
    """
    rows = [run.rows() for run in runs]
    whole = min(map(len, rows))
    if not whole:
        raise InputError(
            "a run has not finished a rollout", fix="leave it out, or: telic resume"
        )
    names = [name for name in rows[0][0] if name.startswith(SHOWN)]
    return {
        name: np.array([[row[name] for row in one[:whole]] for one in rows], float)
        for name in names
    }


def last_values(values: Float[np.ndarray, "seeds rollouts"]) -> Float[np.ndarray, " _"]:
    """The values of the last rollout, without the missing ones."""
    end = values[:, -1]
    return end[np.isfinite(end)]


def column_words(name: str) -> str:
    """The caption of a column.

    Example:
        >>> column_words("rate_main"), column_words("return_land")
        ('main per episode', 'return: land')
    """
    kind, _, rest = name.partition("_")
    return f"return: {rest}" if kind == "return" else f"{rest} per episode"


def last_rollouts(
    runs: Sequence[Run], found: dict[str, Float[np.ndarray, "seeds rollouts"]]
) -> PageTable:
    """The table of every seed's last rollout, and the mean over seeds."""
    ends = {name: values[:, -1] for name, values in found.items()}
    rows = [
        (str(run.seed()), *(f"{end[i]:.2f}" for end in ends.values()))
        for i, run in enumerate(runs)
    ]
    means = (
        str(bootstrap(last_values(values), np.mean))
        if len(last_values(values))
        else "–"
        for values in found.values()
    )
    caption = (
        "Mean over the episodes of the last rollout; all: mean over seeds with its "
        "95 % interval."
    )
    header = ("seed", *map(column_words, ends))
    return PageTable(caption, header, (*rows, ("all", *means)))
