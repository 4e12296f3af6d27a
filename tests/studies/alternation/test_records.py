"""The CSV says what the page says, one row a seed and phase."""

import csv
import io

from telic.studies.alternation.records import phases_csv


def test_every_seed_and_phase_is_one_row_with_its_own_numbers(five):
    rows = list(csv.DictReader(io.StringIO(phases_csv(five))))
    seeds, phases = five.switches.ends["return"].first.shape
    assert len(rows) == seeds * phases
    row = rows[phases + 1]
    assert row["seed"] == str(five.runs.seeds[1]) and row["phase"] == "1"
    assert row["objective"] == five.runs.wanted[1]
    assert float(row["return_last"]) == round(
        float(five.switches.ends["return"].last[1, 1]), 5
    )


def test_a_mark_that_was_never_reached_is_left_empty(five):
    rows = list(csv.DictReader(io.StringIO(phases_csv(five))))
    flat = five.switches.needed[0.9].ravel()
    assert [row["updates_to_0.9"] == "" for row in rows] == (flat > 1e9).tolist()


def test_no_name_of_an_objective_is_a_formula(five, monkeypatch):
    wanted = tuple("=cmd|calc" if name == "blue" else name for name in five.runs.wanted)
    monkeypatch.setattr(type(five.runs), "wanted", property(lambda _: wanted))
    rows = list(csv.DictReader(io.StringIO(phases_csv(five))))
    assert "'=cmd|calc" in {row["objective"] for row in rows}
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
