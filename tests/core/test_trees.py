"""Trees of arrays: their norm, their parts, their health and their digest."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from telic.core import trees
from telic.core.errors import InputError

LEAVES = arrays(
    np.float32,
    st.sampled_from([(1,), (3,), (2, 2)]),
    elements=st.integers(-100, 100),
)
TREES = st.dictionaries(st.text("abc/", min_size=1, max_size=5), LEAVES, max_size=4)


def of_jax(tree):
    return {path: jnp.asarray(leaf) for path, leaf in tree.items()}


@given(TREES)
def test_the_norm_is_that_of_all_entries_in_one_vector(tree):
    flat = np.concatenate([np.zeros(1), *(leaf.ravel() for leaf in tree.values())])
    expected = np.linalg.norm(flat)
    np.testing.assert_allclose(trees.norm(of_jax(tree)), expected, rtol=1e-5)


def test_the_norm_of_no_leaves_is_zero():
    assert float(trees.norm({})) == 0.0


@given(TREES, st.integers(-3, 3))
def test_the_algebra_is_that_of_all_entries_in_one_vector(tree, factor):
    other = {path: leaf[::-1] + 1 for path, leaf in tree.items()}
    expected = {path: leaf + factor * other[path] for path, leaf in tree.items()}
    for a, b in ((tree, other), (of_jax(tree), of_jax(other)), (tree, of_jax(other))):
        found = trees.add(a, trees.scale(b, float(factor)))
        assert trees.digest(found) == trees.digest(expected)
        leaves = [*found.values(), *trees.add(a, b).values()]
        assert all(isinstance(leaf, jax.Array) for leaf in leaves)
        due = sum(float((tree[path] * other[path]).sum()) for path in tree)
        assert float(trees.dot(a, b)) == due


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"a": np.ones(2)}, "only one of them has 'b'"),
        ({"a": np.ones(2), "b": np.ones(1), "c": np.ones(1)}, "has 'c'"),
        ({"a": np.ones((2, 1)), "b": np.ones(1)}, r"in 'a': \(2,\) and \(2, 1\)"),
    ],
)
@pytest.mark.parametrize("call", [trees.check_alike, trees.add, trees.dot])
def test_trees_that_differ_in_form_are_refused_by_the_leaf(call, other, message):
    tree = {"a": jnp.ones(2), "b": jnp.ones(1)}
    for pair in ((tree, other), (other, tree)):
        with pytest.raises(InputError, match=message.split(":")[0]):
            call(*pair)
    with pytest.raises(InputError, match=message):
        call(tree, other)


def test_select_keeps_full_paths_and_the_arrays_themselves():
    tree = {"actor/0": jnp.ones(1), "actor/1": jnp.ones(2), "critic/0": jnp.ones(3)}
    part = trees.select(tree, "actor/")
    assert list(part) == ["actor/0", "actor/1"]
    assert all(part[path] is tree[path] for path in part)


def test_selecting_everything_or_nothing_is_no_error():
    tree = {"actor/0": jnp.ones(1)}
    assert trees.select(tree, "") == tree
    assert trees.select(tree, "critic/") == {}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_finite_finds_one_bad_number_in_the_order_of_sorted_paths(bad):
    tree = {"b": jnp.array([0.0, bad]), "c": jnp.ones(1), "a": jnp.ones((2, 2))}
    assert trees.finite(tree).tolist() == [True, False, True]


@given(TREES)
def test_the_digest_does_not_depend_on_the_order_of_the_leaves(tree):
    backwards = dict(reversed(tree.items()))
    assert trees.digest(tree) == trees.digest(backwards)


@given(TREES)
def test_numpy_and_jax_arrays_have_the_same_digest(tree):
    assert trees.digest(tree) == trees.digest(of_jax(tree))


def test_the_digest_sees_the_strides_of_no_array():
    square = np.arange(6.0).reshape(2, 3)
    assert trees.digest({"a": square}) == trees.digest({"a": np.asfortranarray(square)})


@pytest.mark.parametrize(
    "other",
    [
        {"a": np.array([1.0, 2.0]), "c": np.zeros(2)},
        {"a": np.array([1.0, 2.0])},
        {"a": np.array([1.0, 2.0]), "b": -np.zeros(2)},
        {"a": np.array([1.0, np.nextafter(2.0, 3.0)]), "b": np.zeros(2)},
        {"a": np.array([1.0, 2.0]), "b": np.zeros((1, 2))},
        {"a": np.array([1.0, 2.0]), "b": np.zeros(2, np.int64)},
        {"b": np.array([1.0, 2.0]), "a": np.zeros(2)},
    ],
    ids=["path", "missing", "sign", "bit", "shape", "dtype", "swapped"],
)
def test_the_digest_sees_a_change_of(other):
    tree = {"a": np.array([1.0, 2.0]), "b": np.zeros(2)}
    assert trees.digest(tree) != trees.digest(other)


def test_the_digest_is_the_same_in_another_process():
    code = (
        "import numpy as np; from telic.core.trees import digest;"
        "print(digest({'a': np.arange(3.0), 'b': np.ones((2, 2), np.float32)}))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(filter(None, sys.path)), "PYTHONHASHSEED": "7"},
    )
    tree = {"a": np.arange(3.0), "b": np.ones((2, 2), np.float32)}
    assert told.stdout.strip() == trees.digest(tree)


def test_norm_and_finite_work_inside_a_compiled_program():
    tree = {"a": jnp.array([3.0, 4.0])}
    assert float(jax.jit(trees.norm)(tree)) == 5.0
    assert jax.jit(trees.finite)(tree).tolist() == [True]


def test_the_leaves_at_some_paths_come_in_the_order_in_which_they_are_named():
    tree = {"a": jnp.ones(1), "b": jnp.ones(2), "c": jnp.ones(3)}
    part = trees.at(tree, ["c", "a"])
    assert list(part) == ["c", "a"]
    assert all(part[path] is tree[path] for path in part)
    with pytest.raises(KeyError):
        trees.at(tree, ["d"])


def test_the_leaves_under_a_prefix_are_named_by_what_follows_it():
    tree = {"left/a": jnp.ones(1), "left/b/c": jnp.ones(2), "lefts/a": jnp.ones(3)}
    part = trees.under(tree, "left")
    assert list(part) == ["a", "b/c"]
    assert part["a"] is tree["left/a"]


@pytest.mark.parametrize(
    "odd", ["purple", None, 3.0, [1], {"a": 1.0}, {3: jnp.ones(1)}]
)
def test_what_is_no_tree_of_arrays_is_refused_by_what_it_is(odd):
    with pytest.raises(InputError, match=f"the donor is .*{type(odd).__name__}"):
        trees.check_tree(odd, what="the donor")
    trees.check_tree({}, what="the donor")
    trees.check_tree({"a": np.ones(1), "b": jnp.ones(1)}, what="the donor")
