"""The retarget study on a world that telic does not ship, which shows everything."""

import dataclasses
from importlib import import_module

import jax.numpy as jnp
import numpy as np
import pytest

from telic.policies import MLP, interventions
from telic.render.page import markdown
from telic.rollouts import play
from telic.runs import folder
from telic.runs.carry import carry_run
from telic.studies import Alternation, Retarget, results
from telic.studies.base import preset, settings_of
from telic.studies.retarget.case import STEER, TRACKS
from telic.training import RolloutConfig
from telic.worlds import WORLDS, Symmetric
from telic.worlds.goals import entries_of, is_alone
from tests.studies.trained import done
from tests.worlds.orchard import Orchard

PLAN = Alternation(
    objectives=("apple", "pear"),
    period=1,
    phases=5,
    world=Orchard(),
    policy=MLP(width=8, actor_layers=3, critic_layers=1),
    rollout=RolloutConfig(num_envs=4, num_steps=8, update_epochs=1, num_minibatches=1),
).plan()
STUDY = dataclasses.replace(preset(Retarget, "small"), episodes=8, steps=2)


def test_its_goals_can_be_exchanged_and_each_has_input_of_its_own():
    world = Orchard()
    assert isinstance(world, Symmetric)
    assert is_alone(world, "fig") and STUDY.goal(PLAN) == "fig"
    seen = jnp.array([[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]], jnp.float32)
    assert entries_of(world, seen, "apple").any()
    assert not entries_of(world, seen, "fig").any()


def by_weights(agent, *parts, **how):
    """Episodes of an agent's weights: each form of interventions would be compiled."""
    return play(agent.replace(interventions.weights(agent)), *parts, **how)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the study of one run found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(WORLDS, "orchard", Orchard)
        patch.setattr(import_module("telic.trials.trial"), "play", by_weights)
        run = folder.create_run(tmp_path_factory.mktemp("orchard"), "orchard", 0, PLAN)
        carry_run(run)
        done(run, "retarget", STUDY)
        rows = results.together([run], "retarget", settings_of(STUDY))
        return STUDY.summarise(rows, PLAN)


def test_all_tracks_are_tried_and_what_needs_a_part_view_is_left_out_and_said(found):
    assert found.new == "fig" and tuple(found.norms) == ("apple", "pear", "fig")
    every = {group for groups in TRACKS.values() for group in groups}
    for effects in found.boards.values():
        assert {each.condition.group for each in effects.edits} == every - {STEER}
        assert all(np.isfinite(each.values).all() for each in effects.edits)
    text = markdown(STUDY.page(found))
    assert "No agent is steered" in text
    assert "fig beside the old target" in text and "colour" not in text


def test_what_ends_with_the_old_goal_is_beside_it_alone(found):
    rates = {
        board: effects.references[0].measured["old"].values
        for board, effects in found.boards.items()
    }
    assert rates["without"] == [0] and rates["beside"] > 0
