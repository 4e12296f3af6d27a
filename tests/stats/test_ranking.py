"""Rankings against their definitions, against SciPy, and what must not change them."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import mannwhitneyu, spearmanr

from telic.core.errors import InputError
from telic.stats import auroc, overlap, rank_correlation

sizes = st.integers(2, 30)
levels = st.integers(-8, 8).map(float)
"""Few numbers, so that there are ties."""


@st.composite
def ranked(draw):
    """Scores with ties, and some but not all of them positive."""
    n = draw(sizes)
    flags = draw(arrays(bool, n))
    assume(flags.any() and not flags.all())
    return draw(arrays(float, n, elements=levels)), flags


@st.composite
def paired(draw):
    """Two rows of as many scores."""
    n = draw(sizes)
    rows = [draw(arrays(float, n, elements=levels)) for _ in range(2)]
    assume(all(np.ptp(row) > 0 for row in rows))
    return rows


def by_pairs(scores, positive):
    """The AUROC by its definition: every positive against every negative."""
    over = scores[positive][:, None] - scores[~positive][None]
    return ((over > 0) + 0.5 * (over == 0)).mean()


def monotone(scores):
    """Other scores in the same order."""
    return np.exp(scores) + 3 * scores**3


@given(ranked())
def test_an_auroc_is_that_of_all_pairs(drawn):
    assert auroc(*drawn) == pytest.approx(by_pairs(*drawn), abs=1e-12)


@given(ranked())
def test_an_auroc_is_the_u_statistic(drawn):
    scores, flags = drawn
    found = mannwhitneyu(scores[flags], scores[~flags]).statistic
    assert auroc(scores, flags) == pytest.approx(
        found / (flags.sum() * (~flags).sum()), abs=1e-12
    )


@given(ranked())
def test_only_the_order_of_scores_counts(drawn):
    scores, flags = drawn
    assert auroc(monotone(scores), flags) == auroc(scores, flags)


@given(ranked())
def test_negated_scores_or_flags_turn_an_auroc_round(drawn):
    scores, flags = drawn
    assert auroc(-scores, flags) == pytest.approx(1 - auroc(scores, flags), abs=1e-12)
    assert auroc(scores, ~flags) == pytest.approx(1 - auroc(scores, flags), abs=1e-12)


@given(ranked(), st.randoms(use_true_random=False))
def test_an_auroc_does_not_depend_on_the_order_of_sites(drawn, chance):
    scores, flags = drawn
    order = list(range(len(scores)))
    chance.shuffle(order)
    assert auroc(scores[order], flags[order]) == pytest.approx(auroc(scores, flags))


def test_aurocs_that_are_known():
    flags = np.array([True, False, True, False])
    for scores, due in [
        ([4.0, 1.0, 3.0, 2.0], 1.0),
        ([1.0, 4.0, 2.0, 3.0], 0.0),
        ([5.0, 5.0, 5.0, 5.0], 0.5),
        ([2.0, 1.0, 1.0, 1.0], 0.75),
        ([np.inf, 0.0, -np.inf, 0.0], 0.5),
    ]:
        assert auroc(np.array(scores), flags) == due
    assert auroc(flags, flags) == 1


def test_an_auroc_of_many_sites_is_near_a_half_by_chance():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=100_000).astype(np.float32)
    assert auroc(scores, rng.random(100_000) < 0.001) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("flags", [[True, True], [False, False]])
def test_an_auroc_of_one_kind_alone_is_refused(flags):
    with pytest.raises(InputError, match="positives and"):
        auroc(np.array([0.0, 1.0]), np.array(flags))


@given(paired())
def test_a_rank_correlation_is_scipys(drawn):
    assert rank_correlation(*drawn) == pytest.approx(spearmanr(*drawn)[0], abs=1e-9)


@given(paired())
def test_a_rank_correlation_knows_only_the_order(drawn):
    a, b = drawn
    found = rank_correlation(a, b)
    assert -1 - 1e-12 <= found <= 1 + 1e-12
    assert rank_correlation(b, a) == pytest.approx(found, abs=1e-12)
    assert rank_correlation(monotone(a), b) == pytest.approx(found, abs=1e-12)
    assert rank_correlation(-a, b) == pytest.approx(-found, abs=1e-12)
    assert rank_correlation(a, a) == pytest.approx(1)


def test_nothing_is_correlated_with_what_never_changes():
    line = np.arange(4.0)
    assert np.isnan(rank_correlation(line, np.ones(4)))
    assert np.isnan(rank_correlation(np.zeros(4), line))


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(*[arrays(bool, n)] * 2)))
def test_an_overlap_is_a_share_of_the_first(drawn):
    a, b = drawn
    assume(a.any())
    both = {int(i) for i in np.flatnonzero(a)} & {int(i) for i in np.flatnonzero(b)}
    assert overlap(a, b) == pytest.approx(len(both) / a.sum())
    assert overlap(a, a) == 1
    assert overlap(a, ~a) == 0
    assert overlap(a, b) + overlap(a, ~b) == pytest.approx(1)


def test_an_overlap_by_chance_is_the_seconds_share():
    rng = np.random.default_rng(1)
    a, b = rng.random((2, 50_000)) < np.array([[0.2], [0.3]])
    assert overlap(a, b) == pytest.approx(0.3, abs=0.02)


def test_an_overlap_with_nothing_is_refused_and_one_of_nothing_is_none():
    some, none = np.array([True, False]), np.array([False, False])
    assert overlap(some, none) == 0
    with pytest.raises(InputError, match="nothing is selected"):
        overlap(none, some)
