"""The page of the held-out study."""

from collections.abc import Hashable

from telic.render.page import Page, Section
from telic.render.side_by_side import Words, findings, side_by_side
from telic.studies.held_out.summary import BOTH, TRAINED
from telic.studies.retarget.page import retarget_caption
from telic.studies.variants import Comparison
from telic.trials import Condition

FETCHED = "episodes that end with the new colour (share)"
TERMS = (
    (
        "Row",
        "How many colours the agents alternated over, and the new colour that they are "
        f"to fetch. {BOTH.capitalize()}: the mean over the new colours in each seed.",
    ),
    (
        "Boards",
        "The new colour beside the old target, and a key of the other held-out colour. "
        "Both held-out colours lay on the boards of training, worth 0.1.",
    ),
    (
        "Several neighbours",
        "With three or four trained colours an agent has several goal vectors, one for "
        "each colour that it once was switched to or from; a seed’s number is the mean "
        "over its agents and these.",
    ),
    (
        "Grey and red",
        "Grey is also the colour of the walls and the ball, and red shares its input "
        "code with empty cells. Exchanging their input ROWS (relabel, a carried goal "
        "vector, a contrast of rows) moves more than the colours of keys; relabel is "
        "no ceiling there. Transport and the refits exchange the keys alone.",
    ),
    (
        "Old targets",
        "The last two agents of a full run want blue and purple if two colours were "
        "trained, purple and green if three, green and red if four.",
    ),
    (
        "Training",
        "All runs have as many phases: with more colours, each colour has fewer, and "
        "more keys lie on a board. The boards of the trial have three keys for all.",
    ),
)


def page(found: Comparison, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    words = Words(
        row="agents, new colour",
        measured=FETCHED,
        edit=retarget_caption(found.sites),
        variant=row_name,
        named=tuple(Condition(variant, BOTH) for variant in TRAINED),
    )
    return Page(
        "Held-out colours",
        "Does a goal move further, to a colour never the target, if more were trained?",
        findings(found.edits, words),
        (
            side_by_side(found.edits, words),
            Section("How to read it", terms=TERMS),
            Section("What was run", code=command, folded=True),
        ),
    )


def row_name(condition: Hashable) -> str:
    """The number of trained colours and the new colour, in words.

    Example:
        >>> row_name(Condition("colours-3", "yellow"))
        '3 trained, yellow'
    """
    assert isinstance(condition, Condition)
    return f"{len(TRAINED[condition.group])} trained, {condition.value}"
