"""The page of the retarget study: a colour that was never the target."""

import numpy as np

from telic.render.bars import bars
from telic.render.page import Drawing, Page, Section, Table
from telic.render.trial_table import nulls_table, trial_table
from telic.report.splice import COLUMNS, sentence
from telic.stats import bootstrap
from telic.studies.colours import CONTRAST, GOAL, TRACKS
from telic.studies.gather import Found
from telic.trials import Table as Trials
from telic.trials import choose_on_others
from telic.trials.effects import Arm

QUESTION = "Can an agent be made to fetch a key of a colour that was never its target?"
CHOSEN = "; strength chosen on the other seeds"
FETCHED = "episodes that end with the new colour (share)"
TERMS = (
    (
        "New colour",
        "One that no objective of the runs wanted. It lay on their boards as a "
        "distractor, worth 0.1, unless its input rows have the norm 0: then it was "
        "never seen.",
    ),
    ("input", "The input rows of two colours exchanged: the ceiling, not a finding."),
    (
        "weights",
        "The goal vector of earlier switches, carried to the new colour by exchanging "
        "rows; or the contrast of two colours’ rows.",
    ),
    (
        "activations",
        "No weight is changed. Transport: a linear map at a site, fitted by regression "
        "to what the agent would compute with two colours exchanged.",
    ),
    ("beyond-input", "Weights are changed, but not those of the first layer."),
    ("not carried", "The same vector before it was carried: a null of the carrying."),
    ("beside, without", "Whether the old target lies on the board beside the new one."),
)


def page(found: Found, *, new: str, command: str = "") -> Page:
    """The page.

    Args:
        found: The tables over seeds, by kind of board.
        new: The colour that was never the target.
        command: How to make it again.
    """
    tables, arms = with_chosen(found), chosen_arms(found)
    sections = [
        Section(
            f"The {new} key {heading} the old target",
            drawings=tuple(_draw(table, arms, track) for track in TRACKS),
            tables=(_table(table, arms, heading),),
        )
        for heading, table in tables.items()
    ]
    nulls = tuple(
        nulls_table(table, arms, measure="aim", caption=f"{heading}: every null.")
        for heading, table in tables.items()
    )
    sections += [
        Section("What can be seen", tables=(norms_table(found),)),
        Section("Every null of every edit", tables=nulls, folded=True),
        Section("What was run", code=command, folded=True),
        Section("Words", terms=TERMS, folded=True),
    ]
    title = f"Retargeting to {new}: {len(found.seeds)} seeds"
    return Page(title, QUESTION, findings(found), tuple(sections))


def with_chosen(found: Found) -> dict[str, Trials]:
    """The tables with each vector at the strength that was best on the other seeds."""
    tables = found.tables
    if len(found.seeds) < 2:
        return tables
    for vector in (GOAL, CONTRAST):
        family = [arm.edit for arm in found.arms if arm.edit.endswith(vector)]
        tables = {
            heading: choose_on_others(table, family, "aim", name=f"{vector}{CHOSEN}")
            for heading, table in tables.items()
        }
    return tables


def chosen_arms(found: Found) -> tuple[Arm, ...]:
    """The arms as categories by track, with the chosen strengths among the weights."""
    table = next(iter(with_chosen(found).values()))
    extra = [Arm(e, "weights", None) for e in table.edits if e.endswith(CHOSEN)]
    plain = [Arm(arm.edit, arm.group, None) for arm in found.arms]
    return (*plain, *extra)


def findings(found: Found) -> tuple[str, ...]:
    """The best of each track in a sentence, on the first kind of boards."""
    table, arms = next(iter(with_chosen(found).values())), chosen_arms(found)
    told = []
    for track in TRACKS:
        names = [arm.edit for arm in arms if arm.group == track]
        names = [n for n in names if n.endswith(CHOSEN)] or names
        best = max(names, key=lambda name: table.interval("aim", name).estimate)
        told.append(f"{track}: {sentence(table, best)}")
    return tuple(told)


def norms_table(found: Found) -> Table:
    """The norm of each colour's input rows: 0 means that the colour cannot be seen."""
    norms = [answer["row_norms"] for answer in found.answers.values()]
    rows = tuple(
        (colour, str(bootstrap(np.array([seed[colour] for seed in norms]), np.mean)))
        for colour in norms[0]
    )
    caption = "Norm of each colour’s rows in the actor’s first layer, after training."
    return Table(caption, ("colour", "norm"), rows)


def _draw(table: Trials, arms: tuple[Arm, ...], track: str) -> Drawing:
    """The drawing of one track."""
    figure = bars(table, arms, group=track, measure="aim", label=FETCHED)
    return Drawing(figure, f"{track}: {FETCHED}; open squares: the strongest null.")


def _table(table: Trials, arms: tuple[Arm, ...], heading: str) -> Table:
    """The table of one kind of boards."""
    return trial_table(
        table,
        arms,
        measure="aim",
        columns=COLUMNS,
        caption=f"Boards {heading} the old target: share that end with the new colour.",
    )
