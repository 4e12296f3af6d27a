"""A vector subtracted and added, at every dose and in part: the sections about it."""

from collections.abc import Sequence

from telic.render.dose import dose
from telic.render.page import Drawing, Section, Table
from telic.render.trial_table import nulls_table, trial_table
from telic.studies.flights import MEASURES
from telic.studies.isolated import Isolated
from telic.studies.updates import NOISE, PARTS, PLAIN, RANKS, SHARES, SPECIFIC
from telic.trials import Table as Trials
from telic.trials.effects import Arm
from telic.trials.trial import DONOR, UNEDITED

BY_STEP = (
    "stock_per_step",
    "fuel_per_step",
    "fuel_sd",
    "burning",
    "fuel_if_burning",
    "landings_per_5k",
)
"""What the first founding study told of its agents."""

COLUMNS = {
    k: v for k, v in MEASURES.items() if k not in BY_STEP or k == "fuel_per_step"
}
"""The columns of a table, in words."""

AXES = {
    RANKS: "rank of what is subtracted, in every layer",
    SHARES: "weights that are changed, the largest changes first (%)",
    NOISE: "length of the noise, in lengths of the vector",
}
"""What stands on the axis of each family of parts."""


def by_length(found: Isolated, steps: int) -> Section:
    """One length of the second phase: dose curves and tables."""
    table, arms = found.tables[steps], found.arms[steps]
    drawings = [
        Drawing(
            dose(
                table,
                _families(arms),
                group=name,
                measure=measure,
                label=MEASURES[measure],
                axis=f"strength of the {name} (below 0: subtracted)",
            ),
            f"{name}: {MEASURES[measure]}; filled: the edit, squares: the null "
            "that has the most.",
        )
        for name in (PLAIN, SPECIFIC)
        for measure in ("fuel", "landing")
    ]
    less, more = _sided(arms, below=True), _sided(arms, below=False)
    tables = [_trial(table, less, "fuel", f"{steps:,} steps, subtracted. Fuel.")]
    if more:
        text = f"{steps:,} steps, added. Fuel saved (minus fuel)."
        tables.append(_trial(table, more, "saved", text))
    title = f"Subtracted and added: {steps:,} steps of the second phase"
    return Section(title, drawings=tuple(drawings), tables=tuple(tables))


def in_part(found: Isolated, main: int) -> list[Section]:
    """The reward-specific part subtracted in part, at the main length."""
    chosen = [a for a in found.arms[main] if a.group in (PARTS, RANKS, SHARES, NOISE)]
    if not chosen:
        return []
    table = found.tables[main]
    drawings = tuple(
        Drawing(
            dose(
                table,
                chosen,
                group=group,
                measure="fuel",
                label=MEASURES["fuel"],
                axis=axis,
                log=True,
            ),
            f"{SPECIFIC}, subtracted, {group}: {MEASURES['fuel']}.",
        )
        for group, axis in AXES.items()
    )
    table_ = _trial(table, chosen, "fuel", f"{SPECIFIC}, subtracted in part. Fuel.")
    return [Section("In part, and with noise", drawings=drawings, tables=(table_,))]


def greedily(found: Isolated, main: int) -> Section:
    """The same for agents that take their most probable action."""
    table = found.greedy[main]
    arms = [arm for arm in _families(found.arms[main]) if arm.edit in table.edits]
    less, more = _sided(arms, below=True), _sided(arms, below=False)
    tables = [_trial(table, less, "fuel", "Greedy, subtracted. Fuel.")]
    if more:
        tables.append(_trial(table, more, "saved", "Greedy, added. Fuel saved."))
    tables.append(_by_step(table))
    title = "Agents that take their most probable action"
    return Section(title, tables=tuple(tables), folded=True)


def _by_step(table: Trials) -> Table:
    """What the first founding study counted, over steps, of its three agents."""
    agents = {"before": UNEDITED, "after": DONOR, "subtracted": f"-1 × {PLAIN}"}
    rows = tuple(
        (name, *(str(table.interval(m, edit)) for m in BY_STEP))
        for name, edit in agents.items()
    )
    caption = (
        "As the founding study counted: greedy agents, by step and not by episode, so "
        "that long episodes weigh more. Mean over seeds with 95 % interval."
    )
    return Table(caption, ("agent", *(MEASURES[m] for m in BY_STEP)), rows)


def every_null(found: Isolated) -> Section:
    """Every null of every edit."""
    tables = tuple(
        nulls_table(
            table, found.arms[steps], measure="fuel", caption=f"{steps:,} steps. Fuel."
        )
        for steps, table in found.tables.items()
    )
    return Section("Every null of every edit", tables=tables, folded=True)


def _families(arms: Sequence[Arm]) -> list[Arm]:
    """The arms that are doses."""
    return [arm for arm in arms if arm.group in (PLAIN, SPECIFIC)]


def _sided(arms: Sequence[Arm], *, below: bool) -> list[Arm]:
    """The doses below, or above, 0."""
    doses = [(arm, arm.x) for arm in _families(arms)]
    return [arm for arm, x in doses if x is not None and (x < 0) == below]


def _trial(table: Trials, arms: Sequence[Arm], measure: str, caption: str) -> Table:
    """The table of some arms beside their nulls."""
    columns = {k: v for k, v in COLUMNS.items() if k != measure}
    return trial_table(table, arms, measure=measure, columns=columns, caption=caption)
