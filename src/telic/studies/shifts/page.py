"""The page of the shifts study: edits on every kind of boards, beside their nulls."""

from telic.render.page import Page, PageTable, Section
from telic.render.side_by_side import Words, side_by_side
from telic.render.trial_table import NONE, nulls_table, trial_table
from telic.studies.kinds import KindsEffects
from telic.studies.splice.page import COLUMNS, FETCHED, TERMS, sentence, splice_caption
from telic.trials.effects import Reference

QUESTION = (
    "An edited agent reaches another goal on the boards that it was trained on. Does "
    "it on boards that it never saw, as agents do that were trained for that goal?"
)
MORE = {**COLUMNS, "return_aim": "return", "regret": "regret"}
REGRET = (
    "Regret",
    "The expected return of optimal play on the same boards, less the return. Optimal "
    "play knows the whole board and the ball’s chances, found by backward induction; "
    "an agent sees a part of the board. A dash: not known on such boards.",
)


def page(found: KindsEffects, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    words = Words(row="boards", measured=FETCHED, edit=splice_caption, variant=str)
    sections = [
        side_by_side(found.edits, words),
        Section("Agents without an edit", tables=(_unedited(found),)),
    ]
    for kind, each in found.kinds.items():
        told = f"Boards: {kind}. Share of episodes that reach the aim."
        measures = each.references[0].measured
        columns = {m: words for m, words in MORE.items() if m in measures}
        table = trial_table(each, columns=columns, caption=told, name=splice_caption)
        nulls = nulls_table(each, caption="Every null.", name=splice_caption)
        sections.append(Section(f"Boards: {kind}", tables=(table, nulls), folded=True))
    sections += [
        Section("What was run", code=command, folded=True),
        Section("Words", terms=(REGRET, *TERMS), folded=True),
    ]
    title = f"Boards never seen: {len(found.kinds)} kinds, {len(found.seeds)} seeds"
    return Page(title, QUESTION, findings(found), tuple(sections))


def findings(found: KindsEffects) -> tuple[str, ...]:
    """The first edit on every kind of boards, in a sentence each."""
    edit = next(iter(found.edits))
    return tuple(
        f"{kind}: {sentence(each[edit], splice_caption(edit))}"
        for kind, each in found.kinds.items()
    )


def _unedited(found: KindsEffects) -> PageTable:
    """What unedited agents and donors do on every kind of boards."""
    rows = []
    for kind, each in found.kinds.items():
        cells = [
            _cell(reference, measure)
            for reference in each.references
            for measure in ("aim", "return_aim", "length", "regret")
        ]
        rows.append((kind, *cells))
    header = ("Boards", "no edit: aim", "… return", "… steps", "… regret")
    header += ("donor: aim", "… return", "… steps", "… regret")
    told = (
        "Agents that were trained for their goal: share of episodes that reach the aim,"
        " return under its objective, steps, regret; means over seeds."
    )
    return PageTable(told, header, tuple(rows))


def _cell(reference: Reference, measure: str) -> str:
    """One measure of the unedited agent or the donor, or a dash."""
    found = reference.measured.get(measure)
    return NONE if found is None else str(found.interval)
