"""The claims' page and the README hold what the file of numbers gives, and no more."""

import numpy as np
import pytest

from tools.claims import judge, measure, page
from tools.claims.claim import AFTER, EDIT, GATE, RESULTS
from tools.claims.plan import CLAIMS

RNG = np.random.default_rng(0)
SEEDS = range(2000, 2020)
BY_NORM = ("random_scaled", "random_energy")


def table(edit, null, *, nulls=("noise",), **more):
    """The table of an edit and its nulls; seeds differ a little."""
    rows = {EDIT: edit, **dict.fromkeys(nulls, null), **more}
    return judge.values_of(
        {
            name: {s: value + 0.01 * float(RNG.normal()) for s in SEEDS}
            for name, value in rows.items()
        }
    )


def judged(name, **tables):
    """One claim, judged beside others of the nine."""
    sure = {
        c.name: table(0.9, 0.1, nulls=c.against or ("noise",), donor=0.9)
        if c.more
        else table(-6.0, -5.0)
        for c in CLAIMS
    }
    found = judge.judge({**sure, name: tables["mine"]})
    return next(each for each in found if each.claim.name == name)


@pytest.mark.parametrize(
    ("name", "mine", "result", "why"),
    [
        ("2", table(0.93, 0.05), "stands", ""),
        ("2", table(0.70, 0.05), "weaker", "on the worse side"),
        ("2", table(0.40, 0.05), "falls", "is below 0.5"),
        ("2", table(0.93, 0.93), "falls", "does not beat noise"),
        ("6", table(0.40, 0.05, donor=0.9), "falls", "of the donor’s 0.90"),
        ("6", table(0.50, 0.05, donor=0.9), "stands", ""),
        ("8", table(-5.4, -4.4), "stands", ""),
        ("8", table(-5.0, -6.0), "falls", "does not beat noise"),
        ("8", table(-5.0, -4.0), "weaker", "on the worse side"),
        ("1", table(0.85, 0.10), "falls", "is below 0.9"),
    ],
)
def test_a_claim_stands_is_weaker_or_falls_by_the_plans_rules(name, mine, result, why):
    found = judged(name, mine=mine)
    assert found.result == result and why in found.why


def test_a_claim_that_is_not_measured_yet_makes_the_others_no_surer():
    some = {"2": table(0.93, 0.05)}
    (alone,) = judge.judge(some)
    assert alone.corrected == pytest.approx(min(1.0, 9 * alone.p))


def test_what_is_said_beside_the_nine_is_corrected_over_its_own_nulls_alone():
    (beside,) = judge.judge({"5b": table(0.9, 0.1, nulls=BY_NORM)})
    assert beside.corrected == beside.p


def test_a_null_that_a_claim_does_not_ask_for_is_in_sight_and_does_not_judge_it():
    nulls = {"random": 0.07, "random_energy": 0.99}
    by_count = table(0.98, 0.07, **nulls)
    found = judged("5", mine=by_count)
    assert found.result == "stands"
    assert "0.99" in page._row(found)
    assert "not asked" in "\n".join(page._section(found))


def test_where_p_is_as_small_as_it_can_be_the_page_says_so():
    sure, close = judged("2", mine=table(0.93, 0.05)), judged("2", mine=table(0.9, 0.9))
    assert "†" in page._row(sure) and "†" not in page._row(close)


def test_a_lander_without_a_number_is_named_with_the_reason_and_n_is_less():
    rows = {
        EDIT: {s: 5.0 + 0.1 * s % 1 for s in SEEDS if s != 2003} | {2004: np.nan},
        "noise": {s: 1.0 + 0.1 * s % 1 for s in SEEDS if s != 2003},
        AFTER: {s: float(s != 2004) for s in SEEDS if s != 2003},
        f"{GATE}landing": {s: 0.5 if s == 2003 else 1.0 for s in SEEDS},
    }
    (found,) = judge.judge({"9": judge.values_of(rows)})
    assert "n = 18" in page._row(found)
    told = page._section(found)[-1]
    assert "seed 2003: left out by the gate (landing 0.50)" in told
    assert "seed 2004: the edited agent never lands (landing 1.00)" in told


def test_a_readme_without_a_place_for_the_claims_is_refused():
    with pytest.raises(LookupError, match="no place"):
        page.filled("nothing", [])


def test_the_readme_is_filled_between_its_marks_and_nowhere_else():
    text = f"before\n{page.OPENS}\nold\n{page.CLOSES}\nafter"
    filled = page.filled(text, judge.judge({"2": table(0.93, 0.05)}))
    assert filled.startswith("before\n") and filled.endswith("\nafter")
    assert "old" not in filled and "| stands |" in filled


def test_the_page_and_the_readme_are_what_the_file_gives():
    judged = judge.judge(judge.read())
    assert page.PAGE.read_text() == page.page(judged)
    readme = page.README.read_text()
    assert page.OPENS in readme
    assert readme == page.filled(readme, judged)


def test_the_plan_has_the_claims_and_their_words():
    plan = (RESULTS / "PLAN.md").read_text()
    for claim in CLAIMS:
        if claim.counts:
            words = claim.text.replace("’", "'").split(":")[0].split(",")[0]
            assert f"| {claim.name} | {words}" in plan


def test_a_claim_that_a_folder_lacks_keeps_the_numbers_of_the_file(
    tmp_path, monkeypatch
):
    file = tmp_path / "seeds.csv"
    file.write_text("claim,row,seed,value\n2,edit,2000,0.9\n9,edit,2000,5\n")
    monkeypatch.setattr(measure, "SEEDS", file)
    monkeypatch.setattr(measure, "measured", lambda _: iter([("9", EDIT, 2000, 6.0)]))
    assert measure.main([str(tmp_path)]) == 0
    assert file.read_text() == "claim,row,seed,value\n2,edit,2000,0.9\n9,edit,2000,6\n"


def test_seeds_of_a_claim_are_measured_at_different_times_and_judged_together(
    tmp_path, monkeypatch
):
    whole = [("9", row, str(seed), "1.0") for seed in SEEDS for row in (EDIT, "random")]
    first, rest = whole[:14], whole[14:]
    assert sorted(measure.merged(rest, first)) == sorted(whole)
    again = [(*row[:3], "2.0") for row in first]
    assert set(measure.merged(again, whole)) == {*again, *rest}
    keys = [("2", EDIT, str(seed), "1.0") for seed in SEEDS]
    assert measure.merged(keys[:7], keys) == keys[:7]
    path = tmp_path / "seeds.csv"
    for rows, judged in ((first, set()), (whole, {"9"})):
        lines = ["claim,row,seed,value", *(",".join(row) for row in rows)]
        path.write_text("\n".join(lines) + "\n")
        monkeypatch.setattr(judge, "SEEDS", path)
        assert set(judge.read()) == judged
