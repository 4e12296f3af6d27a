"""From the answers of a study of edits to its files: page, tables, figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from telic.report import recipes as recipes_page
from telic.report import retarget as retarget_page
from telic.report import splice as splice_page
from telic.report.page import Page, markdown, render
from telic.report.style import svg
from telic.runs.folder import Run
from telic.studies import gather, recipes
from telic.studies.anatomy import anatomy


def texts(
    name: str, runs: Sequence[Run], settings: Mapping[str, Any], *, command: str = ""
) -> dict[str, str]:
    """The files of a study by name, the page first.

    Raises:
        InputError: If a run has no answer.
    """
    if name == "splice":
        return _splice(runs, settings, command)
    return _retarget(runs, settings, command)


def _splice(
    runs: Sequence[Run], settings: Mapping[str, Any], command: str
) -> dict[str, str]:
    """The files of the splice study."""
    found = gather.splice(runs, settings)
    recoveries = gather.recovery(found)
    steps = runs[0].plan().sizes.batch
    answers = anatomy(runs)
    page = splice_page.page(found, recoveries, answers, steps=steps, command=command)
    drawn = splice_page.figures(found)
    return _files(page) | {f"{n}.svg": svg(d.figure) for n, d in drawn.items()}


def _retarget(
    runs: Sequence[Run], settings: Mapping[str, Any], command: str
) -> dict[str, str]:
    """The files of the retarget study."""
    found = gather.retarget(runs, settings)
    return _files(retarget_page.page(found, new=settings["new"], command=command))


def recipes_texts(
    runs: Mapping[str, Sequence[Run]], settings: Mapping[str, Any], *, command: str = ""
) -> dict[str, str]:
    """The files of the recipes study; the runs by recipe."""
    tables = recipes.compare(runs, settings)
    return _files(recipes_page.page(tables, command=command))


def _files(page: Page) -> dict[str, str]:
    """A page in its two forms."""
    return {"report.html": render(page), "report.md": markdown(page)}
