"""Every null is as long as the vector, reproducible, and points elsewhere."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic import vectors
from telic.core import trees
from telic.vectors import NULLS

KEY = jax.random.key(0)
V = {
    "actor/0/kernel": jax.random.normal(jax.random.key(1), (40, 30)) * 3,
    "actor/0/bias": jnp.zeros(30),
    "critic/0/kernel": jax.random.normal(jax.random.key(2), (40, 10)),
}


@pytest.mark.contract
@pytest.mark.parametrize("name", NULLS)
def test_a_null_is_as_long_as_the_vector_and_of_its_form(name):
    null = NULLS[name](KEY, V)
    trees.check_alike(null, V)
    assert float(trees.norm(null)) == pytest.approx(float(trees.norm(V)), rel=1e-5)
    assert all(leaf.dtype == jnp.float32 for leaf in null.values())


@pytest.mark.contract
@pytest.mark.parametrize("name", NULLS)
def test_a_null_points_elsewhere_and_its_key_decides_where(name):
    null = NULLS[name](KEY, V)
    assert abs(vectors.cosine(null, V)) < 0.15
    assert trees.digest(null) == trees.digest(NULLS[name](KEY, V))
    assert trees.digest(null) != trees.digest(NULLS[name](jax.random.key(9), V))


@pytest.mark.parametrize("name", ["gaussian_per_tensor", "signs", "shuffled"])
def test_all_but_the_global_null_keep_the_norm_of_every_tensor(name):
    null = NULLS[name](KEY, V)
    for path, norm in vectors.norms(V).items():
        assert vectors.norms(null)[path] == pytest.approx(norm, rel=1e-5)


def test_signs_keep_every_size_in_its_place_and_shuffling_keeps_the_sizes():
    flipped, shuffled = NULLS["signs"](KEY, V), NULLS["shuffled"](KEY, V)
    for path in V:
        np.testing.assert_array_equal(jnp.abs(flipped[path]), jnp.abs(V[path]))
        np.testing.assert_array_equal(
            jnp.sort(shuffled[path].ravel()), jnp.sort(V[path].ravel())
        )


@pytest.mark.contract
@pytest.mark.parametrize("name", NULLS)
def test_a_null_of_numpys_arrays_is_that_of_jaxs(name):
    null = NULLS[name](KEY, trees.flatten(V))
    assert all(isinstance(leaf, jax.Array) for leaf in null.values())
    assert trees.digest(null) == trees.digest(NULLS[name](KEY, V))


@pytest.mark.contract
@pytest.mark.parametrize("name", NULLS)
def test_two_leaves_of_one_shape_are_drawn_apart(name):
    row = jnp.arange(1.0, 65.0)
    null = NULLS[name](KEY, {"a": row, "b": row})
    assert not np.array_equal(null["a"], null["b"])


@pytest.mark.parametrize("name", ["gaussian", "gaussian_per_tensor"])
def test_noise_is_as_often_above_zero_as_below_and_as_dense_as_gaussian(name):
    entries = np.asarray(NULLS[name](KEY, V)["actor/0/kernel"]).ravel()
    assert abs((entries > 0).mean() - 0.5) < 0.06
    kurtosis = (entries**4).mean() / (entries**2).mean() ** 2
    assert kurtosis == pytest.approx(3, abs=0.6)


def test_the_global_null_also_moves_what_the_vector_leaves_alone():
    assert float(jnp.abs(NULLS["gaussian"](KEY, V)["actor/0/bias"]).max()) > 0


def test_another_seeds_vector_can_be_brought_to_the_same_length():
    other = {path: leaf * 7 + 1 for path, leaf in V.items()}
    found = vectors.matched(other, V)
    assert float(trees.norm(found)) == pytest.approx(float(trees.norm(V)), rel=1e-5)
    assert vectors.cosine(found, other) == pytest.approx(1)


def test_what_has_no_length_stays_as_it_is():
    nothing, like = {"a": jnp.zeros(2)}, {"a": jnp.array([3.0, 4.0])}
    assert vectors.matched(nothing, like)["a"].tolist() == [0, 0]
    assert vectors.matched(like, nothing)["a"].tolist() == [0, 0]
    assert vectors.matched({"a": jnp.array([0.0, 1.0])}, like)["a"].tolist() == [0, 5]
