"""A page is one inert file: nothing in its text can act, and nothing is requested."""

from html.parser import HTMLParser

import pytest
from matplotlib.figure import Figure

from telic.core.errors import InputError
from telic.render.page import (
    Drawing,
    Image,
    Page,
    PageTable,
    Section,
    escape,
    markdown,
    render,
)

GIF = b"GIF89a" + bytes(10)
HOSTILE = (
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=//evil.example></iframe>",
    "</title></head><body onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- --><base href=//evil.example>",
    "&lt;script&gt;",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "$(touch x)`id`",
    "\x1b[2J\u202e<b>",
)


class Reader(HTMLParser):
    """What a browser would build: tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text += data


def page_of(text: str) -> Page:
    """A page with this text in every place that takes text."""
    section = Section(
        text,
        text=(text,),
        drawings=(Drawing(Figure(figsize=(1, 1)), text),),
        images=(Image(GIF, text),),
        tables=(PageTable(text, (text, text), ((text, text),)),),
        terms=((text, text),),
        code=text,
    )
    folded = Section(text, text=(text,), folded=True)
    return Page(text, text, (text,), (section, folded))


PLAIN = Reader(render(page_of("plain")))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    found = Reader(render(page_of(text)))
    assert found.tags == PLAIN.tags
    assert [a[:2] for a in found.attributes] == [a[:2] for a in PLAIN.attributes]
    shown = "".join(c for c in text if c.isprintable())
    assert found.text.count(shown) >= 12


def test_a_page_has_no_script_no_handler_and_no_link():
    assert not {"script", "iframe", "object", "link", "base"} & set(PLAIN.tags)
    assert not [name for _, name, _ in PLAIN.attributes if name.startswith("on")]
    sources = [
        value
        for _, name, value in PLAIN.attributes
        if name in ("src", "href", "xlink:href", "srcset", "action", "data")
    ]
    assert all(source.startswith(("data:image/", "#")) for source in sources)
    assert "url(http" not in render(page_of("plain"))


def test_the_policy_forbids_everything_but_images_and_styles_of_its_own():
    (policy,) = [v for _, name, v in PLAIN.attributes if v.startswith("default-src")]
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "script" not in policy


def test_a_page_is_the_same_bytes_every_time():
    assert render(page_of("plain")) == render(page_of("plain"))


def test_drawings_of_one_page_share_no_clip_path():
    figures = [Figure(figsize=(2, 2)) for _ in range(2)]
    for figure in figures:
        figure.subplots().plot([0, 1], [0, 1])
    drawings = tuple(Drawing(figure, "x") for figure in figures)
    found = Reader(render(Page("t", "q", (), (Section("s", drawings=drawings),))))
    tags = ("clippath", "clipPath")
    ids = [v for tag, name, v in found.attributes if tag in tags and name == "id"]
    assert len(ids) == len(set(ids)) == 2


def test_an_image_is_a_gif_or_a_png_by_its_bytes():
    assert Image(GIF, "").media == "image/gif"
    assert Image(b"\x89PNG\r\n", "").uri.startswith("data:image/png;base64,")
    with pytest.raises(InputError, match="GIF and PNG"):
        render(Page("t", "q", (), (Section("s", images=(Image(b"<svg>", "x"),)),)))


def test_a_row_that_does_not_fit_its_header_is_refused():
    with pytest.raises(InputError, match="has 1 cells"):
        PageTable("c", ("a", "b"), (("x",),))


def test_markdown_has_the_words_and_tables():
    table = PageTable("Rates.", ("Seed", "Rate"), (("1", "0.5"), ("2", "-0.25")))
    text = markdown(Page("T", "Why?", ("So.",), (Section("S", tables=(table,)),)))
    assert text == (
        "# T\n\n*Why?*\n\nSo.\n\n## S\n\n"
        "Rates.\n\n| Seed | Rate |\n| --- | ---: |\n| 1 | 0.5 |\n| 2 | -0.25 |\n"
    )


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a|b\nc", r"a\|b c"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("[x](javascript:1)", r"\[x\](javascript:1)"),
        ("# no heading", r"\# no heading"),
        ("- no item", r"\- no item"),
        ("1. no item", r"1\. no item"),
        ("0.94 stays", "0.94 stays"),
        ("*a* _b_ `c` $d$", r"\*a\* \_b\_ \`c\` \$d\$"),
    ],
)
def test_markdown_escapes_what_would_act(text, safe):
    assert escape(text) == safe


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_line_and_no_tag_to_markdown(text):
    found, plain = markdown(page_of(text)), markdown(page_of("plain"))
    prose = [line for line in found.splitlines() if not line.startswith("    ")]
    assert len(found.splitlines()) == len(plain.splitlines())
    assert not any("<" in line for line in prose)
