"""The files of a page: HTML, Markdown, and each of its drawings."""

import re

from telic.render.page import Page, markdown, render


def files(page: Page) -> dict[str, str]:
    """The texts of a page's files by name, the page first.

    A drawing's name is its `file`, or else made from its section and number.
    """
    names = [
        f"{drawing.file or f'{_slug(section.title)}-{number}'}.svg"
        for section in page.sections
        for number, drawing in enumerate(section.drawings, start=1)
    ]
    drawn = dict(zip(names, page.svgs, strict=True))
    return {"report.html": render(page), "report.md": markdown(page), **drawn}


def _slug(title: str) -> str:
    """A title as the name of a file.

    Example:
        >>> _slug("Subtracted and added: 16,384 steps")
        'subtracted-and-added-16384-steps'
    """
    plain = re.sub(r"[^a-z0-9 ]", "", title.lower())
    return re.sub(" +", "-", plain.strip())
