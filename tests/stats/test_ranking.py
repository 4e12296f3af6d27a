"""Rankings against their definitions, against SciPy, and what must not change them."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import mannwhitneyu, rankdata

from telic.core.errors import InputError
from telic.stats import auroc, average_precision, rank_correlation

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


@given(arrays(float, 9, elements=levels), arrays(float, 9, elements=levels))
def test_a_correlation_of_rankings_is_spearmans_with_its_sign(a, b):
    assume(np.ptp(a) > 0 and np.ptp(b) > 0)
    x, y = (rankdata(each) - 5.0 for each in (a, b))  # nine ranks, of mean 5
    due = x @ y / np.sqrt((x @ x) * (y @ y))
    assert rank_correlation(a, b) == pytest.approx(due, abs=1e-12)
    assert rank_correlation(np.exp(a), -b) == pytest.approx(-due, abs=1e-12)


def test_what_is_all_equal_cannot_be_ranked():
    assert np.isnan(rank_correlation(np.zeros(4), np.arange(4.0)))
    assert np.isnan(rank_correlation(np.arange(4.0), np.zeros(4)))


def by_thresholds(scores, positive):
    """The average precision by its definition: every positive against every site."""
    found = []
    for score in scores[positive]:
        high = [
            flag for other, flag in zip(scores, positive, strict=True) if other >= score
        ]
        found.append(sum(high) / len(high))
    return sum(found) / len(found)


@given(ranked())
def test_an_average_precision_is_that_of_all_thresholds(drawn):
    assert average_precision(*drawn) == pytest.approx(by_thresholds(*drawn), abs=1e-12)


@given(ranked())
def test_an_average_precision_is_the_area_under_the_steps_of_precision(drawn):
    scores, flags = drawn
    area = recall = 0.0
    for mark in np.unique(scores)[::-1]:
        high = flags[scores >= mark]
        area += (high.sum() / flags.sum() - recall) * high.mean()
        recall = high.sum() / flags.sum()
    assert average_precision(scores, flags) == pytest.approx(area, abs=1e-12)


@given(ranked(), st.randoms(use_true_random=False))
def test_no_order_of_sites_and_no_monotone_map_changes_an_average_precision(
    drawn, chance
):
    scores, flags = drawn
    order = list(range(len(scores)))
    chance.shuffle(order)
    mixed = average_precision(monotone(scores)[order], flags[order])
    assert mixed == pytest.approx(average_precision(scores, flags))


def test_average_precisions_that_are_known():
    flags = np.array([True, False, True, False])
    for scores, due in [
        ([4.0, 1.0, 3.0, 2.0], 1.0),
        ([1.0, 4.0, 2.0, 3.0], (1 / 3 + 2 / 4) / 2),
        ([4.0, 3.0, 2.0, 1.0], (1 + 2 / 3) / 2),
        ([5.0, 5.0, 5.0, 5.0], 0.5),  # by chance
        ([2.0, 2.0, 1.0, 1.0], 0.5),  # one of two, then two of four
        ([2.0, 1.0, 1.0, 1.0], (1 + 2 / 4) / 2),
        ([np.inf, 0.0, -np.inf, 0.0], (1 + 2 / 4) / 2),
    ]:
        assert average_precision(np.array(scores), flags) == pytest.approx(due)
    assert average_precision(np.ones(2), np.array([True, True])) == 1


def test_a_leaf_that_holds_few_true_sites_has_a_good_auroc_and_a_poor_precision():
    """A ranking of whole leaves: 16 of its 80 first sites are true, of 50,000."""
    flags, scores = np.zeros(50_000, bool), np.zeros(50_000)
    flags[:16], scores[:80] = True, 1.0
    assert auroc(scores, flags) > 0.999
    assert average_precision(scores, flags) == pytest.approx(0.2)


def test_an_average_precision_without_positives_is_refused():
    with pytest.raises(InputError, match="0 positives"):
        average_precision(np.array([0.0, 1.0]), np.array([False, False]))
