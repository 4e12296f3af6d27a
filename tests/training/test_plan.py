"""A plan whose parts do not fit says so before anything is made of it."""

import dataclasses

import pytest

from telic.core.errors import InputError
from telic.policies import MLP, Conv, Recurrent
from telic.training import ExperimentConfig, PPOConfig
from telic.worlds import Lander, Phase, goals_of
from tests.small import KEYS, POLICY, SIZES


def plan(policy=POLICY, world=KEYS, rollout=SIZES):
    """A plan of one phase, of the world's first goal."""
    wanted = next(iter(goals_of(world).values())).objective
    return ExperimentConfig(
        world, policy, PPOConfig(), rollout, (wanted,), (Phase(wanted.name, 1),)
    )


@pytest.mark.parametrize("policy", [MLP(), Conv(), Recurrent()], ids=repr)
def test_policies_that_can_see_the_world_fit(policy):
    plan(policy).check_fit()


def test_a_policy_that_cannot_see_the_world_does_not_fit():
    with pytest.raises(InputError, match="`conv` on observations of 8 floats"):
        plan(Conv(), Lander()).check_fit()
    with pytest.raises(InputError, match="tells no goal"):
        plan(MLP(goal_units=4)).check_fit()


@pytest.mark.parametrize(("envs", "parts"), [(4, 8), (6, 4), (3, 2)])
def test_sequences_must_be_dealt_out_whole(envs, parts):
    rollout = dataclasses.replace(
        SIZES, num_envs=envs, num_steps=8, num_minibatches=parts
    )
    with pytest.raises(InputError, match=f"must divide num_envs = {envs}") as found:
        plan(Recurrent(), rollout=rollout).check_fit()
    fitting = int(found.value.fix.removeprefix("num_minibatches = "))
    rollout = dataclasses.replace(rollout, num_minibatches=fitting)
    plan(Recurrent(), rollout=rollout).check_fit()
    plan(rollout=dataclasses.replace(rollout, num_minibatches=parts)).check_fit()
