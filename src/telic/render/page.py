"""A page: one self-contained HTML file, and the same in Markdown.

A page is data (`Page`, `Section`, `PageTable` ...); `render` and `markdown` write it.
Its text is not trusted, as it includes run names, notes and configs: the template
escapes everything, drawings are made here from Matplotlib figures, images are checked
to be images, and the page's security policy forbids all scripts and requests.
"""

import base64
import dataclasses
import functools
import re
from importlib import resources

import jinja2
from markupsafe import Markup
from matplotlib.figure import Figure

from telic.core.errors import InputError
from telic.render.style import svg, visible

SIGNATURES = {b"GIF8": "image/gif", b"\x89PNG": "image/png"}
"""The allowed media types of an image, by its first bytes."""


@dataclasses.dataclass(frozen=True)
class PageTable:
    """Text in rows and columns; the first column names the row.

    Attributes:
        caption: The description of the numbers: unit, n, kind of interval.
        header: One heading for each column.
        rows: The cells.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        """Check that every row is as long as the header."""
        for row in self.rows:
            if len(row) != len(self.header):
                raise InputError(
                    f"a row of {self.caption!r} has {len(row)} cells: {row}",
                    why=f"its header has {len(self.header)}",
                )


@dataclasses.dataclass(frozen=True)
class Drawing:
    """A Matplotlib figure with its caption.

    Attributes:
        figure: The figure.
        caption: The caption.
        file: The name of its file, without a suffix; empty: made from its section.
    """

    figure: Figure
    caption: str
    file: str = ""


@dataclasses.dataclass(frozen=True)
class Image:
    """A GIF or PNG with its caption."""

    data: bytes
    caption: str

    @property
    def media(self) -> str:
        """Its media type, from its first bytes.

        Raises:
            InputError: If it is neither a GIF nor a PNG.
        """
        if self.data[:4] not in SIGNATURES:
            raise InputError(
                f"image {self.caption!r} begins with {self.data[:4]!r}",
                why="a page holds GIF and PNG images only",
            )
        return SIGNATURES[self.data[:4]]

    @property
    def uri(self) -> str:
        """The image as a `data:` address, which needs no request."""
        return f"data:{self.media};base64,{base64.b64encode(self.data).decode()}"


@dataclasses.dataclass(frozen=True)
class Section:
    """A heading and the contents below it, in the order of the attributes.

    Attributes:
        title: The heading.
        text: Paragraphs.
        drawings: Figures of full width, one below the other.
        images: Small images, side by side.
        tables: Tables.
        terms: Terms and their definitions.
        code: Lines of code to copy.
        folded: Whether it is closed until the reader opens it.
    """

    title: str
    text: tuple[str, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    images: tuple[Image, ...] = ()
    tables: tuple[PageTable, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    code: str = ""
    folded: bool = False


@dataclasses.dataclass(frozen=True)
class Page:
    """A whole page: the question, the findings, then the sections."""

    title: str
    question: str
    findings: tuple[str, ...]
    sections: tuple[Section, ...]

    @functools.cached_property
    def svgs(self) -> tuple[str, ...]:
        """One `<svg>` element for each drawing, drawn when they are first asked for."""
        # Ids in inline SVG are global, so each drawing gets a different salt.
        drawings = [d for section in self.sections for d in section.drawings]
        return tuple(
            svg(drawing.figure, salt=f"telic-{i}") for i, drawing in enumerate(drawings)
        )


def render(page: Page) -> str:
    """A page as one self-contained HTML document, the same bytes every time.

    Raises:
        InputError: If an image is neither a GIF nor a PNG.

    Example:
        >>> html = render(Page("<b>", "Why?", (), ()))
        >>> "<h1>&lt;b&gt;</h1>" in html, "<script" in html
        (True, False)
    """
    svgs = map(Markup, page.svgs)
    return _template().render(page=page, drawn=lambda: next(svgs))


def markdown(page: Page) -> str:
    r"""The text and tables of a page as Markdown, with the captions of figures.

    Example:
        >>> page = Page("T", "Why?", (), (Section("S", text=("a*b",)),))
        >>> print(markdown(page))
        # T
        <BLANKLINE>
        *Why?*
        <BLANKLINE>
        ## S
        <BLANKLINE>
        a\*b
        <BLANKLINE>
    """
    head = [f"# {escape(page.title)}", f"*{escape(page.question)}*"]
    parts = [*head, *map(escape, page.findings)]
    for section in page.sections:
        parts += _markdown_section(section)
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""Text that Markdown shows as it is, on one line.

    Example:
        >>> print(escape("<a> | [b](c)"))
        &lt;a&gt; \| \[b\](c)
    """
    line = " ".join(visible(text).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = re.sub(r"([\\`*_{}\[\]|~$])", r"\\\1", line)
    # At the start of a line these would begin a heading or a list.
    return re.sub(r"^(\d*)([#+.)-])(?=[\s#]|$)", r"\1\\\2", line)


@functools.cache
def _template() -> jinja2.Template:
    source = resources.files("telic.render").joinpath("page.html.j2")
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda x: visible(x) if type(x) is str else x,
    )
    return environment.from_string(source.read_text(encoding="utf-8"))


def _markdown_section(section: Section) -> list[str]:
    """The paragraphs of one section."""
    shown = [item.caption for item in (*section.drawings, *section.images)]
    code = "".join(f"    {line}\n" for line in visible(section.code).splitlines())
    return [
        f"## {escape(section.title)}",
        *map(escape, section.text),
        *(f"*Figure: {escape(caption)}*" for caption in shown),
        *map(_markdown_table, section.tables),
        *(f"**{escape(word)}**: {escape(meaning)}" for word, meaning in section.terms),
        *([code.rstrip()] if code else []),
    ]


def _markdown_table(table: PageTable) -> str:
    """One table, its caption above."""
    rule = ["---", *["---:"] * (len(table.header) - 1)]
    rows = [table.header, *table.rows]
    lines = [f"| {' | '.join(map(escape, row))} |" for row in rows]
    lines.insert(1, f"| {' | '.join(rule)} |")
    return "\n".join([escape(table.caption), "", *lines])
