"""The interquartile mean, against SciPy's trimmed mean and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import trim_mean

from telic.core.errors import InputError
from telic.stats import iqm


@given(
    arrays(
        float,
        st.tuples(st.integers(1, 25), st.integers(1, 3)),
        elements=st.floats(-1e6, 1e6),
    )
)
def test_iqm_agrees_with_scipy_along_either_axis(values):
    for axis in (0, 1, -1):
        expected = trim_mean(values, 0.25, axis=axis)
        np.testing.assert_allclose(iqm(values, axis), expected, rtol=1e-12, atol=1e-8)


def test_iqm_of_four_values_is_the_mean_of_the_middle_two():
    assert iqm(np.array([9.0, 1.0, 3.0, -50.0])) == 2.0


def test_iqm_of_three_values_is_their_mean():
    assert iqm(np.array([1.0, 2.0, 6.0])) == 3.0


def test_iqm_leaves_its_input_in_order():
    values = np.array([3.0, 1.0, 2.0, 0.0])
    iqm(values)
    assert values.tolist() == [3.0, 1.0, 2.0, 0.0]


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [np.inf, 0.0]])
def test_iqm_refuses_values_that_have_no_mean(values):
    with pytest.raises(InputError):
        iqm(np.array(values))
