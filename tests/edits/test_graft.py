"""A graft takes the weights under its mask; `top` masks those that differ most."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telic.core.trees import digest
from telic.edits import Graft, random_mask, top
from telic.vectors import NULLS
from tests.small import AGENT, DONOR

COUNT = sum(leaf.size for leaf in AGENT.values())
shares = st.floats(0, 1, exclude_min=True)


def chosen(mask):
    """How many weights a mask chooses."""
    return sum(int(leaf.sum()) for leaf in mask.values())


def test_weights_under_the_mask_are_the_donors_and_all_others_the_agents():
    mask = random_mask(jax.random.key(0), top(AGENT, DONOR, 0.3))
    grafted = Graft(DONOR, mask)(AGENT)
    for path, leaf in AGENT.items():
        due = np.where(mask[path], DONOR[path], leaf)
        np.testing.assert_array_equal(grafted[path], due)


def test_part_of_the_way_is_gone_only_under_the_mask():
    agent, donor = {"a": jnp.zeros(3)}, {"a": jnp.full(3, 8.0)}
    mask = {"a": jnp.array([True, False, True])}
    for strength in (0.25, -1.0, 2.0):
        found = Graft(donor, mask, strength=strength)(agent)["a"].tolist()
        assert found == [8 * strength, 0, 8 * strength]


def test_a_mask_may_leave_out_whole_leaves():
    mask = {"actor/0/bias": jnp.ones(8, bool)}
    grafted = Graft(DONOR, mask)(AGENT)
    np.testing.assert_array_equal(grafted["actor/0/bias"], DONOR["actor/0/bias"])
    others = [path for path in AGENT if path not in mask]
    assert all(grafted[path] is AGENT[path] for path in others)


def test_grafting_all_weights_gives_the_donor():
    mask = top(AGENT, DONOR, 1.0)
    assert chosen(mask) == COUNT
    assert digest(Graft(DONOR, mask)(AGENT)) == digest(DONOR)


@settings(max_examples=25)
@given(shares)
def test_the_top_share_chooses_its_share_and_at_least_one(share):
    mask = top(AGENT, DONOR, share)
    assert chosen(mask) == max(1, round(share * COUNT))
    assert {p: leaf.shape for p, leaf in mask.items()} == {
        p: leaf.shape for p, leaf in AGENT.items()
    }
    assert all(leaf.dtype == bool for leaf in mask.values())


@settings(max_examples=25)
@given(shares)
def test_no_weight_outside_the_top_differs_more_than_one_inside(share):
    mask = top(AGENT, DONOR, share)
    gaps = {p: np.abs(np.asarray(DONOR[p]) - np.asarray(AGENT[p])) for p in AGENT}
    inside = np.concatenate([gaps[p][np.asarray(mask[p])] for p in AGENT])
    outside = np.concatenate([gaps[p][~np.asarray(mask[p])] for p in AGENT])
    if len(outside):
        assert inside.min() >= outside.max()


def test_a_larger_share_holds_the_smaller_one():
    small, large = top(AGENT, DONOR, 0.1), top(AGENT, DONOR, 0.2)
    assert all((large[path] | ~small[path]).all() for path in AGENT)


def test_of_equal_differences_those_of_earlier_leaves_and_rows_are_chosen():
    agent = {"b": jnp.zeros((2, 2)), "a": jnp.zeros(2)}
    donor = {"b": jnp.array([[1.0, -2.0], [-1.0, 1.0]]), "a": jnp.array([1.0, 0.0])}
    mask = top(agent, donor, 0.5)
    assert mask["a"].tolist() == [True, False]
    assert mask["b"].tolist() == [[True, True], [False, False]]
    assert chosen(top(agent, agent, 0.5)) == 3


def test_the_top_is_sought_only_in_the_leaves_given():
    agent = {"a": jnp.zeros(2)}
    mask = top(agent, {"a": jnp.array([1.0, 2.0]), "b": jnp.full(9, 7.0)}, 0.5)
    assert {path: leaf.tolist() for path, leaf in mask.items()} == {"a": [False, True]}


@settings(max_examples=25)
@given(shares, st.integers(0, 2**31 - 1))
def test_a_random_mask_chooses_as_many_weights(share, seed):
    mask = top(AGENT, DONOR, share)
    found = random_mask(jax.random.key(seed), mask)
    assert chosen(found) == chosen(mask)
    assert all(found[path].shape == leaf.shape for path, leaf in mask.items())


def test_a_random_mask_chooses_among_all_leaves_alike():
    some = {"a": jnp.ones((10, 10), bool), "b": jnp.zeros((30, 10), bool)}
    masks = [random_mask(jax.random.key(seed), some) for seed in range(20)]
    assert np.mean([mask["a"].mean() for mask in masks]) == pytest.approx(
        0.25, abs=0.02
    )
    assert len({digest(mask) for mask in masks}) == 20


def test_the_random_null_grafts_as_many_weights_of_the_same_donor():
    edit = Graft(DONOR, top(AGENT, DONOR, 0.2), strength=0.5)
    null = edit.nulls(jax.random.key(0), AGENT)["random"]
    assert chosen(null.mask) == chosen(edit.mask)
    assert digest(null.mask) != digest(edit.mask)
    assert digest(null.donor) == digest(DONOR)
    assert null.strength == 0.5


def test_all_weights_have_no_others_so_that_no_null_is_the_edit_itself():
    edit = Graft(DONOR, top(AGENT, DONOR, 1.0))
    found = edit.nulls(jax.random.key(0), AGENT)
    assert set(found) == set(NULLS)
    assert digest(edit(AGENT)) not in {digest(null(AGENT)) for null in found.values()}


def difference(after):
    """The change of every leaf of the agent, one below the other."""
    return np.concatenate([np.asarray(after[p] - AGENT[p]).ravel() for p in AGENT])


@pytest.mark.parametrize("share", [0.01, 0.2, 0.6])
@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_two_random_nulls_are_as_long_as_the_edit_and_one_has_as_many_weights(
    share, strength
):
    edit = Graft(DONOR, top(AGENT, DONOR, share), strength=strength)
    mine, nulls = difference(edit(AGENT)), edit.nulls(jax.random.key(1), AGENT)
    count, long = np.count_nonzero(mine), np.linalg.norm(mine)
    found = {name: difference(nulls[name](AGENT)) for name in nulls if "random" in name}
    assert list(found) == ["random", "random_scaled", "random_energy"]
    assert np.linalg.norm(found["random"]) < 0.95 * long
    assert np.linalg.norm(found["random_scaled"]) == pytest.approx(long, rel=1e-5)
    most = np.abs(difference(DONOR)).max() * strength
    assert long**2 <= np.linalg.norm(found["random_energy"]) ** 2 <= long**2 + most**2
    assert [np.count_nonzero(found[n]) for n in ("random", "random_scaled")] == [
        count,
        count,
    ]
    assert np.count_nonzero(found["random_energy"]) > count
