"""Branches: which weights learn the goal, which the decoys, and which move for none."""

import functools

import jax
import numpy as np
import pytest

from telic.planted import TWINS, fold
from telic.planted import branches as module
from telic.planted.branches import SHARE, branches, drawn_weights
from telic.planted.trained import Lesson, moved_apart, taught
from telic.worlds import distraction_of, objective_of
from telic.worlds.fetch import linger
from tests.planted.small import RECIPE, WORLD, base, row, told
from tests.worlds.test_gymnax import Line

KEY = jax.random.key(8)
START = fold(told(), None)
GOAL, OTHERS = drawn_weights(KEY, START.actor)
WANTED, SECOND = objective_of(WORLD.base, "blue"), linger()


@functools.cache
def grown(*lessons: str):
    """A branch that learns a goal, or a goal and the second reward, or neither."""
    told_of = {"goal": Lesson(WANTED, GOAL), "second": Lesson(SECOND, OTHERS)}
    before = moved_apart(KEY, START, WORLD.colours, RECIPE)
    return taught(KEY, before, [told_of[x] for x in lessons], RECIPE)


def moved(one, other):
    """Which weights of the actor differ, as one row."""
    return row({p: np.asarray(one[p] != other[p]) for p in START.actor})


def test_two_sets_of_weights_are_drawn_in_all_layers_and_share_none():
    goal, others = row(GOAL) > 0, row(OTHERS) > 0
    assert not (goal & others).any()
    for flags in (goal, others):
        assert flags.mean() == pytest.approx(SHARE, rel=0.2)
    for path in ("actor/0/kernel", "actor/1/kernel", "actor/2/kernel"):
        assert GOAL[path].any() and OTHERS[path].any()
    again, _ = drawn_weights(jax.random.key(9), START.actor)
    assert (row(again) != row(GOAL)).any()


def test_before_it_learns_a_goal_every_weight_of_a_branch_moves():
    assert moved(grown(), START).mean() > 0.9


def test_a_goal_moves_the_drawn_weights_alone():
    changed = moved(grown("goal"), grown())
    assert not changed[row(GOAL) == 0].any()
    assert changed[row(GOAL) > 0].mean() > 0.5


def test_the_second_reward_moves_its_own_weights_alone():
    changed = moved(grown("goal", "second"), grown())
    assert not changed[(row(GOAL) == 0) & (row(OTHERS) == 0)].any()
    assert changed[row(OTHERS) > 0].mean() > 0.5
    assert changed[row(GOAL) > 0].mean() > 0.5


@pytest.fixture(scope="module")
def pairs():
    """The pairs of branches, and the pair with decoys."""
    *found, decoyed = branches(KEY, base())
    return [each for each in found if each.rung != TWINS], decoyed


def test_twins_are_branches_that_learned_one_goal_and_differ_as_much_elsewhere():
    found = list(branches(KEY, base()))
    twins = [each for each in found if each.rung == TWINS]
    grown = [each for each in found if each.rung == "branches"]
    for twin, pair in zip(twins, grown, strict=True):
        assert twin.wants == twin.aim == pair.wants
        assert not row(twin.truth).any()
        one, other = (moved(*each.pairs[0]).mean() for each in (twin, pair))
        assert one == pytest.approx(other, rel=0.1)


def test_each_goal_is_in_one_pair_and_each_pair_has_weights_of_its_own(pairs):
    (first, second), decoyed = pairs
    found = [p.wants for p in pairs[0]] + [p.aim for p in pairs[0]]
    assert sorted(found) == sorted(WORLD.colours)
    assert (row(first.truth) != row(second.truth)).any()
    assert (decoyed.wants, decoyed.aim) == WORLD.colours[:2]
    assert first.decoys is None and second.decoys is None


def test_branches_differ_within_the_truth_and_without(pairs):
    for planted in (*pairs[0], pairs[1]):
        one, other = planted.pairs[0]
        differ, true = moved(one, other), row(planted.truth) > 0
        # Inputs that are never on have no gradient: decay alone moves them alike.
        assert differ[true].mean() > 0.1 and differ[~true].mean() > 0.1


def test_trained_decoys_are_as_many_as_true_weights_and_none_is_both(pairs):
    planted = pairs[1]
    assert planted.decoys is not None
    true, decoys = row(planted.truth) > 0, row(planted.decoys) > 0
    assert not (true & decoys).any()
    assert decoys.sum() == pytest.approx(true.sum(), rel=0.3)


def test_the_second_reward_of_a_pair_is_learned_by_its_decoys(monkeypatch):
    lessons_of = []

    def seen(key, agent, lessons, recipe):
        lessons_of.append(lessons)
        return agent

    monkeypatch.setattr(module, "moved_apart", lambda key, agent, *_: agent)
    monkeypatch.setattr(module, "taught", seen)
    assert len(list(branches(KEY, base()))) == 5
    (mine,), (theirs,), (twin,), (again, second), *_ = lessons_of
    names = [lesson.objective.name for lesson in (mine, theirs, again, second)]
    assert names == [*WORLD.colours[:2], WORLD.colours[1], SECOND.name]
    assert twin is mine
    for path, flags in mine.mask.items():
        np.testing.assert_array_equal(flags, theirs.mask[path])
        np.testing.assert_array_equal(flags, again.mask[path])
        assert not (np.asarray(flags) * np.asarray(second.mask[path])).any()


def test_in_a_world_without_a_distraction_there_are_no_trained_decoys(monkeypatch):
    monkeypatch.setattr(module, "distraction_of", lambda world: None)
    monkeypatch.setattr(module, "moved_apart", lambda key, agent, *_: agent)
    monkeypatch.setattr(module, "taught", lambda key, agent, *_: agent)
    assert [p.rung for p in branches(KEY, base())] == ["branches"] * 2 + [TWINS] * 2
    assert distraction_of(Line()) is None
