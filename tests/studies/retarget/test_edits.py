"""Every track of edits does what its name says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.trees import norm
from telic.policies import capture, interventions
from telic.rollouts import observations_of
from telic.runs.source import RunSource
from telic.studies.late import Switch, earlier_mean
from telic.studies.retarget import case as kinds
from telic.studies.retarget.case import TRACKS, Case
from telic.studies.retarget.edits import carried, retarget_edits
from telic.studies.retarget.nulls import retarget_nulls
from telic.trials import Condition
from telic.worlds.goals import entries_of
from telic.worlds.grid import COLOURS, KEY
from tests.studies.trained import PLAN

WORLD = PLAN.world
OLD, NEW, TRAINED = "purple", "yellow", "blue"
ONE = Condition(kinds.REFIT, kinds.ONE)
IMITATED = Condition(kinds.REFIT, kinds.IMITATED)


@pytest.fixture(scope="module")
def case(pair):
    """The last agent, which wants purple, and is to want yellow."""
    source = RunSource(pair[0])
    return Case(
        agent=source.agent(5),
        vector=earlier_mean(source, Switch(5, OLD, TRAINED)),
        old=OLD,
        trained=TRAINED,
        new=NEW,
        world=WORLD.with_goals((OLD, NEW)),
        strengths=(1.0,),
        steps=20,
    )


@pytest.fixture(scope="module")
def made(case):
    """All edits by track, then by condition."""
    every = retarget_edits(case, jax.random.key(0))
    return {
        track: {c: edit for c, edit in every.items() if c.group in groups}
        for track, groups in TRACKS.items()
    }


@pytest.fixture(scope="module")
def seen(case):
    """Observations that no edit was fitted to."""
    key = jax.random.key(9)
    return observations_of(key, case.agent, case.world, steps=64, envs=16)


def changed(agent, edited):
    """The paths of the leaves that an edit changed or added."""
    return {
        path
        for path, leaf in edited.items()
        if path not in agent or not np.array_equal(leaf, agent[path])
    }


def rows(colour):
    """The input rows of a colour, of all places, as an index."""
    places, channels = 25, 20
    starts = channels * np.arange(places)
    return (starts[:, None] + np.array(WORLD.channels(colour))[None]).ravel()


def test_the_carried_vector_says_of_the_new_colour_what_was_learnt_of_the_trained(
    case,
):
    found = carried(case, case.vector)
    goal = case.vector["actor/0/kernel"]
    kernel = found["actor/0/kernel"]
    assert np.array_equal(kernel[rows(NEW)], goal[rows(TRAINED)])
    assert np.array_equal(kernel[rows(TRAINED)], goal[rows(NEW)])
    assert np.array_equal(kernel[rows(OLD)], goal[rows(OLD)])
    assert not any(path.startswith("critic") for path in found)


def test_the_nulls_of_a_carried_vector_are_carried_too_and_as_long(case, made):
    old = case.agent["actor/0/kernel"]
    leaf = jnp.arange(old.size, dtype=jnp.float32).reshape(old.shape)
    way = {**case.agent, "actor/0/kernel": leaf}
    edits = {name: edit for track in made.values() for name, edit in track.items()}
    nulls = retarget_nulls(case, edits, {"way": way})
    goal, contrast = (Condition(group, 1.0) for group in (kinds.GOAL, kinds.CONTRAST))
    moved, plain = (
        nulls[name]["way"].difference(case.agent)["actor/0/kernel"]
        for name in (goal, contrast)
    )
    ratio = np.asarray(moved[rows(NEW)] / way["actor/0/kernel"][rows(TRAINED)])
    assert np.allclose(ratio[1:], ratio[-1, -1], rtol=0.02) and ratio[-1, -1] > 0
    ratio = np.asarray(plain[rows(NEW)] / way["actor/0/kernel"][rows(NEW)])
    assert np.allclose(ratio, ratio[-1, -1], rtol=0.02)
    for name in (goal, contrast):
        size = float(norm(edits[name].difference(case.agent)))
        for null in nulls[name].values():
            as_long = float(norm(null.difference(case.agent)))
            assert as_long == pytest.approx(size, rel=1e-3)


def test_the_contrast_of_rows_gives_the_old_colour_the_rows_of_the_trained(case, made):
    edit = made["weights"][Condition(kinds.CONTRAST, 1.0)]
    before, after = case.agent["actor/0/kernel"], edit(case.agent)["actor/0/kernel"]
    assert np.allclose(after[rows(OLD)], before[rows(TRAINED)], atol=1e-6)
    more = before[rows(OLD)] - before[rows(TRAINED)]
    assert np.allclose(after[rows(NEW)], before[rows(NEW)] + more, atol=1e-6)
    rest = np.setdiff1d(np.arange(len(before)), [*rows(OLD), *rows(NEW)])
    assert np.array_equal(after[rest], before[rest])


def test_the_input_track_changes_first_kernels_alone(case, made):
    (edit,) = made["input"].values()
    expected = {"actor/0/kernel", "critic/0/kernel"}
    assert changed(case.agent, edit(case.agent)) == expected


def test_edits_beyond_the_input_leave_the_first_layer_as_it_is(case, made):
    assert len(made["beyond-input"]) == 4
    for name, edit in made["beyond-input"].items():
        paths = changed(case.agent, edit(case.agent))
        assert paths, name
        assert all(
            path.startswith(("actor/1/", "actor/2/", "actor/3/")) for path in paths
        )


def test_edits_of_activations_change_no_weight(case, made):
    assert len(made["activations"]) == 6
    for name, edit in made["activations"].items():
        edited = edit(case.agent)
        paths = changed(case.agent, edited)
        assert paths and all(path.startswith("at/") for path in paths), name
        assert set(interventions.weights(edited)) == set(case.agent)


def test_a_transport_brings_activations_to_what_they_would_be(case, made, seen):
    site, edits = "actor/0/pre", made["activations"]
    other = case.world.exchanged(seen, OLD, NEW)
    is_, ought = (capture(case.agent, views, site)[site] for views in (seen, other))
    errors = [float(((ought - is_) ** 2).sum())]
    for group in (kinds.LOW_RANK, kinds.TRANSPORT):
        agent = edits[Condition(group, kinds.LINEAR)](case.agent)
        moved = capture(agent, seen, site)[site]
        errors.append(float(((ought - moved) ** 2).sum()))
    assert errors[2] < errors[1] < errors[0]


def test_a_refitted_layer_gives_what_it_would_give_with_the_colours_exchanged(
    case, made, seen
):
    site = "actor/1/pre"
    other = case.world.exchanged(seen, OLD, NEW)
    ought = capture(case.agent, other, site)[site]
    errors = []
    for agent in (case.agent, made["beyond-input"][ONE](case.agent)):
        found = capture(agent, seen, site)[site]
        errors.append(float(((ought - found) ** 2).sum()))
    assert errors[1] < errors[0]


def test_imitation_moves_more_than_the_layer_it_begins_with(case, made):
    paths = {
        name: changed(case.agent, made["beyond-input"][name](case.agent))
        for name in (ONE, IMITATED)
    }
    assert {path.split("/")[1] for path in paths[ONE]} == {"1"}
    assert {path.split("/")[1] for path in paths[IMITATED]} == {"1", "2", "3"}


def test_the_edits_are_the_same_for_the_same_key(case, made):
    again = retarget_edits(case, jax.random.key(0))
    for name, edit in made["beyond-input"].items():
        one, two = edit(case.agent), again[name](case.agent)
        assert all(np.array_equal(one[path], two[path]) for path in one)


def test_the_observations_show_the_new_colour(case, seen):
    assert (np.asarray(seen) == KEY + COLOURS.index(NEW)).any()


def test_what_is_in_view_is_told_for_each_goal_alone(seen):
    for colour in (OLD, NEW, "grey"):  # walls and the ball are grey as well
        there = np.asarray(seen) == KEY + COLOURS.index(colour)
        assert np.array_equal(entries_of(WORLD, seen, colour), there)
