"""The page of the alternation study says what the numbers say, good or bad."""

import pytest

from telic.render.page import Image, Section, markdown, render
from telic.studies.alternation.findings import findings
from telic.studies.alternation.page import alternation
from telic.studies.alternation.tables import (
    phases_table,
    seeds_table,
    settings_table,
    study_table,
)
from telic.worlds import Keys
from tests.studies.handmade import summed

RECORDS = {
    seed: {
        "seed": seed,
        "plan": {"world": {"name": "keys", "size": 6}, "schedule": [["blue", 4]]},
        "versions": {"telic": f"0.{seed}"},
    }
    for seed in (1, 2)
}


def test_the_page_has_every_section(five):
    page = alternation(
        five,
        records=RECORDS,
        watched=[Section("Watch it", images=(Image(b"GIF89a", "seed 1"),))],
        command="telic train alternation --seeds 1:6",
        folders=["telic_runs/alternation"],
    )
    html, text = render(page), markdown(page)
    assert html.count("<svg") == 4 - 1 + 5  # three over all seeds, one for each seed
    for part in ("Watch it", "world.size", "--seeds 1:6", "telic_runs/alternation"):
        assert part in html
        assert part in text


def test_findings_carry_n_and_interval(five):
    text = " ".join(findings(five))
    assert "5 agents were trained on blue and purple in turn: 6 phases of 4" in text
    assert str(five.judged[0].findings["last"]) in text
    assert "(n=5)" in text
    assert "met by 2 of 5 seeds; the lowest median is 0.910" in text


def test_a_bad_result_is_called_bad(runs):
    rows = runs(3)
    end = rows[2][-1]
    end[f"return_{end['objective']}"] = 0.2
    text = " ".join(findings(summed(rows, Keys())))
    assert "0.94 is not met by any seed (0 of 3)" in text
    assert "In 1 of 3 seeds at least one phase from 3 on ended below 0.5" in text
    assert "An interval takes 4 seeds, and there are 3." in text


def test_a_mark_that_is_never_reached_is_not_given_a_time(runs):
    low = {seed: runs(1)[1] for seed in range(4)}
    for rows in low.values():
        for row in rows:
            row[f"return_{row['objective']}"] = 0.2
    text = " ".join(findings(summed(low, Keys())))
    assert "In no phase from 3 on does the return reach 0.9." in text
    assert "updates" not in text


def test_a_good_result_is_called_good(runs):
    good = {seed: runs(6)[6] for seed in range(4)}
    assert "met by every seed (4 of 4)" in " ".join(findings(summed(good, Keys())))


def test_too_few_phases_claim_nothing(runs):
    summary = summed(runs(5, phases=2), Keys())
    text = " ".join(findings(summary))
    assert "Nothing can be said" in text
    assert "met by" not in text
    render(alternation(summary, records=RECORDS))


def test_tables_hold_the_numbers(five):
    assert study_table(five).rows[1][0] == "Return, last rollout of a phase"
    assert study_table(five).rows[1][3] == "5"
    assert seeds_table(five).rows[0] == (
        ("1", "0.100", "0.910", "0.910", "0.100", "0.910", "2.0", "3.0", "3.0", "no")
    )
    assert phases_table(five).rows[0][:2] == ("0", "blue")


def test_with_three_seeds_a_phase_shows_every_seed(three):
    assert phases_table(three).rows[0][3] == "0.91 / 0.92 / 0.93"


def test_settings_that_differ_between_seeds_are_listed():
    assert settings_table(RECORDS, "versions").rows == (("telic", "0.1 or 0.2"),)
    assert dict(settings_table(RECORDS, "plan").rows)["schedule"] == "blue 4"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x>'])
def test_hostile_names_and_settings_are_inert(runs, name):
    rows = {
        seed: [
            {k.replace("blue", name): v for k, v in row.items()}
            | {"objective": row["objective"].replace("blue", name)}
            for row in run
        ]
        for seed, run in runs(2, phases=4).items()
    }
    records = {1: {"plan": {name: {name: name}}, "versions": name}}
    page = alternation(
        summed(rows, Keys()), records=records, command=name, folders=[name]
    )
    html = render(page)
    assert "<script" not in html
    assert "<img" not in html
