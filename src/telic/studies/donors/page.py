"""The page of the donors study: edits beside donors, and each donor's table."""

from collections.abc import Hashable

from telic.render.page import Page, PageTable, Section
from telic.render.side_by_side import Words, overview, side_by_side
from telic.render.trial_table import nulls_table, trial_table
from telic.studies.donors.edits import BRANCH, RANK_KEPT, RESIDUAL
from telic.studies.donors.pairs import DONORS, SIBLING
from telic.studies.kinds import KindsEffects
from telic.studies.splice.edits import GRAFT, LAYERS, RANK
from telic.studies.splice.page import COLUMNS, FETCHED, TERMS, sentence, splice_caption
from telic.trials import Condition

QUESTION = (
    "A graft from the agent’s own parent undoes part of the last phase. Do the same "
    "edits move a goal where the donor has never been what the recipient was?"
)
CAPTIONS = {
    RESIDUAL: f"the difference without its rank {RANK_KEPT}",
    BRANCH: "what the donor learned since the ancestor",
}
CHOSEN = (
    Condition(LAYERS, "0+1"),
    Condition(GRAFT, 20.0),
    Condition(RANK, float(RANK_KEPT)),
)
"""The edits that are drawn; fixed on trials with other seeds than the plan's."""

SIBLINGS_NULLS = (
    "Nulls of a sibling",
    "Its recipient is a branch that went on with the ancestor’s goal. *Same goal* "
    "leads to a twin of that branch, with other data; *continuation* goes further "
    "along what the branch learned since the ancestor.",
)
ONE_MEAN = (
    "One trial in five rows",
    "The mean of earlier switches does not depend on the donor: parent, child and "
    "strangers share its recipient, boards and draws. The sibling’s recipient is "
    "another agent.",
)
OWN = [
    *(term for term in TERMS if term[0] not in ("Donor", "One earlier switch")),
    SIBLINGS_NULLS,
    ONE_MEAN,
]
KINDS = tuple((name.capitalize(), f"{words}.") for name, words in DONORS.items())


def page(found: KindsEffects, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    words = Words(row="donor", measured=FETCHED, edit=donor_caption, variant=str)
    drawn = {edit: found.edits[edit] for edit in CHOSEN if edit in found.edits}
    sections = [
        Section(
            "The same edits with every donor",
            drawings=side_by_side(drawn, words).drawings,
            tables=(overview(found.edits, words),),
        ),
        Section("The plain alternative: load the donor", tables=(_donors(found),)),
    ]
    for name, each in found.kinds.items():
        told = f"Donor: {DONORS[name]}. Share of episodes that reach the aim."
        table = trial_table(
            each, columns={"aim": "aim", **COLUMNS}, caption=told, name=donor_caption
        )
        nulls = nulls_table(each, caption="Every null.", name=donor_caption)
        sections.append(Section(f"{name.capitalize()}, in full", tables=(table, nulls)))
    sections += [
        Section("What was run", code=command, folded=True),
        Section("Words", terms=(*KINDS, *OWN), folded=True),
    ]
    title = f"Donors: {len(found.kinds)} kinds, {len(found.seeds)} seeds"
    return Page(title, QUESTION, findings(found), tuple(sections))


def donor_caption(condition: Hashable) -> str:
    """The caption of an edit.

    Example:
        >>> donor_caption(Condition(RESIDUAL, 4.0))
        'the difference without its rank 4'
    """
    if isinstance(condition, Condition) and condition.group in CAPTIONS:
        return CAPTIONS[condition.group]
    return splice_caption(condition)


def findings(found: KindsEffects) -> tuple[str, ...]:
    """Every edit of the donor that is no ancestor and no stranger, in a sentence."""
    if SIBLING not in found.kinds:
        return ()
    return tuple(
        sentence(effect, f"Sibling, {donor_caption(effect.condition)}")
        for effect in found.kinds[SIBLING].edits
    )


def _donors(found: KindsEffects) -> PageTable:
    """What recipients and donors do unedited."""
    rows = []
    for name, each in found.kinds.items():
        cells = []
        for reference in each.references:
            measured = (reference.measured[m].interval for m in ("aim", "length"))
            cells += [str(interval) for interval in measured]
        rows.append((name, *cells))
    header = ("Donor", "recipient: aim", "… steps", "donor itself: aim", "… steps")
    told = "Share of episodes that reach the aim, and steps; means over seeds."
    return PageTable(told, header, tuple(rows))
