"""Variants down, edits across: every number with its spread and its null."""

import numpy as np
import pytest

from telic.render.page import Page, render
from telic.render.side_by_side import Words, findings, overview, side_by_side
from telic.trials import Table, effects

EDIT = "layers 0"
WORDS = Words(
    row="recipe",
    measured="episodes that end with the donor’s colour (share)",
    edit=str,
    variant=str,
    named=("default",),
)


def variants(means, *, seeds):
    """One edit of several variants, by the mean of each; nulls have 0.1 and 0.2."""
    rows, values = [], []
    for name, mean in means.items():
        for null, rate in (("", mean), ("gaussian", 0.1), ("signs", 0.2)):
            rows.append((name, null))
            values.append(rate + np.linspace(-0.02, 0.02, seeds))
    table = Table(
        tuple(range(seeds)), tuple(rows), ("aim",), np.array(values)[..., None]
    )
    return effects(table, measure="aim")


@pytest.fixture
def recipes():
    """Two recipes of three seeds under one edit."""
    return {EDIT: variants({"default": 0.8, "tanh": 0.5}, seeds=3)}


def test_the_page_sets_each_variant_beside_its_null(recipes):
    shown = overview(recipes, WORDS)
    assert shown.header == ("recipe", EDIT)
    assert shown.rows[0] == ("default", "0.80 (0.78 to 0.82) [0.20]")
    assert shown.rows[1] == ("tanh", "0.50 (0.48 to 0.52) [0.20]")
    assert "n = 3 seeds (lowest to highest seed)" in shown.caption


def test_a_finding_names_the_extremes_and_the_default_beside_its_null(recipes):
    (said,) = findings(recipes, WORDS)
    assert "from 0.50 (tanh) to 0.80 (default)" in said
    assert "default 0.80 (0.78 to 0.82), its strongest null 0.20" in said
    assert said.endswith("n = 3 seeds a row.")
    (said,) = findings({EDIT: variants({"tanh": 0.5}, seeds=3)}, WORDS)
    assert "default" not in said


@pytest.mark.parametrize(("seeds", "interval"), [(3, False), (4, False), (5, True)])
def test_from_five_seeds_on_cells_have_the_interval(seeds, interval):
    found = variants({"default": 0.8}, seeds=seeds)
    shown = overview({EDIT: found}, WORDS)
    assert ("95 % bootstrap interval" in shown.caption) == interval
    assert ("lowest to highest" in shown.caption) != interval
    whole, values = found["default"].verdict.rate, found["default"].values
    low, high = (whole.low, whole.high) if interval else (values.min(), values.max())
    assert shown.rows[0][1] == f"0.80 ({low:.2f} to {high:.2f}) [0.20]"


def test_there_is_a_figure_for_each_edit(recipes):
    page = Page("T", "Why?", (), (side_by_side(recipes, WORDS),))
    assert render(page).count("<svg") == len(recipes)
