"""The tables of a trial: every number beside its null, n said once or everywhere."""

from telic.render.page import Page, Section, render
from telic.render.trial_table import nulls_table, trial_table
from telic.trials import effects
from tests.trials.tables import EDITS, LAYERS, NULLS, made

COLUMNS = {"new": "New colour", "old": "Old colour"}


def name(condition):
    """`layers 0`."""
    return " ".join(map(str, condition))


def shown(table, edits=LAYERS, columns=COLUMNS):
    """Its rows as mappings from heading to cell, and its caption."""
    what = effects(table, edits, measure="new", also=columns)
    found = trial_table(what, columns=columns, caption="Shares.", name=name)
    return [dict(zip(found.header, row, strict=True)) for row in found.rows], found


def test_an_edit_stands_beside_its_strongest_null_and_its_verdict():
    rows, found = shown(made())
    assert [row["Edit"] for row in rows[:2]] == ["no edit", "donor"]
    assert [row["Edit"] for row in rows[2:]] == [name(edit) for edit in LAYERS]
    row = rows[2]
    assert row["New colour"] == "0.80 [0.79, 0.81]"
    assert row["Old colour"] == "0.20 [0.19, 0.21]"
    assert row["Worst seed"] == "0.78 (seed 0)"
    assert row["Strongest null"] == "signs"
    assert row["Null’s value"] == "0.20 [0.19, 0.21]"
    assert row["Edit − null"] == "0.60 [0.60, 0.60]"
    assert row["p"] == "0.016"  # 2 / 2^8, twice for two nulls
    assert row["Verdict"].startswith("beats all nulls, in all ")
    assert (row["Weights touched"], row["Norm"]) == ("1,200", "2.50")
    assert rows[0]["Strongest null"] == rows[0]["Verdict"] == "–"
    assert found.caption.startswith("Shares. ")
    assert "n = 8 seeds" in found.caption
    assert "median over seeds, without an interval" in found.caption


def test_the_measures_name_is_its_heading_if_there_is_no_other():
    rows, _ = shown(made(), columns={})
    assert rows[0]["new"].startswith("0.05")


def test_where_seeds_are_missing_every_number_has_its_own_n():
    rows, found = shown(made(missing=[(0, (LAYERS[1], ""))]))
    assert rows[2]["New colour"].endswith("(n=8)")
    assert rows[3]["New colour"].endswith("(n=7)")
    assert rows[3]["Edit − null"].endswith("(n=7)")
    assert "n = 8 seeds" not in found.caption


def test_three_seeds_give_points_and_no_verdict():
    rows, found = shown(made(seeds=3))
    assert rows[2]["New colour"] == "0.80"
    assert rows[2]["Verdict"] == "above all nulls; 3 seeds are too few to tell"
    assert "n = 3 seeds, too few for intervals" in found.caption


def test_a_column_that_no_seed_has_is_a_dash():
    table = made()
    table.values[:, :, 1] = float("nan")
    rows, _ = shown(table)
    assert {row["Old colour"] for row in rows} == {"–"}


def test_a_trial_without_a_donor_has_no_row_for_it():
    rows, _ = shown(made(donor=False))
    assert [row["Edit"] for row in rows[:2]] == ["no edit", name(LAYERS[0])]


def test_no_number_is_a_negative_zero():
    values = {(LAYERS[0], null): 0.801 for null in NULLS}
    rows, _ = shown(made(values=values), LAYERS[:1])
    assert rows[2]["Edit − null"] == "0.00 [0.00, 0.00]"
    assert rows[2]["Verdict"] == "null: not shown to beat gaussian, signs"


def test_every_null_of_every_edit_has_a_row():
    found = nulls_table(effects(made(), measure="new"), caption="All.", name=name)
    rows = [dict(zip(found.header, row, strict=True)) for row in found.rows]
    pairs = [(row["Edit"], row["Null"]) for row in rows]
    assert pairs == [(name(edit), null) for edit in EDITS for null in NULLS]
    assert rows[0]["Null’s value"] == "0.10 [0.09, 0.11]"
    assert (rows[0]["p, uncorrected"], rows[0]["p"]) == ("0.008", "0.016")
    assert found.caption.startswith("All. ")


def test_names_of_nulls_are_written_in_words():
    table = made(nulls=("random", "gaussian_per_tensor"))
    rows, _ = shown(table)
    assert rows[2]["Strongest null"] == "gaussian per tensor"


def test_names_from_anywhere_stay_text_on_a_page():
    hostile = "</td><script>\x1b&"
    what = effects(made([hostile], nulls=(hostile, "signs")), measure="new")
    tables = (
        trial_table(what, columns={}, caption="Shares."),
        nulls_table(what, caption=hostile),
    )
    html = render(Page("t", "q", (), (Section("s", tables=tables),)))
    assert "<script" not in html and "\x1b" not in html
    assert html.count("&lt;/td&gt;&lt;script&gt;&amp;") >= 4
