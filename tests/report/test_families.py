"""The page of a family: variants down, edits across, every number with its null."""

import pytest
from tests.studies.tables import made

from telic.render.page import markdown, render
from telic.report import families
from telic.studies import FAMILIES
from telic.studies.families import across
from telic.studies.held_out import BOTH, TRAINED, row
from telic.trials.effects import Arm

RECIPES, HELD_OUT = families.TOLD["recipes"], families.TOLD["held-out"]
EDIT = "layers 0"
COMMAND = "telic study recipes --only '<script>'"


def table(rows, *, seeds):
    """One edit of several variants, by the mean of each; every null has 0.1 to 0.2."""
    arm = Arm(EDIT, "x", None)
    found = across(
        {n: made([arm], seeds=seeds, values={(EDIT, ""): m}) for n, m in rows.items()},
        EDIT,
    )
    measures = tuple("aim" if name == "new" else name for name in found.measures)
    return type(found)(found.seeds, found.rows, measures, found.values)


@pytest.fixture
def recipes():
    """Two recipes of three seeds under one edit."""
    return {EDIT: table({"default": 0.8, "tanh": 0.5}, seeds=3)}


def test_every_family_is_told_and_no_other():
    # Those that compare their variants; a family of another kind has a page of its own.
    comparing = [name for name, kind in FAMILIES.items() if hasattr(kind, "compare")]
    assert list(families.TOLD) == comparing


def test_the_page_sets_each_variant_beside_its_null(recipes):
    shown = families.overview(recipes, RECIPES)
    assert shown.header == ("recipe", EDIT)
    assert shown.rows[0] == ("default", "0.80 (0.78 to 0.82) [0.20]")
    assert shown.rows[1] == ("tanh", "0.50 (0.48 to 0.52) [0.20]")
    assert "n = 3 seeds (lowest to highest seed)" in shown.caption


def test_a_finding_names_the_extremes_and_the_default_beside_its_null(recipes):
    (said,) = families.findings(recipes, RECIPES)
    assert "from 0.50 (tanh) to 0.80 (default)" in said
    assert "default 0.80 (0.78 to 0.82), its strongest null 0.20" in said
    assert said.endswith("n = 3 seeds a row.")
    (said,) = families.findings({EDIT: table({"tanh": 0.5}, seeds=3)}, RECIPES)
    assert "default" not in said


@pytest.mark.parametrize(("seeds", "interval"), [(3, False), (4, False), (5, True)])
def test_from_five_seeds_on_cells_have_the_interval(seeds, interval):
    found = table({"default": 0.8}, seeds=seeds)
    shown = families.overview({EDIT: found}, RECIPES)
    assert ("95 % bootstrap interval" in shown.caption) == interval
    assert ("lowest to highest" in shown.caption) != interval
    whole, values = found.interval("aim", "default"), found.values_of("aim", "default")
    low, high = (whole.low, whole.high) if interval else (values.min(), values.max())
    assert shown.rows[0][1] == f"0.80 ({low:.2f} to {high:.2f}) [0.20]"


def test_the_held_out_page_tells_the_mean_for_each_number_of_colours():
    rows = {row(v, c): 0.5 for v in TRAINED for c in ("yellow", "grey", BOTH)}
    rows["3 trained, both"] = 0.6
    page = families.page({EDIT: table(rows, seeds=5)}, HELD_OUT, command=COMMAND)
    (said,) = page.findings
    for name, mean in (("2", "0.50"), ("3", "0.60"), ("4", "0.50")):
        assert f"{name} trained, both {mean} (" in said
    text = markdown(page)
    assert all(name in text for name in rows)
    assert "walls and the ball" in text and "several goal vectors" in text


def test_a_page_has_a_figure_for_each_edit_and_nothing_in_it_acts(recipes):
    html = render(families.page(recipes, RECIPES, command=COMMAND))
    assert html.count("<svg") == len(recipes)
    assert "<script" not in html and "&lt;script&gt;" in html
