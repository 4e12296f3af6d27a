"""The retarget study measures every track on both kinds of boards, of a new goal."""

import dataclasses

import jax
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.edits import Add
from telic.runs.source import RunSource
from telic.studies import Alternation, Landing, Retarget, results
from telic.studies.base import preset, settings_of
from telic.studies.retarget import study as study_
from telic.studies.retarget.case import GOAL, TRACKS, sites_of
from telic.trials import Condition
from telic.worlds import Keys
from telic.worlds.grid import COLOURS
from tests.studies.trained import PLAN, RETARGET, copies, done

WORLD = PLAN.world
OLD, NEW, TRAINED = "purple", "yellow", "blue"
SETTINGS = settings_of(RETARGET)
HARD = {"same goal", "labels flipped", "no switch", "continuation", "another seed"}


@pytest.fixture(scope="module")
def rows(retargeted):
    """The rows of each run."""
    return [results.read(run, "retarget", SETTINGS) for run in retargeted]


def keys_on(world, count=200):
    """(boards, keys) the colour numbers of the keys on some boards."""
    draws = jax.vmap(world.sample_noise)(jax.random.split(jax.random.key(3), count))
    return np.asarray(jax.vmap(world.reset)(draws).colours)


def test_a_goal_that_was_trained_is_refused_and_the_objectives_are_named(pair):
    study = dataclasses.replace(RETARGET, new=TRAINED)
    with pytest.raises(InputError, match="'blue' is a goal") as caught:
        study.check(pair[0])
    assert caught.value.why == "their objectives are blue, purple"
    word, _, fix = caught.value.fix.rpartition(" ")
    assert word.endswith("--new") and fix not in ("blue", "purple")
    with pytest.raises(InputError, match="'blue' is a goal"):
        done(pair[0], "retarget", study)
    assert not results.rows_path(pair[0], "retarget", settings_of(study)).exists()


def test_an_unknown_goal_and_no_episodes_are_refused_before_any_work(pair):
    with pytest.raises(InputError, match="did you mean 'yellow'"):
        Retarget(new="yelow").check(pair[0])
    with pytest.raises(InputError, match="episodes = 0"):
        Retarget(episodes=0)


def test_without_a_name_the_new_goal_is_one_whose_input_is_its_own():
    assert Retarget().goal(PLAN) == "yellow"  # and not grey, as the walls and the ball
    colours = ("yellow", "blue")
    other = Alternation(objectives=colours, world=Keys(colours=colours))
    assert Retarget().goal(other.plan()) == "purple"


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (preset(Landing, "small").plan(), "goals of Lander cannot be"),
        (dataclasses.replace(PLAN, world=Keys.preset("code")), "no channels"),
    ],
    ids=["lander", "code"],
)
def test_a_world_whose_goals_cannot_be_exchanged_is_refused(plan, says):
    with pytest.raises(InputError, match=says):
        Retarget(new=NEW).goal(plan)


def test_no_agents_or_no_earlier_switch_is_an_error_that_says_so(pair):
    with pytest.raises(InputError, match="no earlier switch"):
        done(pair[0], "retarget", dataclasses.replace(RETARGET, agents=0))


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


def test_all_tracks_are_tried_on_both_kinds_of_boards(rows):
    for each in rows:
        trials = each.where(part="trial")
        assert trials.names("trial") == (
            (5, OLD, TRAINED, "beside"),
            (5, OLD, TRAINED, "without"),
        )
        tried = {c[0] for c in trials.names("condition") if isinstance(c, tuple)}
        assert tried == {group for groups in TRACKS.values() for group in groups}


def test_every_edit_has_nulls_and_what_was_carried_has_the_uncarried(rows):
    trials = rows[0].where(part="trial")
    for name in trials.names("trial"):
        trial = trials.where(trial=name)
        for edit in (c for c in trial.names("condition") if isinstance(c, tuple)):
            found = trial.where(condition=edit, metric="norm")
            nulls = set(found.names("null"))
            assert {"", "gaussian", "signs", "shuffled"} <= nulls, edit
            assert ("not carried" in nulls) == (edit[0] == GOAL)
            assert (nulls >= HARD) == (edit[0] not in TRACKS["activations"]), edit
            if "not carried" in nulls:
                (norm,), (plain,) = (
                    found.where(null=null).values for null in ("", "not carried")
                )
                assert plain == pytest.approx(norm, rel=1e-4) and norm > 0


def test_rows_that_are_there_are_not_measured_again(retargeted):
    assert done(retargeted[0], "retarget", RETARGET) == []


@pytest.mark.slow
def test_the_fractions_that_are_reported_grow_from_0_to_1(pair, tmp_path, monkeypatch):
    made = {Condition("none", float(number)): Add({}) for number in range(20)}
    monkeypatch.setattr(study_, "retarget_edits", lambda *_: made)
    monkeypatch.setattr(study_, "trial", unplayed)
    monkeypatch.setattr(study_, "by_goal", lambda *_, **__: [])
    (run,) = copies(pair[:1], tmp_path)
    told = done(run, "retarget", dataclasses.replace(RETARGET, agents=2))
    assert told[0] == 0 and told == sorted(told) and 0.9 < told[-1] < 1
    assert len(set(told)) > 60


def unplayed(agent, edits, *_, watch, **__):
    """A trial that tells where it is, and plays nothing."""
    for number in range(len(edits)):
        watch(number, len(edits))
    return []


def test_the_norms_of_all_goals_input_and_the_names_of_sites_are_kept(retargeted, rows):
    norms, agent = rows[0].where(part="norms"), RunSource(retargeted[0]).agent(5)
    assert norms.names("metric") == COLOURS
    kernel = np.asarray(agent["actor/0/kernel"])
    for colour in COLOURS:
        channels = 20 * np.arange(25)[:, None] + np.array(WORLD.channels(colour))
        expected = np.linalg.norm(kernel[channels.ravel()])
        assert norms.where(metric=colour).values == pytest.approx([expected], rel=1e-5)
    sites = rows[0].where(part="sites").pairs("condition", "metric")
    assert dict(sites) == sites_of(agent)
