"""The page of the recipes study."""

from telic.render.page import Page, Section
from telic.render.side_by_side import Words, findings, side_by_side
from telic.studies.splice.page import FETCHED, splice_caption
from telic.studies.variants import Comparison

WORDS = Words(
    row="recipe", measured=FETCHED, edit=splice_caption, variant=str, named=("default",)
)


def page(found: Comparison, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    return Page(
        "Recipes",
        "Does where the goal sits depend on how the agent was trained?",
        findings(found.edits, WORDS),
        (
            side_by_side(found.edits, WORDS),
            Section("What was run", code=command, folded=True),
        ),
    )
