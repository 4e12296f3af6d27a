"""Agreement of two loci: Spearman's correlation, and tops that overlap."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from telic.locators import Locus, agreement

levels = st.integers(-8, 8).map(float)
"""Few numbers, so that there are ties."""


@st.composite
def paired(draw):
    """Two rows of as many scores, neither of them all the same."""
    n = draw(st.integers(2, 30))
    rows = [draw(arrays(float, n, elements=levels)) for _ in range(2)]
    assume(all(np.ptp(row) > 0 for row in rows))
    return rows


def between(a, b, share=0.3):
    """The agreement of two rows of scores."""
    one, other = (Locus("weights", {"a": np.asarray(row)}) for row in (a, b))
    return agreement(one, other, one.scores, share=share)


def spearman(a, b):
    """The correlation of ranks by its definition; ties are at the mean of theirs."""
    ranks = [[(row < x).sum() + (row <= x).sum() for x in row] for row in (a, b)]
    return np.corrcoef(*ranks)[0, 1]


@given(paired())
def test_a_correlation_is_that_of_the_ranks(drawn):
    assert between(*drawn).correlation == pytest.approx(spearman(*drawn), abs=1e-9)


@given(paired())
def test_only_the_order_of_scores_counts(drawn):
    a, b = drawn
    found = between(a, b)
    assert -1 - 1e-12 <= found.correlation <= 1 + 1e-12
    assert between(np.exp(a) + 3 * a**3, b) == pytest.approx(found, abs=1e-12)
    assert between(b, a) == pytest.approx(found, abs=1e-12)
    assert between(a, -b).correlation == pytest.approx(-found.correlation, abs=1e-12)
    assert between(a, a) == pytest.approx((1, 1))


def test_nothing_is_correlated_with_what_never_changes():
    line = np.arange(4.0)
    assert np.isnan(between(line, np.ones(4)).correlation)
    assert np.isnan(between(np.zeros(4), line).correlation)


@given(paired(), st.floats(0.01, 1))
def test_what_is_shared_is_a_fraction_of_the_top(drawn, share):
    size = max(1, round(share * len(drawn[0])))
    tops = [Locus("weights", {"a": row}).ranks() < size for row in drawn]
    both = set(np.flatnonzero(tops[0])) & set(np.flatnonzero(tops[1]))
    assert between(*drawn, share=share).shared == pytest.approx(len(both) / size)


def test_tops_share_by_chance_what_they_are_of_all():
    a, b = np.random.default_rng(1).random((2, 50_000))
    assert between(a, b, share=0.3).shared == pytest.approx(0.3, abs=0.02)
    assert between(a, b).correlation == pytest.approx(0, abs=0.02)


def test_a_top_is_one_weight_or_more():
    line = np.arange(4.0)
    assert between(line, line, share=0.01).shared == 1
    assert between(line, -line, share=0.01).shared == 0
