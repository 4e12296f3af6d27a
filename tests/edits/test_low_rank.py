"""Low rank: the best approximation of the difference, and at full rank all of it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from telic.edits import LowRank
from telic.policies import Conv, Recurrent
from tests.small import AGENT, CODES, DONOR, agent

KERNELS = [path for path, leaf in AGENT.items() if leaf.ndim == 2]
BIASES = [path for path in AGENT if path not in KERNELS]
numbers = st.floats(-8, 8, width=32)


def difference(rank, path, strength=1.0):
    """What the edit adds to a leaf."""
    edited = LowRank(DONOR, rank, strength=strength)(AGENT)
    return np.asarray(edited[path], np.float64) - np.asarray(AGENT[path], np.float64)


@pytest.mark.parametrize("rank", [1, 2, 5])
def test_the_difference_of_every_kernel_has_the_rank_asked_for(rank):
    for path in KERNELS:
        values = np.linalg.svd(difference(rank, path), compute_uv=False)
        assert (values[:rank] > 1e-2).all(), path
        assert (values[rank:] < 1e-4).all(), path


@pytest.mark.parametrize("rank", [8, 500])
def test_full_rank_is_the_donor(rank):
    edited = LowRank(DONOR, rank)(AGENT)
    for path, leaf in DONOR.items():
        np.testing.assert_allclose(edited[path], leaf, rtol=1e-4, atol=1e-5)


def test_biases_are_taken_over_whole():
    edited = LowRank(DONOR, 1)(AGENT)
    for path in BIASES:
        np.testing.assert_allclose(edited[path], DONOR[path], rtol=1e-5, atol=1e-6)


def test_what_is_left_out_has_the_norm_of_the_other_singular_values():
    for path in KERNELS:
        gap = np.asarray(DONOR[path], np.float64) - np.asarray(AGENT[path])
        values = np.linalg.svd(gap, compute_uv=False)
        for rank in (1, 3):
            rest = np.linalg.norm(gap - difference(rank, path))
            due = np.linalg.norm(values[rank:])
            assert rest == pytest.approx(due, rel=1e-4, abs=1e-4)


def test_the_strength_scales_the_difference_and_not_its_rank():
    for path in AGENT:
        whole, twice = difference(2, path), difference(2, path, strength=-2.0)
        np.testing.assert_allclose(twice, -2 * whole, rtol=1e-3, atol=1e-5)


@settings(max_examples=20)
@given(
    arrays(np.float32, (4, 3), elements=numbers),
    arrays(np.float32, (4, 3), elements=numbers),
)
def test_a_higher_rank_is_never_farther_from_the_donor(a, b):
    agent, donor = {"k": jnp.asarray(a)}, {"k": jnp.asarray(b)}
    gaps = [
        float(jnp.linalg.norm(LowRank(donor, rank)(agent)["k"] - donor["k"]))
        for rank in (1, 2, 3)
    ]
    assert gaps[2] <= gaps[1] + 1e-4
    assert gaps[1] <= gaps[0] + 1e-4
    assert gaps[2] < 1e-4


POLICIES = {
    "conv": Conv(channels=(4, 3), width=6),
    "recurrent": Recurrent(width=5, memory=4),
}


@pytest.mark.parametrize("name", POLICIES)
def test_kernels_of_many_axes_are_cut_as_matrices_by_units(name):
    rank = 2
    one, other = (agent(seed, POLICIES[name]) for seed in (0, 1))
    edited = LowRank(other, rank)(one)
    assert jax.eval_shape(lambda a: a.logits(CODES), edited).shape == (16, 7)
    cut = [path for path, leaf in one.items() if leaf.ndim > 2]
    assert cut
    for path in cut:
        assert edited[path].shape == one[path].shape
        units = one[path].shape[-1]
        first = np.asarray(one[path])
        moved = np.asarray(np.asarray(edited[path]) - first, np.float64).reshape(
            -1, units
        )
        gap = np.asarray(np.asarray(other[path]) - first, np.float64).reshape(-1, units)
        values, due = (np.linalg.svd(x, compute_uv=False) for x in (moved, gap))
        np.testing.assert_allclose(values[:rank], due[:rank], rtol=1e-3)
        assert (values[rank:] < 1e-4 * values[0]).all()


@pytest.mark.parametrize("name", POLICIES)
def test_full_rank_of_any_network_is_the_donor(name):
    one, other = (agent(seed, POLICIES[name]) for seed in (0, 1))
    edited = LowRank(other, 500)(one)
    for path, leaf in other.items():
        np.testing.assert_allclose(edited[path], leaf, rtol=1e-3, atol=1e-4)
