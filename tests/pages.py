"""Reading pages: the tags of a page, where its attributes point, and its tables."""

import contextlib
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest


class Reader(HTMLParser):
    """The tags of a page, and where its attributes point."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.sources, self.handlers, self.text = set(), [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(name)
            if name in ("src", "href", "xlink:href", "srcset", "action", "data"):
                self.sources.append(value)

    def handle_data(self, data):
        self.text += data


def check_offline(html):
    """Nothing in a page acts, and nothing is requested from anywhere."""
    found = Reader(html)
    assert not {"script", "iframe", "object", "link", "base"} & found.tags
    assert not found.handlers
    assert all(s.startswith(("data:image/", "#")) for s in found.sources)
    assert "url(http" not in html and "default-src 'none'" in html
    return found


@contextlib.contextmanager
def undrawn() -> Iterator[None]:
    """A block in which figures are made and not drawn: every drawing is empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("telic.render.page.svg", lambda *_, **__: "<svg></svg>")
        yield


def main_table(page, title):
    """The rows of the first table of a section, as mappings from heading to cell."""
    (section,) = [s for s in page.sections if s.title == title]
    table = section.tables[0]
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]
