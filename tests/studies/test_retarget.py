"""Every track does what its name says, and no trained colour counts as new."""

import jax
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import capture, interventions
from telic.rollouts import observations_of
from telic.runs.source import RunSource
from telic.studies import answers, colours, retarget
from telic.studies.retarget import Retarget
from telic.studies.splice import Late, earlier_mean
from telic.worlds.grid import COLOURS, KEY
from tests.studies.trained import PLAN, RETARGET, done

WORLD = PLAN.world
OLD, NEW, TRAINED = "purple", "yellow", "blue"


@pytest.fixture(scope="module")
def case(pair):
    """The last agent, which wants purple, and is to want yellow."""
    source = RunSource(pair[0])
    return colours.Retarget(
        agent=source.agent(5),
        goal=earlier_mean(source, Late(5, OLD, TRAINED)),
        old=OLD,
        trained=TRAINED,
        new=NEW,
        board=WORLD.with_goals((OLD, NEW)),
        strengths=(1.0,),
        steps=20,
    )


@pytest.fixture(scope="module")
def made(case):
    """All edits by track, then by name."""
    found = {track: {} for track in colours.TRACKS}
    for arm, edit in colours.edits(case, jax.random.key(0)):
        found[arm.group][arm.edit] = edit
    return found


@pytest.fixture(scope="module")
def seen(case):
    """Observations that no edit was fitted to."""
    key = jax.random.key(9)
    return observations_of(key, case.agent, case.board, steps=64, envs=16)


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


def keys_on(world, count=200):
    """(boards, keys) the colour numbers of the keys on some boards."""
    draws = jax.vmap(world.draw)(jax.random.split(jax.random.key(3), count))
    return np.asarray(jax.vmap(world.reset)(draws).colours)


def test_a_colour_that_was_trained_is_refused_and_the_objectives_are_named(
    pair, retargeted
):
    options = {**RETARGET, "new": TRAINED}
    with pytest.raises(InputError, match="'blue' is a colour") as caught:
        done(retarget.job, pair[0], options)
    assert caught.value.why == "their objectives are blue, purple"
    word, _, fix = caught.value.fix.rpartition(" ")
    assert word.endswith("--new") and fix not in ("blue", "purple")
    assert not answers.path_of(pair[0], "retarget", options).exists()


def test_an_unknown_colour_and_no_episodes_are_refused_before_any_work():
    with pytest.raises(InputError, match="did you mean 'yellow'"):
        Retarget(new="yelow")
    with pytest.raises(InputError, match="episodes = 0"):
        Retarget(episodes=0)


def test_no_agents_or_no_earlier_switch_is_an_error_that_says_so(pair):
    with pytest.raises(InputError, match="no earlier switch"):
        done(retarget.job, pair[0], {**RETARGET, "agents": 0})


def test_beside_has_both_colours_on_every_board_and_without_lacks_the_old():
    old, new = COLOURS.index(OLD), COLOURS.index(NEW)
    beside = keys_on(WORLD.with_goals((OLD, NEW)))
    assert ((beside == old).sum(axis=1) == 1).all()
    assert ((beside == new).sum(axis=1) == 1).all()
    without = keys_on(WORLD.with_goals((NEW,)))
    assert not (without == old).any()
    assert ((without == new).sum(axis=1) == 1).all()
    for found in (beside, without):
        assert len(np.unique(found)) > 3  # the last key has many colours


def test_an_answer_has_all_tracks_on_both_kinds_of_boards(retargeted):
    for run in retargeted:
        answer = answers.read(run, "retarget", RETARGET)
        assert {group for _, group, _ in answer["arms"]} == set(colours.TRACKS)
        assert [t["board"] for t in answer["trials"]] == ["beside", "without"]
        assert {(t["phase"], t["wants"]) for t in answer["trials"]} == {(5, OLD)}


def test_every_edit_has_nulls_and_what_was_carried_has_the_uncarried(retargeted):
    answer = answers.read(retargeted[0], "retarget", RETARGET)
    for trial in answer["trials"]:
        for edit, *_ in answer["arms"]:
            rows = {r["null"]: r for r in trial["results"] if r["edit"] == edit}
            assert {"", "gaussian", "signs", "shuffled"} <= set(rows), edit
            assert ("not carried" in rows) == edit.endswith(colours.GOAL)
            if "not carried" in rows:
                norm = rows[""]["norm"]
                assert rows["not carried"]["norm"] == pytest.approx(norm, rel=1e-4)
                assert norm > 0


def test_an_answer_that_is_there_is_not_made_again(retargeted):
    assert done(retarget.job, retargeted[0], RETARGET) == []


def test_the_norms_of_all_colours_rows_are_listed(retargeted):
    norms = answers.read(retargeted[0], "retarget", RETARGET)["row_norms"]
    assert tuple(norms) == COLOURS
    kernel = np.asarray(RunSource(retargeted[0]).agent(5)["actor/0/kernel"])
    for colour in COLOURS:
        expected = np.linalg.norm(kernel[rows(colour)])
        assert norms[colour] == pytest.approx(expected, rel=1e-5)


def test_the_carried_vector_says_of_the_new_colour_what_was_learnt_of_the_trained(
    case,
):
    found = colours.carried(case)
    goal = case.goal["actor/0/kernel"]
    kernel = found["actor/0/kernel"]
    assert np.array_equal(kernel[rows(NEW)], goal[rows(TRAINED)])
    assert np.array_equal(kernel[rows(TRAINED)], goal[rows(NEW)])
    assert np.array_equal(kernel[rows(OLD)], goal[rows(OLD)])
    assert not any(path.startswith("critic") for path in found)


def test_the_contrast_of_rows_gives_the_old_colour_the_rows_of_the_trained(case, made):
    edit = made["weights"][f"1 × {colours.CONTRAST}"]
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
    other = case.board.exchanged(seen, OLD, NEW)
    is_, ought = (capture(case.agent, views, site)[site] for views in (seen, other))
    errors = [float(((ought - is_) ** 2).sum())]
    for name in (f"transport at {site}, rank 3", f"transport at {site}"):
        agent = edits[name](case.agent)
        moved = capture(agent, seen, site)[site]
        errors.append(float(((ought - moved) ** 2).sum()))
    assert errors[2] < errors[1] < errors[0]


def test_a_refitted_layer_gives_what_it_would_give_with_the_colours_exchanged(
    case, made, seen
):
    site = "actor/1/pre"
    other = case.board.exchanged(seen, OLD, NEW)
    ought = capture(case.agent, other, site)[site]
    errors = []
    for agent in (case.agent, made["beyond-input"]["refit layer 1"](case.agent)):
        found = capture(agent, seen, site)[site]
        errors.append(float(((ought - found) ** 2).sum()))
    assert errors[1] < errors[0]


def test_imitation_moves_more_than_the_layer_it_begins_with(case, made):
    paths = {
        name: changed(case.agent, made["beyond-input"][name](case.agent))
        for name in ("refit layer 1", "refit, then imitate")
    }
    assert {path.split("/")[1] for path in paths["refit layer 1"]} == {"1"}
    assert {path.split("/")[1] for path in paths["refit, then imitate"]} == {
        "1",
        "2",
        "3",
    }


def test_the_edits_are_the_same_for_the_same_key(case, made):
    again = {a.edit: e for a, e in colours.edits(case, jax.random.key(0))}
    for name, edit in made["beyond-input"].items():
        one, two = edit(case.agent), again[name](case.agent)
        assert all(np.array_equal(one[path], two[path]) for path in one)


def test_the_observations_show_the_new_colour(case, seen):
    assert (np.asarray(seen) == KEY + COLOURS.index(NEW)).any()
