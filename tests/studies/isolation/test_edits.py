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
    CRITIC,
    NOISE,
    PARTS,
    PLAIN,
    RANKS,
    SHARES,
    SPECIFIC,
    Update,
    nulls,
    parts,
    update_doses,
)
from telic.studies.landing import Landing
from telic.trials import Condition
from telic.vectors import cosine

PLAN = preset(Landing, "small").plan()


def agent(seed):
    """A fresh agent."""
    return create(jax.random.key(seed), PLAN.policy, PLAN.world)


@pytest.fixture(scope="module")
def update():
    """Three agents that have nothing to do with one another."""
    foreign = {name: agent(9) for name in (PLAIN, SPECIFIC)}
    return Update(agent(0), agent(1), agent(2), foreign)


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
    made = parts(update)
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
    made = parts(update)
    size = sum(leaf.size for leaf in actor(update.base).values())
    for share in (1, 10, 50):
        done = edit_summary(
            update.base, made[Condition(SHARES, float(share))](update.base)
        )
        assert done.parameters == pytest.approx(size * share / 100, abs=1)


def test_noise_on_top_is_as_long_as_it_says(update):
    made = parts(update)
    whole = update_doses(update, (-1.0,))[Condition(SPECIFIC, -1.0)]
    length = float(trees.norm(actor(update.vectors[SPECIFIC])))
    noisy, clean = made[Condition(NOISE, 0.5)](update.base), whole(update.base)
    gap = {p: noisy[p] - clean[p] for p in actor(clean)}
    assert float(trees.norm(gap)) == pytest.approx(0.5 * length, rel=1e-4)


def test_every_dose_has_nulls_of_its_own_length(update):
    found = nulls(update, (-1.0, 2.0))
    for name in (PLAIN, SPECIFIC):
        length = float(trees.norm(actor(update.vectors[name])))
        for strength in (-1.0, 2.0):
            each = found[Condition(name, strength)]
            assert list(each) == ["continuation", "another seed"]
            for null in each.values():
                norm = edit_summary(update.base, null(update.base)).norm
                assert norm == pytest.approx(abs(strength) * length, rel=1e-4)


def test_continuation_goes_where_more_of_the_old_training_went(update):
    drift = actor(trees.add(update.same, trees.scale(update.base, -1.0)))
    for name, vector in update.vectors.items():
        null = nulls(update, (-1.0,))[Condition(name, -1.0)]["continuation"]
        after = null(update.base)
        taken = {path: update.base[path] - after[path] for path in drift}
        assert cosine(taken, drift) == pytest.approx(1.0, abs=1e-5)
        # Else the decisive control would be the edit itself.
        assert cosine(taken, actor(vector)) < 0.9


def test_a_run_that_is_alone_has_no_null_of_another_seed(update):
    found = nulls(update._replace(foreign={}), (-1.0,))
    assert all(list(each) == ["continuation"] for each in found.values())


def test_a_second_phase_that_changed_nothing_is_subtracted_without_harm():
    base = agent(0)
    still = Update(base, base, base, {})
    for edit in update_doses(still, (-1.0,)).values():
        assert close(edit(base), base)
        assert all(jnp.isfinite(leaf).all() for leaf in edit(base).values())
