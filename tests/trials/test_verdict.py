"""A verdict: better than every null, over enough seeds, after correction; or not."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.stats import holm, paired_difference, permutation_test
from telic.trials import Table, verdict
from telic.trials.trial import UNEDITED

LUCK = np.random.default_rng(0).normal(0, 0.02, 12)


def table_of(edit, **nulls):
    """A table of one edit, one measure and some nulls, each with its seeds' numbers."""
    rows = [np.zeros_like(edit), edit, *nulls.values()]
    return Table(
        seeds=tuple(range(len(edit))),
        rows=((UNEDITED, ""), ("add", ""), *(("add", name) for name in nulls)),
        measures=("x",),
        values=np.stack(rows)[:, :, None],
    )


def good(seeds=8, **more):
    """An edit at 0.9 beside nulls at about 0.1."""
    luck = LUCK[:seeds]
    nulls = {"gaussian": 0.1 + luck, "signs": 0.12 - luck, "shuffled": 0.08 + 2 * luck}
    return table_of(0.9 + luck[::-1], **nulls, **more)


def test_a_good_edit_over_eight_seeds_beats_all_its_nulls():
    found = verdict(good(), "add", "x")
    assert found.beats_all
    assert found.summary == "beats all nulls, in all 8 seeds"
    assert found.rate.estimate == pytest.approx(0.9, abs=0.02)
    assert [a.null for a in found.against] == ["gaussian", "signs", "shuffled"]
    # All eight seeds on one side: 2 of 2^8 sign patterns; and three nulls.
    assert [a.p for a in found.against] == [2 / 2**8] * 3
    assert [a.corrected for a in found.against] == [6 / 2**8] * 3


@pytest.mark.parametrize("seeds", [4, 5, 6, 7])
def test_the_same_edit_over_fewer_seeds_is_above_its_nulls_and_no_more(seeds):
    found = verdict(good(seeds), "add", "x")
    # Three nulls: 3 · 2 / 2^7 is the first that is at most 0.05.
    assert found.beats_all == (seeds == 7)
    if seeds < 7:
        assert found.summary == f"above all nulls; {seeds} seeds are too few to tell"


def test_a_null_that_does_as_well_is_named():
    found = verdict(good(planted=0.899 + LUCK[:8]), "add", "x")
    assert all(a.difference.estimate > 0 for a in found.against)
    assert not found.beats_all
    assert found.summary == "null: not shown to beat planted"
    assert found.strongest.null == "planted"


@pytest.mark.parametrize("planted", [0.9, 1.0])
def test_a_null_that_is_even_better_is_named_however_sure_that_is(planted):
    found = verdict(good(planted=planted + LUCK[:8] + 0.05), "add", "x")
    assert not found.beats_all
    assert found.summary == "null: not shown to beat planted"


def test_a_null_that_does_the_very_same_is_named():
    table = good()
    found = verdict(good(same=table.values_of("x", "add")), "add", "x")
    assert not found.beats_all
    assert found.summary == "null: not shown to beat same"
    assert found.against[-1].p == 1


def test_few_seeds_do_not_hide_a_null_that_is_better():
    found = verdict(good(5, planted=np.ones(5)), "add", "x")
    assert not found.beats_all
    assert found.summary.startswith("null: not shown to beat")
    assert "planted" in found.summary


def test_p_values_are_corrected_for_the_number_of_nulls():
    # Seven seeds far above, one a little below: 4 of 2^8 sign patterns, p = 0.0156.
    edit = np.array([1.0] * 7 + [-0.1])
    for count in (3, 4):
        names = "abcd"[:count]
        found = verdict(table_of(edit, **{n: np.zeros(8) for n in names}), "add", "x")
        assert [a.p for a in found.against] == [4 / 2**8] * count
        assert [a.corrected for a in found.against] == [count * 4 / 2**8] * count
        assert found.beats_all == (count == 3)
    assert found.summary == "null: not shown to beat a, b, c, d"


def test_signs_that_agree_are_not_enough_where_the_interval_holds_0():
    # Eleven seeds a little above their null, and one far above: p = 2 / 2^12.
    edit = np.array([0.1] * 11 + [90.0])
    found = verdict(table_of(edit, a=np.zeros(12)), "add", "x")
    (against,) = found.against
    assert against.corrected < 0.001
    assert against.difference.low < 0 < against.difference.estimate
    assert not found.beats_all
    assert found.summary == "null: not shown to beat a"


def test_the_verdict_counts_the_seeds_that_agree_with_it():
    edit = np.array([1.0, 1.1, 0.9, 1.2, 1.0, 0.8, 1.1, -0.01, 1.0, 1.0, 1.0, 0.9])
    table = table_of(edit, a=np.zeros(12), b=np.full(12, -1.0))
    found = verdict(table, "add", "x")
    assert [against.right for against in found.against] == [11, 12]
    assert found.summary == "beats all nulls, in 11 of 12 seeds"
    lower = verdict(table_of(-edit, a=np.zeros(12)), "add", "x", more=False)
    assert [against.right for against in lower.against] == [11]


def test_every_null_has_its_own_rate_difference_and_p_value():
    rng = np.random.default_rng(2)
    edit, nulls = rng.normal(1, 1, 9), {n: rng.normal(0, 1, 9) for n in "abc"}
    found = verdict(table_of(edit, **nulls), "add", "x")
    p = np.array([permutation_test(edit - null) for null in nulls.values()])
    for against, corrected in zip(found.against, holm(p), strict=True):
        null = nulls[against.null]
        assert against.rate.estimate == pytest.approx(null.mean())
        assert against.difference == paired_difference(edit, null)
        assert against.p == permutation_test(edit - null)
        assert against.corrected == pytest.approx(corrected)
    assert len(set(p.tolist())) == 3


def test_an_edit_that_was_to_lower_the_measure_is_judged_the_other_way():
    lower = table_of(0.1 + LUCK[:8], a=0.9 - LUCK[:8], b=0.5 + LUCK[:8][::-1])
    found = verdict(lower, "add", "x", more=False)
    assert found.beats_all
    assert found.summary == "beats all nulls, in all 8 seeds"
    assert found.strongest.null == "b"
    wrong = verdict(lower, "add", "x")
    assert not wrong.beats_all
    assert wrong.summary == "null: not shown to beat a, b"
    assert not verdict(good(), "add", "x", more=False).beats_all


def test_too_few_seeds_below_all_nulls_are_not_said_to_be_above_them():
    few = table_of(0.1 + LUCK[:3], a=0.9 - LUCK[:3], b=0.5 + LUCK[:3])
    found = verdict(few, "add", "x", more=False)
    assert found.summary == "below all nulls; 3 seeds are too few to tell"


def test_pairing_by_seed_removes_the_luck_of_the_seed():
    luck = np.array([0.0, 5.0, -3.0, 8.0, 2.0, -9.0, 1.0, 4.0])
    assert verdict(table_of(luck + 0.1, a=luck), "add", "x").beats_all
    assert not verdict(table_of(luck + 0.1, a=luck[::-1]), "add", "x").beats_all


def test_seeds_without_a_null_are_left_out_of_its_comparison():
    few = np.full(8, np.nan)
    few[:4] = 0.1
    found = verdict(good(few=few), "add", "x")
    assert [a.difference.n for a in found.against] == [8, 8, 8, 4]
    assert found.against[-1].p == 2 / 2**4
    assert not found.beats_all
    assert found.summary == "above all nulls; 4 seeds are too few to tell"


def test_over_twelve_seeds_are_enough_for_many_nulls():
    edit = np.linspace(0.9, 1.0, 20)
    nulls = {f"n{i}": np.linspace(0.1, 0.2, 20) for i in range(8)}
    assert verdict(table_of(edit, **nulls), "add", "x").beats_all


@pytest.mark.parametrize(
    ("edit", "measure"), [("ad", "x"), ("add", "y"), ("gaussian", "x")]
)
def test_a_verdict_on_what_is_not_in_the_table_is_refused(edit, measure):
    with pytest.raises(InputError, match=r"there is no (edit|measure)"):
        verdict(good(), edit, measure)


def test_a_verdict_on_what_is_no_edit_is_refused():
    with pytest.raises(InputError):
        verdict(good(), UNEDITED, "x")
