"""From the answers of a study of edits to its files: page, tables, figures."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from telic.render.page import Page, markdown, render
from telic.render.style import svg
from telic.report import calibrate as calibrate_page
from telic.report import isolation as isolation_page
from telic.report import locate as locate_page
from telic.report import snr as snr_page
from telic.report import splice as splice_page
from telic.runs.folder import Run
from telic.studies import gather
from telic.studies.anatomy import anatomy
from telic.studies.answers import settings_of
from telic.studies.calibrate import Calibrate
from telic.studies.calibrated import calibrated
from telic.studies.isolated import isolated, sorted_
from telic.studies.located import located
from telic.studies.repeated import repeated


def texts(
    name: str, runs: Sequence[Run], settings: Mapping[str, Any], *, command: str = ""
) -> dict[str, str]:
    """The files of a study by name, the page first.

    Raises:
        InputError: If a run has no answer.
    """
    return TEXTS[name](runs, settings, command)


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


def _isolation(
    runs: Sequence[Run], settings: Mapping[str, Any], command: str
) -> dict[str, str]:
    """The files of the isolation study."""
    page = isolation_page.page(
        isolated(runs, settings),
        sorted_(runs),
        main=settings["main"],
        first=runs[0].plan().schedule[-1].objective,
        command=command,
    )
    return _files(page) | _drawn(page)


def _snr(
    runs: Sequence[Run], settings: Mapping[str, Any], command: str
) -> dict[str, str]:
    """The files of the SNR study."""
    page = snr_page.page(repeated(runs, settings), command=command)
    return _files(page) | _drawn(page)


def _locate(
    runs: Sequence[Run], settings: Mapping[str, Any], command: str
) -> dict[str, str]:
    """The files of the locate study."""
    page = locate_page.page(located(runs, settings), command=command)
    return _files(page) | _drawn(page)


TEXTS = {
    "locate": _locate,
    "splice": _splice,
    "isolation": _isolation,
    "snr": _snr,
}
"""How the files of each study of `telic.studies.EDIT_STUDIES` are made."""


def family_texts(
    name: str,
    family: Calibrate,
    runs: Mapping[str, Sequence[Run]],
    *,
    command: str = "",
) -> dict[str, str]:
    """The files of a family of studies; the runs by variant.

    Raises:
        InputError: If a run has no answer, or the variants' seeds differ.
    """
    found = calibrated(runs, settings_of(family.planting))
    page = calibrate_page.page(found, command=command)
    return _files(page) | _drawn(page)


def _drawn(page: Page) -> dict[str, str]:
    """The drawings of a page as files, named by section and number."""
    return {
        f"{_slug(section.title)}-{number}.svg": svg(drawing.figure)
        for section in page.sections
        for number, drawing in enumerate(section.drawings, start=1)
    }


def _slug(title: str) -> str:
    """A title as the name of a file.

    Example:
        >>> _slug("Subtracted and added: 16,384 steps")
        'subtracted-and-added-16384-steps'
    """
    plain = re.sub(r"[^a-z0-9 ]", "", title.lower())
    return re.sub(" +", "-", plain.strip())


def _files(page: Page) -> dict[str, str]:
    """A page in its two forms."""
    return {"report.html": render(page), "report.md": markdown(page)}
