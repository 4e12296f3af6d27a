"""The page of the recipes study: the same edits on agents trained otherwise."""

from collections.abc import Mapping

from telic.report.bars import bars
from telic.report.page import Drawing, Page, Section, Table
from telic.studies.arms import Arm
from telic.trials import Table as Trials
from telic.trials import verdict

QUESTION = "Does where the goal sits depend on how the agent was trained?"
FETCHED = "episodes that end with the donor’s colour (share)"


def page(tables: Mapping[str, Trials], *, command: str = "") -> Page:
    """The page.

    Args:
        tables: By edit: a table whose rows are the recipes.
        command: How to make it again.
    """
    sections = (
        Section(
            "The same edits on every recipe",
            tables=(overview(tables),),
            drawings=tuple(_draw(table, edit) for edit, table in tables.items()),
        ),
        Section("What was run", code=command, folded=True),
    )
    return Page("Recipes", QUESTION, findings(tables), sections)


def findings(tables: Mapping[str, Trials]) -> tuple[str, ...]:
    """For each edit, between which recipes its effect is smallest and largest."""
    return tuple(_finding(edit, table) for edit, table in tables.items())


def overview(tables: Mapping[str, Trials]) -> Table:
    """Recipes down, edits across: rate, seeds and strongest null."""
    first = next(iter(tables.values()))
    rows = tuple(
        (recipe, *(_cell(table, recipe) for table in tables.values()))
        for recipe in first.edits
    )
    caption = (
        f"Share of episodes that end with the donor’s colour: mean over "
        f"n = {len(first.seeds)} seeds (lowest to highest seed); in brackets the "
        "strongest null’s mean."
    )
    return Table(caption, ("recipe", *tables), rows)


def _cell(table: Trials, recipe: str) -> str:
    """One number with its seeds and its null."""
    found = verdict(table, recipe, "aim")
    values = table.values_of("aim", recipe)
    null = found.strongest.rate.estimate
    ends = f"{values.min():.2f} to {values.max():.2f}"
    return f"{found.rate.estimate:.2f} ({ends}) [{null:.2f}]"


def _finding(edit: str, table: Trials) -> str:
    """Where one edit does least and most."""
    rates = {r: table.interval("aim", r).estimate for r in table.edits}
    low, high = min(rates, key=rates.__getitem__), max(rates, key=rates.__getitem__)
    return (
        f"{edit}: from {rates[low]:.2f} ({low}) to {rates[high]:.2f} ({high}); "
        f"default {rates.get('default', float('nan')):.2f}; n = {len(table.seeds)} "
        "seeds a recipe."
    )


def _draw(table: Trials, edit: str) -> Drawing:
    """All recipes under one edit."""
    arms = [Arm(recipe, "recipes", None) for recipe in table.edits]
    figure = bars(table, arms, group="recipes", measure="aim", label=FETCHED)
    return Drawing(figure, f"{edit}: {FETCHED}; open squares: the strongest null.")
