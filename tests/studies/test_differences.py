"""Differences over seeds: which count as more, and which say nothing."""

import numpy as np

from telic.studies.differences import differences

TEN = np.linspace(0.8, 0.9, 10)


def test_more_takes_a_test_an_interval_and_the_right_sign():
    few, lone = TEN[:5], np.full(10, np.nan)
    found = differences(
        {
            "more": (TEN + 0.1, TEN),
            "less": (TEN - 0.1, TEN),
            "equal": (TEN, TEN),
            "none": (lone, TEN),
        }
    )
    assert [name for name, each in found.items() if each.more] == ["more"]
    assert found["less"].p == found["more"].p and found["equal"].p == 1.0
    assert found["none"].p is None and found["none"].measured.interval is None
    assert not differences({"few": (few + 0.1, few)})["few"].more


def test_seeds_that_lack_one_of_both_are_left_out_and_all_are_corrected_together():
    holes = np.where(np.arange(10) < 2, np.nan, TEN)
    alone = differences({"a": (TEN + 0.1, holes)})["a"]
    assert alone.measured.interval is not None and alone.measured.interval.n == 8
    both = differences({"a": (TEN + 0.1, holes), "b": (TEN + 0.1, holes)})["a"]
    assert alone.p is not None and both.p == 2 * alone.p
