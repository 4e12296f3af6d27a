"""Measures of vectors whose answers are known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from telic import vectors
from telic.core import trees
from telic.core.errors import InputError
from telic.vectors import measure

GAUSS = {
    "k": jax.random.normal(jax.random.key(0), (300, 200)),
    "b": jax.random.normal(jax.random.key(1), (1000,)),
}
ENTRIES = st.integers(-100, 100)
VECTORS = st.fixed_dictionaries(
    {
        "k": arrays(np.float32, (3, 2), elements=ENTRIES),
        "b": arrays(np.float32, st.integers(1, 5), elements=ENTRIES),
    }
)


def test_energies_add_up_to_one_and_follow_the_sizes():
    found = vectors.energies(GAUSS)
    assert sum(found.values()) == pytest.approx(1)
    assert found["k"] == pytest.approx(60 / 61, abs=0.01)
    assert vectors.energies({"a": jnp.zeros(3), "b": jnp.zeros(1)}) == {"a": 0, "b": 0}


@pytest.mark.parametrize("shape", [(6, 4), (2, 3, 4), (3, 1, 2, 4), (1, 4, 3)])
def test_a_kernel_of_many_axes_has_the_spectrum_of_its_matrix_by_units(shape):
    kernel = np.random.default_rng(0).normal(size=shape)
    found = vectors.spectra({"k": kernel, "b": np.ones(4)})
    values = np.linalg.svd(kernel.reshape(-1, shape[-1]), compute_uv=False)
    np.testing.assert_allclose(found["k"], values)
    assert set(found) == {"k"}
    assert (values**2).sum() == pytest.approx((kernel**2).sum())


def test_a_kernel_of_many_axes_that_is_one_pattern_a_unit_has_rank_one():
    pattern, units = np.arange(1.0, 10.0).reshape(3, 3, 1, 1), np.array([1.0, -2.0])
    found = vectors.effective_ranks({"k": pattern * units})
    assert found == {"k": pytest.approx(1.0)}


def test_a_gaussian_vector_is_as_dense_as_its_docstring_says():
    found = vectors.concentration(GAUSS)
    for share, due in {0.01: 0.08, 0.05: 0.28, 0.1: 0.44, 0.2: 0.65}.items():
        assert found[share] == pytest.approx(due, abs=0.02)


def test_a_sparse_vector_is_concentrated():
    one = {"a": jnp.zeros(1000).at[7].set(5.0)}
    assert vectors.concentration(one, shares=(0.001, 1.0)) == {0.001: 1.0, 1.0: 1.0}


@given(VECTORS.filter(lambda v: any(leaf.any() for leaf in v.values())))
def test_the_larger_part_of_a_vector_has_the_larger_part_of_its_energy(vector):
    found = vectors.concentration(vector, shares=(0.1, 0.5, 0.9, 1.0))
    count = sum(leaf.size for leaf in vector.values())
    for share, energy in found.items():
        assert round(share * count) / count - 1e-9 <= energy <= 1
    assert sorted(found.values()) == list(found.values())
    assert found[1.0] == 1


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_what_is_nothing_or_not_finite_has_no_concentration(bad):
    with pytest.raises(InputError, match="zeros"):
        vectors.concentration({"a": jnp.full(3, bad)})


@pytest.mark.parametrize("share", [0.0, -0.1, 2.0, np.nan])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(InputError, match="up to 1"):
        vectors.concentration(GAUSS, shares=(share,))


def test_effective_ranks_are_those_of_known_matrices():
    outer = np.outer(np.arange(1, 5.0), np.ones(3))
    assert vectors.effective_ranks({"k": outer}) == {"k": pytest.approx(1, abs=1e-4)}
    assert vectors.effective_ranks({"k": np.eye(5)}) == {"k": pytest.approx(5)}
    assert vectors.effective_ranks({"k": np.zeros((2, 2))}) == {"k": 0}
    uneven = {"k": np.diag([3.0, 1.0]), "b": np.ones(2)}
    due = 4 / 3**0.75  # exp(log 4 - ¾ log 3), the entropy of ¾ and ¼
    assert vectors.effective_ranks(uneven) == {"k": pytest.approx(due)}


def test_spectra_hold_the_energy_of_their_kernels():
    (values,) = vectors.spectra(GAUSS).values()
    assert np.sqrt((values**2).sum()) == pytest.approx(
        vectors.norms(GAUSS)["k"], rel=1e-4
    )


def test_cosines_are_those_of_known_angles():
    corner, edge = {"a": jnp.ones(1), "b": jnp.ones(1)}, {"a": 2.0, "b": 0.0}
    edge = {path: jnp.full(1, value) for path, value in edge.items()}
    assert vectors.cosine(corner, edge) == pytest.approx(0.5**0.5)
    expected = [[1, 0.5**0.5], [0.5**0.5, 1]]
    np.testing.assert_allclose(vectors.cosines([corner, edge]), expected)


@given(VECTORS)
def test_jaxs_and_numpys_arrays_measure_the_same(vector):
    of_jax = {path: jnp.asarray(leaf) for path, leaf in vector.items()}
    for measured in (vectors.norms, vectors.energies, vectors.effective_ranks):
        assert measured(of_jax) == pytest.approx(measured(vector))
    np.testing.assert_array_equal(measure.flat(of_jax), measure.flat(vector))


def test_cosines_of_nothing_or_of_different_forms_are_refused():
    with pytest.raises(InputError, match="at least one"):
        vectors.cosines([])
    with pytest.raises(InputError, match="'k'"):
        vectors.cosine(GAUSS, {"b": GAUSS["b"]})
    with pytest.raises(InputError, match="'b'"):
        vectors.cosine(GAUSS, {**GAUSS, "b": jnp.ones(3)})


def test_cosines_are_symmetric_with_ones_on_the_diagonal():
    others = [vectors.NULLS["gaussian"](jax.random.key(i), GAUSS) for i in range(3)]
    found = vectors.cosines(others)
    np.testing.assert_allclose(np.diag(found), 1)
    np.testing.assert_array_equal(found, found.T)
    assert np.abs(found[np.triu_indices(3, 1)]).max() < 0.02
    assert vectors.cosine(GAUSS, trees.scale(GAUSS, -2.0)) == pytest.approx(-1)
    assert np.isnan(vectors.cosine(GAUSS, trees.scale(GAUSS, 0.0)))


def test_a_flat_vector_is_in_the_order_of_sorted_paths():
    assert measure.flat({"b": jnp.ones(1), "a": jnp.zeros(2)}).tolist() == [0, 0, 1]
