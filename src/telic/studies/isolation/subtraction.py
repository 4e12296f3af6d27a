"""Sections about a vector that is subtracted and added, at every dose and in part."""

from collections.abc import Callable, Hashable

from telic.render.dose import dose
from telic.render.page import Drawing, PageTable, Section
from telic.render.trial_table import NONE, nulls_table, trial_table
from telic.studies.isolation.edits import (
    DOSES,
    NOISE,
    PARTIAL,
    PARTS,
    PLAIN,
    RANKS,
    SHARES,
    SPECIFIC,
)
from telic.studies.isolation.judged import COEFFICIENTS
from telic.studies.isolation.metrics import WorldMetrics
from telic.studies.isolation.summary import Edited, Trial
from telic.trials import Condition, Effects

AXES = {
    RANKS: "rank of what is subtracted, in every layer",
    SHARES: "weights that are changed, the largest changes first (%)",
    NOISE: "length of the noise, in lengths of the vector",
}
"""The axis label of each group of parts."""

CAPTIONS = {
    **{name: f"{{:g}} × {name}" for name in DOSES},
    PARTS: "- {}",
    RANKS: "- rank {:g}",
    SHARES: "- top {:g} %",
    NOISE: "- it, + {:g} × noise",
}
"""The caption template of the conditions of each group."""


def subtraction_caption(condition: Hashable) -> str:
    """The caption of a condition.

    Example:
        >>> subtraction_caption(Condition(PLAIN, -1.0))
        '-1 × plain update'
        >>> subtraction_caption(Condition(SHARES, 5.0))
        '- top 5 %'
    """
    if not isinstance(condition, Condition):
        return str(condition)
    return CAPTIONS.get(condition.group, "{}").format(condition.value)


def by_length(found: Trial, metrics: WorldMetrics, steps: int) -> Section:
    """The section about one length of the second phase: tables, and curves of doses.

    Where no vector has another strength than -1 and 1 there are no curves.
    """
    doses = [each.condition for each in found.kept.edits]
    few = {Condition(name, s) for name in DOSES for s in COEFFICIENTS}
    more = any(each not in few for each in doses)
    drawn = [n for n in DOSES if more and Condition(n, -1.0) in doses]
    drawings = [
        Drawing(
            dose(
                _of(effects, lambda each, name=name: each.group == name),
                label=metrics.captions[effects.measure],
                axis=f"strength of the {name} (below 0: subtracted)",
                curve=name,
            ),
            f"{name}: {metrics.captions[effects.measure]}; filled: the edit, squares: "
            "the null that has the most.",
        )
        for name in drawn
        for effects in (found.lost, found.kept)
    ]
    text, note = f"{steps:,} steps", f" (minus {metrics.loss[0].lower()})"
    title = f"Subtracted and added: {text} of the second phase"
    tables = _doses(found, metrics, text, note)
    return Section(title, drawings=tuple(drawings), tables=tuple(tables))


def in_part(found: Trial, metrics: WorldMetrics) -> Section:
    """The section about partial subtractions, at the main length."""
    what = metrics.captions[metrics.lost]
    drawings = tuple(
        Drawing(
            dose(
                _of(found.lost, lambda each, group=group: each.group == group),
                label=what,
                axis=axis,
                curve=group,
                log=True,
            ),
            f"{SPECIFIC}, subtracted, {group}: {what}.",
        )
        for group, axis in AXES.items()
    )
    chosen = _of(found.lost, lambda each: each.group in PARTIAL)
    words = f"{SPECIFIC}, subtracted in part. {metrics.loss[0]}."
    tables = (_table(chosen, metrics, words),)
    return Section("In part, and with noise", drawings=drawings, tables=tables)


def greedily(found: Edited, metrics: WorldMetrics) -> Section:
    """The section about greedy agents."""
    tables = _doses(found.greedy, metrics, "Greedy")
    if metrics.greedy:
        tables.append(_by_step(found.greedy.lost, metrics))
    title = "Agents that take their most probable action"
    return Section(title, tables=tuple(tables), folded=True)


def every_null(found: Edited, metrics: WorldMetrics) -> Section:
    """The section with every null of every edit."""
    tables = tuple(
        nulls_table(
            each.lost,
            caption=f"{steps:,} steps. {metrics.loss[0]}.",
            name=subtraction_caption,
        )
        for steps, each in found.trials.items()
    )
    return Section("Every null of every edit", tables=tables, folded=True)


def _by_step(lost: Effects, metrics: WorldMetrics) -> PageTable:
    """The table of the first founding study's measures, for its three agents."""
    before, after = lost.references
    agents = {
        "before": before,
        "after": after,
        "subtracted": lost[Condition(PLAIN, -1.0)],
    }
    rows = tuple(
        (name, *(str(each.measured[m].interval or NONE) for m in metrics.greedy))
        for name, each in agents.items()
    )
    header = ("agent", *(metrics.captions[m] for m in metrics.greedy))
    return PageTable(metrics.greedy_caption, header, rows)


def _doses(
    found: Trial, metrics: WorldMetrics, text: str, note: str = ""
) -> list[PageTable]:
    """The tables of the doses below 0, and of those above 0 if there are any."""
    loss, served = metrics.loss
    below = _of(found.lost, lambda e: e.group in DOSES and float(e.value) < 0)
    tables = [_table(below, metrics, f"{text}, subtracted. {loss}.")]
    if found.served.edits:
        words = f"{text}, added. {served}{note}."
        tables.append(_table(found.served, metrics, words))
    return tables


def _of(effects: Effects, wanted: Callable[[Condition], bool]) -> Effects:
    """The effects of the conditions that a predicate selects."""
    every = [each.condition for each in effects.edits]
    return effects.select(
        each for each in every if isinstance(each, Condition) and wanted(each)
    )


def _table(effects: Effects, metrics: WorldMetrics, words: str) -> PageTable:
    """The table of some edits beside their nulls."""
    columns = {
        each: metrics.captions[each]
        for each in metrics.columns
        if each != effects.measure
    }
    return trial_table(
        effects, columns=columns, caption=words, name=subtraction_caption
    )
