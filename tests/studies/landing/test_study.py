"""The plans of the first founding study's agents."""

import pytest

from telic.core.errors import InputError
from telic.studies import Landing
from telic.studies.base import preset


def test_the_first_phase_charges_nothing_for_fuel():
    plan = Landing().plan()
    assert {phase.objective for phase in plan.schedule} == {"land"}
    wanted = dict(zip(plan.world.events, plan.vector("land"), strict=True))
    assert wanted["main"] == wanted["side"] == 0
    assert plan.total_rollouts * plan.rollout.batch <= 1_500_000


def test_the_original_is_as_its_author_ran_it():
    plan = preset(Landing, "original").plan()
    assert plan.total_rollouts * plan.rollout.batch == 251_904
    assert (plan.rollout.num_envs, plan.rollout.num_steps) == (1, 2048)
    assert plan.rollout.batch // plan.rollout.num_minibatches == 64
    assert (plan.ppo.gamma, plan.ppo.gae_lambda) == (0.99, 0.95)
    assert plan.ppo.reward_scale == 1 and plan.world.leak


def test_an_objective_that_there_is_not_is_refused_before_training():
    with pytest.raises(InputError, match="no objective 'thirft-5'"):
        Landing(others=("thirft-5",))
    with pytest.raises(InputError, match="phases = 0"):
        Landing(phases=0)
