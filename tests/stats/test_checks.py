"""What the statistics refuse, and how they say it."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.stats.checks import check_count, check_fraction, check_values


def test_an_error_says_where_the_first_broken_value_is():
    values = np.array([[0.0, 1.0], [np.nan, np.inf]])
    with pytest.raises(InputError, match=r"2 of 4 .* first is nan at \(1, 0\)"):
        check_values(values)


def test_an_error_says_which_axes_were_expected():
    with pytest.raises(InputError, match=r"curve has shape \(2, 3\)"):
        check_values(np.ones((2, 3)), "curve", axes=1)


def test_whole_numbers_become_double_precision():
    assert check_values(np.array([1, 2])).dtype == np.float64


@pytest.mark.parametrize("value", [0, 1, -0.5, 95, np.nan])
def test_a_fraction_lies_strictly_between_zero_and_one(value):
    with pytest.raises(InputError, match="level is"):
        check_fraction(float(value), "level")


def test_a_count_has_a_least_value():
    with pytest.raises(InputError, match="resamples is 1"):
        check_count(1, "resamples", least=2)
