"""What every locator of `LOCATORS` keeps: one battery over all of them."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import spearmanr

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.locators import LOCATORS, SIZES, check_locus, grafted
from tests.locators.examples import (
    EVIDENCE,
    REFERENCES,
    located,
    relabelled,
    reordered,
    row,
)

pytestmark = pytest.mark.contract

DRAWN = {"random": -1.0, "learned mask": 0.5}
"""Locators that draw a number for every weight, whatever its unit is called, and how
well two of their rankings must agree."""


@pytest.fixture(scope="module", params=LOCATORS)
def name(request):
    """The name of every locator."""
    return request.param


def everything(found):
    """The digests of all arrays of some evidence."""
    agents = [found.recipient, found.donor, found.truth]
    agents += [agent for pair in found.switches for agent in pair]
    behaviour = {"seen": found.observations, "gap": found.behaviour.gap}
    return [digest(tree) for tree in (*agents, behaviour)]


def test_a_locus_is_one_of_the_agent(name):
    locus = located(name)
    assert check_locus(locus, EVIDENCE.recipient) is locus


def test_one_key_gives_one_locus_and_the_evidence_is_not_changed(name):
    before = everything(EVIDENCE)
    again = LOCATORS[name](EVIDENCE, jax.random.key(0))
    assert everything(EVIDENCE) == before
    assert digest(again.scores) == digest(located(name).scores)
    assert (again.kind, list(again.factors)) == (
        located(name).kind,
        list(located(name).factors),
    )


def test_only_chance_asks_for_the_key(name):
    if name in (*DRAWN, "probe"):
        assert digest(located(name, 1).scores) != digest(located(name).scores)
    else:
        assert digest(located(name, 1).scores) == digest(located(name).scores)


def test_a_locus_follows_the_units_into_another_order(name):
    like = EVIDENCE.recipient
    other = relabelled(EVIDENCE)
    found = LOCATORS[name](other, jax.random.key(0))
    due = reordered(
        {p: jnp.asarray(x) for p, x in located(name).weights(like).scores.items()}
    )
    seen = found.weights(other.recipient).scores
    assert check_locus(found, other.recipient).kind == located(name).kind
    if name in DRAWN:
        assert spearmanr(row(seen), row(due)).statistic >= DRAWN[name]
        return
    size = float(np.abs(row(due)).max())
    for path, scores in seen.items():
        np.testing.assert_allclose(scores, due[path], rtol=1e-3, atol=1e-4 * size)


def test_another_order_is_another_agent():
    other = relabelled(EVIDENCE)
    assert digest(other.recipient) != digest(EVIDENCE.recipient)
    assert digest(other.truth) != digest(EVIDENCE.truth)


def test_a_locus_can_be_grafted_at_all_sizes_and_whole_it_is_the_donor(name):
    recipient, donor = EVIDENCE.recipient, EVIDENCE.donor
    found = list(grafted(located(name), recipient, donor))
    assert tuple(graft.share for graft in found) == SIZES
    for graft in found:
        for path, leaf in recipient.items():
            both = np.asarray(leaf) + np.asarray(donor[path])
            parts = np.asarray(graft.top[path]) + np.asarray(graft.rest[path])
            np.testing.assert_allclose(parts, both, rtol=1e-4, atol=1e-4)
    for path in recipient:
        np.testing.assert_allclose(found[-1].top[path], donor[path])
        np.testing.assert_allclose(found[-1].rest[path], recipient[path])


def test_a_larger_graft_takes_more_and_never_more_than_its_share(name):
    recipient, locus = EVIDENCE.recipient, located(name)
    before, total = np.zeros(row(recipient).size, bool), row(recipient).size
    for graft in grafted(locus, recipient, EVIDENCE.donor):
        taken = row(graft.top) != row(recipient)
        assert taken.any() and not (before & ~taken).any()
        if locus.kind != "directions":
            assert taken.sum() == max(1, round(graft.share * total))
        before = taken


def test_a_locus_reads_as_weights_and_as_units(name):
    like, locus = EVIDENCE.recipient, located(name)
    weights, units = locus.weights(like), locus.units(like)
    assert (weights.kind, units.kind) == ("weights", "units")
    assert check_locus(weights, like) and check_locus(units, like)


def test_a_locus_says_where_it_is(name):
    locus = located(name)
    first, *lines = str(locus).splitlines()
    assert first.startswith(f"{locus.kind}: {len(locus.flat)} sites; share of the top")
    assert [line.split()[0] for line in lines] == sorted(locus.scores)
    shares = [float(line.split()[2]) for line in lines]
    assert sum(shares) == pytest.approx(1, abs=0.01 * len(lines))


def test_the_references_are_registered_last():
    assert tuple(LOCATORS)[-3:] == REFERENCES


def test_the_oracle_ranks_the_truth_by_its_difference_and_needs_it():
    true = {p: np.asarray(x) > 0 for p, x in EVIDENCE.truth.items()}
    for path, scores in located("oracle").scores.items():
        changed = np.abs(np.asarray(EVIDENCE.vector[path]))
        np.testing.assert_array_equal(scores, np.where(true[path], changed, 0))
    blind = dataclasses.replace(EVIDENCE, truth=None)
    with pytest.raises(InputError, match="no truth"):
        LOCATORS["oracle"](blind, jax.random.key(0))


def test_only_the_oracle_is_shown_the_truth(name):
    if name == "oracle":
        pytest.skip("it is")
    blind = dataclasses.replace(EVIDENCE, truth=None)
    found = LOCATORS[name](blind, jax.random.key(0))
    assert digest(found.scores) == digest(located(name).scores)
