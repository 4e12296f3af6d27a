"""What every edit of `EDITS` keeps: one battery over all of them."""

import contextlib
import copy
import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import TypeCheckError

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.edits import (
    EDITS,
    Ablate,
    Add,
    Chain,
    Graft,
    Interpolate,
    LowRank,
    Noise,
    Patch,
    Relabel,
    Splice,
    Steer,
    Transport,
    edit_summary,
    top,
)
from telic.edits.weights import WeightEdit
from telic.vectors import NULLS
from tests.edits.examples import (
    ALL,
    EXAMPLES,
    REVERSIBLE,
    ROW,
    SOME,
    VECTOR,
    example,
    relabel,
)
from tests.small import AGENT, CODES, DONOR

pytestmark = pytest.mark.contract
BEFORE = digest(AGENT)


def with_zeros_below_zero(agent):
    """The agent with a -0 at the start of every leaf."""
    found = {path: np.array(leaf) for path, leaf in agent.items()}
    for leaf in found.values():
        leaf[0] = -0.0
    return agent.replace(jax.device_put(found))


SIGNED = with_zeros_below_zero(AGENT)


@pytest.fixture(scope="module", params=ALL, ids="-".join)
def named(request):
    """The name of an edit and that of its example."""
    return request.param


@pytest.fixture(scope="module")
def edit(named):
    """An example of every registered edit."""
    return example(*named)


@pytest.fixture(scope="module")
def edited(edit):
    """The small agent after it."""
    return edit(AGENT)


@functools.cache
def nulls_of(name, kind, seed=0):
    """The nulls of an example, by name."""
    return example(name, kind).nulls(jax.random.key(seed), AGENT)


@jax.jit
def behaviour(agent):
    """All that an agent says to the small set of observations."""
    preferences, estimates, _ = agent(CODES)
    return jnp.concatenate([preferences, estimates[:, None]], axis=1)


def bits(leaf):
    """A leaf, such that equal means equal bit for bit."""
    return digest({"": leaf})


def differing(before, after):
    """The paths of the leaves that were changed or added, bit for bit."""
    return tuple(
        path
        for path in sorted(after)
        if path not in before or bits(before[path]) != bits(after[path])
    )


def close(a, b, tolerance=1e-5):
    """Whether two trees are equal up to rounding."""
    return set(a) == set(b) and all(
        np.allclose(a[path], b[path], rtol=tolerance, atol=tolerance) for path in a
    )


def distance(before, after):
    """The Euclidean norm of what lies between two agents of weights alone."""
    gaps = [
        (np.asarray(after[path]) - np.asarray(before[path])).astype(np.float64)
        for path in before
    ]
    return float(np.sqrt(sum((gap**2).sum() for gap in gaps)))


def is_of_weights(edit):
    """Whether an edit changes only weights."""
    parts = edit.edits if isinstance(edit, Chain) else (edit,)
    return all(isinstance(part, WeightEdit) for part in parts)


OF_WEIGHTS = [pair for pair in ALL if is_of_weights(example(*pair))]


def test_every_registered_edit_has_an_example_of_its_class():
    assert set(EXAMPLES) == set(EDITS)
    for name, kind in ALL:
        assert type(example(name, kind)) is EDITS[name]


def test_strength_zero_is_the_identity_bit_for_bit(edit):
    nothing = edit.scaled(0.0)(AGENT)
    assert digest(nothing) == BEFORE
    assert nothing is not AGENT
    # What is merely added 0 times turns -0 into 0.
    assert digest(edit.scaled(0.0)(SIGNED)) == digest(SIGNED)


def test_the_agent_that_was_given_is_never_changed(edit):
    given = AGENT.replace(AGENT)
    leaves = {path: np.array(leaf) for path, leaf in given.items()}
    after = edit(given)
    edit.touches(given)
    edit.nulls(jax.random.key(0), given)
    assert after is not given
    assert list(given) == list(leaves)
    assert digest(given) == digest(leaves) == BEFORE


def test_an_edit_does_something_that_can_be_seen(edited):
    assert digest(edited) != BEFORE
    assert not np.allclose(behaviour(edited), behaviour(AGENT), atol=1e-2)


def test_what_it_touches_is_what_it_changes_or_adds(edit, edited):
    touched = edit.touches(AGENT)
    assert touched == tuple(sorted(set(touched)))
    assert differing(AGENT, edited) == touched
    assert set(AGENT) <= set(edited)


def test_an_edited_agent_keeps_its_shapes_and_types(edited):
    for path, leaf in AGENT.items():
        assert (edited[path].shape, edited[path].dtype) == (leaf.shape, leaf.dtype)
    assert all(leaf.dtype == jnp.float32 for leaf in edited.values())
    assert all(np.isfinite(leaf).all() for leaf in edited.values())


def test_an_edit_is_pure(named, edited):
    again = EXAMPLES[named[0]][named[1]]()
    assert digest(example(*named)(AGENT)) == digest(edited)
    assert digest(again(AGENT)) == digest(edited)


def test_strengths_multiply(edit):
    for a, b in [(0.5, 0.6), (-2.0, 0.25), (-1.0, -1.0)]:
        assert close(edit.scaled(a).scaled(b)(AGENT), edit.scaled(a * b)(AGENT))


def test_strength_one_is_the_edit_and_others_are_not(edit, edited):
    assert digest(edit.scaled(1.0)(AGENT)) == digest(edited)
    for factor in (-1.0, 0.5, 2.0):
        assert not close(edit.scaled(factor)(AGENT), edited, 1e-4)


def test_a_chain_of_one_is_the_edit(edit, edited):
    alone = Chain((edit,))
    assert digest(alone(AGENT)) == digest(edited)
    assert alone.touches(AGENT) == edit.touches(AGENT)


def test_chaining_is_associative(edit):
    one, two = example("noise", ""), example("steer", "")
    for a, b, c in [(edit, one, two), (one, edit, two), (two, one, edit)]:
        flat = Chain((a, b, c))
        for nested in (Chain((Chain((a, b)), c)), Chain((a, Chain((b, c))))):
            assert digest(nested(AGENT)) == digest(flat(AGENT))
            assert nested.touches(AGENT) == flat.touches(AGENT)
        assert digest(flat(AGENT)) == digest(c(b(a(AGENT))))


def test_an_edit_that_promises_it_is_taken_back_and_no_other_is(named, edit, edited):
    if named not in REVERSIBLE:
        with pytest.raises(InputError, match="cannot be reversed"):
            edit.reversed()
        return
    back = edit.reversed()(edited)
    np.testing.assert_allclose(behaviour(back), behaviour(AGENT), rtol=1e-3, atol=1e-3)


def test_an_edit_has_nulls_and_they_are_edits_that_do_something_else(named, edited):
    found = nulls_of(*named)
    assert found
    assert all(found), "a null has a name"
    after = [digest(null(AGENT)) for null in found.values()]
    assert len({digest(edited), BEFORE, *after}) == len(after) + 2


def test_a_null_touches_what_the_edit_touches(named, edit):
    for null in nulls_of(*named).values():
        assert null.touches(AGENT) == edit.touches(AGENT)


def test_the_key_decides_the_nulls(named, edit):
    one, again, other = (
        {name: digest(null(AGENT)) for name, null in found.items()}
        for found in (
            nulls_of(*named),
            edit.nulls(jax.random.key(0), AGENT),
            nulls_of(*named, seed=1),
        )
    )
    assert one == again
    assert set(one) == set(other)
    assert not set(one.values()) & set(other.values())


@pytest.mark.parametrize("named", OF_WEIGHTS, ids="-".join)
def test_the_generic_nulls_of_weights_have_the_norm_of_the_difference(named):
    for strength in (1.0, 0.25):
        edit = example(*named).scaled(strength)
        found = edit.nulls(jax.random.key(0), AGENT)
        assert set(NULLS) <= set(found)
        due = distance(AGENT, edit(AGENT))
        for name in NULLS:
            assert distance(AGENT, found[name](AGENT)) == pytest.approx(
                due, rel=1e-5
            ), name


@pytest.mark.parametrize("named", OF_WEIGHTS, ids="-".join)
def test_no_two_nulls_are_drawn_alike(named):
    found = nulls_of(*named)
    path = max(found["gaussian"].vector, key=lambda p: AGENT[p].size)
    rows = np.stack([np.ravel(found[name].vector[path]) for name in NULLS])
    cosines = np.corrcoef(rows)[~np.eye(len(rows), dtype=bool)]
    assert np.abs(cosines).max() < 0.9


def test_a_receipt_says_what_was_changed_and_how_much(edit, edited):
    done = edit_summary(AGENT, edited)
    assert (done.before, done.after) == (BEFORE, digest(edited))
    assert done.changed
    assert done.leaves == differing(AGENT, edited)
    counted, squares = 0, 0.0
    for path, leaf in edited.items():
        new = np.asarray(leaf, np.float64)
        old = np.asarray(AGENT[path], np.float64) if path in AGENT else None
        counted += new.size if old is None else int((new != old).sum())
        squares += float(((new if old is None else new - old) ** 2).sum())
    assert done.parameters == counted
    assert done.norm == pytest.approx(np.sqrt(squares), rel=1e-5)


def test_a_receipt_of_nothing_is_empty(edit):
    done = edit_summary(AGENT, edit.scaled(0.0)(AGENT))
    assert done == (BEFORE, BEFORE, (), 0, 0.0)
    assert not done.changed


def test_a_strength_that_is_not_finite_is_refused(edit):
    for strength in (float("nan"), float("inf"), -float("inf")):
        with pytest.raises(InputError, match=r"strength = (nan|-?inf)"):
            edit.scaled(strength)
        if not isinstance(edit, Chain):
            with pytest.raises(InputError, match=f"strength = {strength}"):
                dataclasses.replace(edit, strength=strength)


def test_an_edit_of_an_edited_agent_keeps_what_was_done_before(edit):
    steered = example("steer", "")(AGENT)
    twice = edit(steered)
    assert differing(steered, twice) == edit.touches(steered)
    assert not np.allclose(behaviour(twice), behaviour(steered), atol=1e-2)
    held = [path for path in steered if path.startswith("at/")]
    assert all(twice[path] is steered[path] for path in held)
    assert digest(edit.scaled(0.0)(steered)) == digest(steered)


def unchecked(edit, **fields):
    """An edit with fields that the type checker of the tests would not let pass."""
    made = copy.copy(edit)
    for name, field in fields.items():
        object.__setattr__(made, name, field)
    return made


WIDE = {**DONOR, "actor/0/bias": jnp.zeros(9)}
DEEP = {**DONOR, "actor/3/bias": jnp.zeros(7)}
LACKING = {path: leaf for path, leaf in DONOR.items() if path != "actor/0/kernel"}
MASK = {"actor/0/bias": jnp.ones(9, bool)}
ONES = {"actor/0/kernel": jnp.ones((500, 8), bool)}


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (Add(WIDE), "vector's 'actor/0/bias' is (9,)"),
        (Add(DEEP), "vector has 'actor/3/bias'"),
        (Interpolate(WIDE), "donor's 'actor/0/bias' is (9,)"),
        (Interpolate(DEEP), "donor has 'actor/3/bias'"),
        (LowRank(WIDE, 1), "donor's 'actor/0/bias' is (9,)"),
        (Splice(WIDE, ("actor/0",)), "the donor's (9,)"),
        (Splice(LACKING, ("actor/0",)), "'actor/0/kernel', the donor has not"),
        (Splice(DONOR, ("actor/3",)), "no layer 'actor/3'"),
        (Splice(DONOR, ("actor/0", "actor")), "no layer 'actor'"),
        (Splice(DONOR, ()), "no layer is named"),
        (Graft(DONOR, MASK), "mask's 'actor/0/bias' is (9,), the agent's (8,)"),
        (Graft(WIDE, {"actor/0/bias": jnp.ones(8, bool)}), "the donor's (9,)"),
        (Graft(LACKING, ONES), "'actor/0/kernel', the donor has not"),
        (Graft(DEEP, {"actor/3/bias": jnp.ones(7, bool)}), "mask has 'actor/3/bias'"),
        (Patch("actor/1/post", WIDE, SOME), "donor's 'actor/0/bias' is (9,)"),
        (Patch("actor/1/post", DEEP, SOME), "donor has 'actor/3/bias'"),
        (Patch("actor/0/pre", LACKING, SOME), "'actor/0/kernel', the donor has not"),
        (Patch("critic/0/pre", {}, SOME), "'critic/0/bias', the donor has not"),
        (Patch("actor/0/post", DONOR, ROW[:7]), "mask is (7,)"),
        (Patch("actor/2/post", DONOR, SOME), "no site 'actor/2/post'"),
        (Steer("actor/logits", ROW), "direction is (8,)"),
        (Steer("actor/logit", ROW), "no site 'actor/logit'"),
        (Ablate("critic/value", SOME, ROW), "mask is (8,)"),
        (
            unchecked(Ablate("actor/0/pre", SOME, ROW), value=ROW[1:]),
            "value is (7,)",
        ),
        (Ablate("critic/1/pre", SOME, ROW), "no site 'critic/1/pre'"),
        (Transport("actor/1/pre", jnp.eye(7), ROW[1:]), "matrix is (7, 7)"),
        (
            unchecked(Transport("actor/1/pre", jnp.eye(8), ROW), shift=ROW[:1]),
            "shift is (1,)",
        ),
        (Transport("actor/9/pre", jnp.eye(8), ROW), "no site 'actor/9/pre'"),
        (Relabel((1, 2), (3,)), "2 channels for 1"),
        (Relabel((1,), (20,)), "no channel 20"),
        (Relabel((1, 2), (2, 3)), "channel 2 occurs"),
        (Chain((Noise(1.0), Steer("actor/logits", ROW))), "direction is (8,)"),
    ],
    ids=lambda given: None if isinstance(given, str) else type(given).__name__,
)
def test_what_does_not_fit_the_agent_is_refused_by_its_name(edit, named):
    for use in (edit, edit.touches, unchecked(edit, strength=0.0)):
        with pytest.raises(InputError) as caught:
            use(AGENT)
        assert named in str(caught.value)
    # A trial asks for the nulls first: no other error may come of that.
    with contextlib.suppress(InputError, TypeCheckError):
        edit.nulls(jax.random.key(0), AGENT)


def test_impossible_edits_are_refused_when_they_are_made():
    for make, named in [
        (lambda: LowRank(DONOR, 0), "rank = 0"),
        (lambda: Chain(()), "a chain of no edits"),
        (lambda: top(AGENT, DONOR, 0.0), "share = 0.0"),
        (lambda: top(AGENT, DONOR, 1.5), "share = 1.5"),
        (lambda: top(AGENT, DONOR, float("nan")), "share = nan"),
        (lambda: top(AGENT, WIDE, 0.5), "the donor's (9,)"),
        (lambda: top(AGENT, LACKING, 0.5), "the donor has not"),
    ]:
        with pytest.raises(InputError) as caught:
            make()
        assert named in str(caught.value)


def test_adding_is_the_sum_at_any_strength():
    for strength in (-1.0, 0.5, 3.0):
        added = Add(VECTOR, strength=strength)(AGENT)
        for path in AGENT:
            due = np.asarray(AGENT[path]) + np.float32(strength) * VECTOR[path]
            np.testing.assert_allclose(added[path], due, rtol=1e-6)


def test_noise_has_its_norm_whatever_its_seed_and_leaves_the_critic_alone():
    found = {}
    for seed in range(3):
        done = edit_summary(AGENT, Noise(3.0, seed=seed)(AGENT))
        assert done.norm == pytest.approx(3, rel=1e-5)
        assert all(path.startswith("actor/") for path in done.leaves)
        found[done.after] = seed
    assert len(found) == 3


def test_the_order_of_a_chain_counts():
    a, b = Splice(DONOR, ("actor/0",)), relabel()
    assert digest(Chain((a, b))(AGENT)) != digest(Chain((b, a))(AGENT))


def test_the_nulls_of_a_chain_of_weights_are_as_long_as_its_whole_difference():
    twice = Chain((Add(VECTOR, strength=0.5), Add(VECTOR, strength=0.5)))
    for name, null in twice.nulls(jax.random.key(0), AGENT).items():
        moved = edit_summary(AGENT, null(AGENT)).norm
        assert moved == pytest.approx(edit_summary(AGENT, DONOR).norm, rel=1e-5), name


def test_the_nulls_of_a_mixed_chain_are_chains_of_those_that_all_have():
    mixed = example("chain", "mixed")
    found = mixed.nulls(jax.random.key(0), AGENT)
    assert set(found) == {"gaussian"}
    kinds = [type(part) for part in found["gaussian"].edits]
    assert kinds == [Steer, Add, Ablate]


def test_the_nulls_of_a_later_edit_are_those_of_what_is_left_for_it_to_do():
    steer, reach = example("steer", ""), Interpolate(DONOR)
    found = Chain((reach, reach, steer)).nulls(jax.random.key(0), AGENT)["gaussian"]
    first, second = (edit_summary(AGENT, part(AGENT)).norm for part in found.edits[:2])
    assert first == pytest.approx(edit_summary(AGENT, DONOR).norm, rel=1e-5)
    assert second == 0
