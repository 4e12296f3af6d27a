"""Quantiles of the t distribution, against SciPy."""

import pytest
from scipy.stats import t

from telic.core.errors import InputError
from telic.stats import t_quantile


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 9, 10, 30, 99, 1000])
@pytest.mark.parametrize("level", [0.01, 0.5, 0.8, 0.95, 0.99, 0.9999])
def test_t_quantile_agrees_with_scipy(level, df):
    expected = t.ppf((1 + level) / 2, df)
    assert t_quantile(level, df) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("level", "df"), [(0.0, 4), (1.0, 4), (95.0, 4), (0.95, 0)])
def test_t_quantile_refuses_what_has_no_quantile(level, df):
    with pytest.raises(InputError):
        t_quantile(level, df)
