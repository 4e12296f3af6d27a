"""The edits of the isolation study: what is subtracted is what was meant."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core import trees
from telic.edits import edit_summary
from telic.policies import create
from telic.studies.base import preset
from telic.studies.isolation.edits import (
    AS_TRAINED,
    CONTINUATION,
    CONTRAST,
    CRITIC,
    DOSES,
    ELSEWHERE,
    NOISE,
    PARTS,
    PLAIN,
    RANKS,
    SHARES,
    SPECIFIC,
    TWIN,
    UNDONE,
    Update,
    nulls,
    parts,
    update_doses,
)
from telic.studies.landing import Landing
from telic.trials import Condition
from telic.vectors import cosine

PLAN = preset(Landing, "small").plan()
KEY = jax.random.key(3)


def agent(seed):
    """A fresh agent."""
    return create(jax.random.key(seed), PLAN.policy, PLAN.world)


@pytest.fixture(scope="module")
def update():
    """Five agents that have nothing to do with one another."""
    foreign = {name: agent(9) for name in DOSES}
    return Update(agent(0), agent(1), agent(2), agent(3), agent(4), foreign)


def actor(tree):
    """The leaves of a vector, or of an agent, that are the actor's."""
    return trees.at(tree, agent(0).actor)


def close(one, two):
    """Whether two agents are equal up to rounding."""
    return all(np.allclose(one[path], two[path], atol=1e-6) for path in two)


def test_adding_the_plain_update_gives_the_agent_after_the_second_phase(update):
    made = update_doses(update, (1.0, -1.0))
    assert close(made[Condition(PLAIN, 1.0)](update.base), actor(update.after))
    back = trees.add(update.base, trees.scale(update.after, -1.0))
    expected = trees.add(update.base, back)  # 2 · before - after
    assert close(made[Condition(PLAIN, -1.0)](update.base), actor(expected))


def test_the_reward_specific_part_leaves_out_what_more_training_does(update):
    plain, specific = update.vectors[PLAIN], update.vectors[SPECIFIC]
    drift = trees.add(update.same, trees.scale(update.base, -1.0))
    assert close(trees.add(specific, drift), plain)


def test_doses_leave_the_critic_alone(update):
    for edit in update_doses(update, (-2.0, 0.5)).values():
        changed = edit_summary(update.base, edit(update.base)).leaves
        assert changed and all(path.startswith("actor/") for path in changed)


def test_the_parts_are_parts_of_the_whole_subtraction(update):
    made = parts(update, KEY)
    assert {each.group for each in made} == {PARTS, RANKS, SHARES, NOISE}
    whole = update_doses(update, (-1.0,))[Condition(SPECIFIC, -1.0)]
    everything = whole(update.base)
    layers = dict(update.base)
    for layer in range(PLAN.policy.actor_layers):
        layers = made[Condition(PARTS, f"actor/{layer}")](layers)
    assert close(layers, everything)
    rank = made[Condition(RANKS, 8.0)](update.base)  # the input has eight features
    assert np.allclose(rank["actor/0/kernel"], everything["actor/0/kernel"], atol=1e-5)
    only = edit_summary(update.base, made[Condition(PARTS, CRITIC)](update.base)).leaves
    assert all(path.startswith("critic/") for path in only)


def test_a_share_changes_that_share_of_the_weights(update):
    made = parts(update, KEY)
    size = sum(leaf.size for leaf in actor(update.base).values())
    for share in (1, 10, 50):
        done = edit_summary(
            update.base, made[Condition(SHARES, float(share))](update.base)
        )
        assert done.parameters == pytest.approx(size * share / 100, abs=1)


def test_noise_on_top_is_as_long_as_it_says(update):
    made, other = parts(update, KEY), parts(update, jax.random.key(4))
    whole = update_doses(update, (-1.0,))[Condition(SPECIFIC, -1.0)]
    length = float(trees.norm(actor(update.vectors[SPECIFIC])))
    noisy, clean = made[Condition(NOISE, 0.5)](update.base), whole(update.base)
    gap = {p: noisy[p] - clean[p] for p in actor(clean)}
    assert float(trees.norm(gap)) == pytest.approx(0.5 * length, rel=1e-4)
    again = other[Condition(NOISE, 0.5)](update.base)
    assert abs(cosine(gap, {p: again[p] - clean[p] for p in gap})) < 0.1


def way(null, base):
    """Where a null takes the actor of an agent."""
    after = null(base)
    return {path: after[path] - base[path] for path in actor(after)}


def between(one, two):
    """The way of the actor from one agent to another."""
    return {path: two[path] - one[path] for path in actor(two)}


def test_the_contrast_leads_from_the_opposite_training_to_the_second_objectives(update):
    made = update_doses(update, (1.0, -1.0))
    due = between(update.opposite, update.after)
    added = way(made[Condition(CONTRAST, 1.0)], update.base)
    assert cosine(added, due) == pytest.approx(1.0, abs=1e-5)
    taken = way(made[Condition(CONTRAST, -1.0)], update.base)
    assert cosine(taken, due) == pytest.approx(-1.0, abs=1e-5)
    less = update_doses(update._replace(opposite=None), (1.0,))
    assert list(less) == [Condition(SPECIFIC, 1.0), Condition(PLAIN, 1.0)]


def test_every_edit_of_weights_has_nulls_of_its_own_length(update):
    made = update_doses(update, (-1.0, 2.0)) | parts(update, KEY)
    found = nulls(update, made)
    assert set(found) == set(made)
    for condition, each in found.items():
        dose = [AS_TRAINED] if condition.group in DOSES else []
        assert list(each) == [CONTINUATION, UNDONE, TWIN, ELSEWHERE, *dose]
        done = edit_summary(update.base, made[condition](update.base))
        for null in (CONTINUATION, UNDONE, TWIN, ELSEWHERE):
            taken = edit_summary(update.base, each[null](update.base))
            assert taken.norm == pytest.approx(done.norm, rel=1e-4)
            if condition.group == PARTS:
                assert taken.leaves == done.leaves


def test_a_null_goes_where_its_name_says_and_turns_with_its_edit(update):
    ways = {
        TWIN: between(update.same, update.twin),
        ELSEWHERE: actor(update.foreign[SPECIFIC]),
    }
    for strength in (-1.0, 2.0):
        made = update_doses(update, (strength,))
        for condition, each in nulls(update, made).items():
            vector = actor(update.vectors[condition.group])
            for null, due in ways.items():
                taken = way(each[null], update.base)
                assert cosine(taken, due) == pytest.approx(np.sign(strength), abs=1e-5)
                # Else the decisive controls would be the edit itself.
                assert abs(cosine(taken, vector)) < 0.9


def test_continuation_goes_on_and_is_undone_whether_an_edit_adds_or_subtracts(update):
    due = between(update.base, update.same)
    made = update_doses(update, (-1.0, 2.0))
    for condition, each in nulls(update, made).items():
        vector = actor(update.vectors[condition.group])
        for null, sign in ((CONTINUATION, 1.0), (UNDONE, -1.0)):
            taken = way(each[null], update.base)
            assert cosine(taken, due) == pytest.approx(sign, abs=1e-5)
            assert abs(cosine(taken, vector)) < 0.9


def test_a_null_as_trained_is_the_recipe_of_its_vector_without_the_new_reward(update):
    found = nulls(update, update_doses(update, (-2.0,)))
    drift = between(update.base, update.same)
    pair = between(update.same, update.twin)
    for name, due in {PLAIN: drift, SPECIFIC: pair, CONTRAST: pair}.items():
        taken = way(found[Condition(name, -2.0)][AS_TRAINED], update.base)
        assert all(np.allclose(taken[p], -2 * due[p], atol=1e-5) for p in due)


def test_a_run_that_is_alone_has_no_null_of_another_seed(update):
    alone = update._replace(foreign={})
    found = nulls(alone, update_doses(alone, (-1.0,)))
    assert all(
        list(each) == [CONTINUATION, UNDONE, TWIN, AS_TRAINED]
        for each in found.values()
    )


def test_a_second_phase_that_changed_nothing_is_subtracted_without_harm():
    base = agent(0)
    still = Update(base, base, base, base, base, {})
    made = update_doses(still, (-1.0,))
    every = [null for each in nulls(still, made).values() for null in each.values()]
    for edit in (*made.values(), *every):
        assert close(edit(base), base)
        assert all(jnp.isfinite(leaf).all() for leaf in edit(base).values())
