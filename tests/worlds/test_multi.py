"""Vectors of rewards: MO-Gymnasium's environments as worlds, and Keys as one."""

import dataclasses

import gymnasium
import numpy as np
import pytest

import telic.tasks
from telic.core.errors import InputError
from telic.worlds import MultiObjective
from telic.worlds.host import events
from telic.worlds.multi import Told
from tests.worlds.simulators import walk

assert telic.tasks  # it registers the environments


class Two(gymnasium.Env):
    """Pays (step, action) for five steps."""

    observation_space = gymnasium.spaces.Box(0, 9, (1,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)
    reward_space = gymnasium.spaces.Box(0, 9, (2,), np.float32)

    def reset(self, *, seed=None, options=None):
        self.time = 0
        return np.zeros(1, np.float32), {}

    def step(self, action):
        self.time += 1
        seen = np.full(1, self.time, np.float32)
        paid = np.array([self.time, action], np.float32)
        return seen, paid, self.time == 5, False, {"more": 1}


@dataclasses.dataclass(frozen=True)
class Twofold(MultiObjective):
    """`Two` as a world, without MO-Gymnasium."""

    id: str = "two"
    max_steps: int = 9

    def make(self, render_mode=None):
        return Told(Two())


def test_every_entry_of_a_vector_of_rewards_is_an_event_and_a_goal():
    world = Twofold()
    assert world.events == ("reward_0", "reward_1") == tuple(world.goals)
    block, _ = walk(world, (1, 2), steps=12)
    found = events(world, block)
    assert found[:5, 0, 0].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(found[..., 1], block.action)
    np.testing.assert_array_equal(found.sum(axis=2), block.reward)


def test_an_environment_of_one_reward_is_refused():
    class One(Twofold):
        def make(self, render_mode=None):
            return gymnasium.make("CartPole-v1")

    with pytest.raises(InputError, match="has one reward"):
        _ = One().events


@pytest.mark.parametrize("name", ["mo-mountaincar-v0", "deep-sea-treasure-v0"])
def test_environments_of_mo_gymnasium_are_worlds(name):
    pytest.importorskip("mo_gymnasium")
    world = MultiObjective(name)
    block, _ = walk(world, (1,), steps=30)
    assert events(world, block).shape == (30, 1, len(world.events))


def keys(**keywords):
    """Keys with several rewards."""
    return gymnasium.make("telic/mo-Keys-v0", disable_env_checker=True, **keywords)


def test_keys_with_several_rewards_pay_each_as_it_would_be_paid_alone():
    several = keys(rewards=("blue", "purple", "ball"))
    singles = [
        gymnasium.make("telic/Keys-v0", objective=name) for name in ("blue", "purple")
    ]
    assert several.unwrapped.reward_space.shape == (3,)
    assert several.unwrapped.reward_dim == 3
    for env in (several, *singles):
        env.reset(seed=4)
    drawn = np.random.default_rng(0)
    for _ in range(60):
        action = int(drawn.integers(7))
        seen, rewards, ended, late, info = several.step(action)
        assert rewards.shape == (3,) and rewards[2] == info.get("ball", 0)
        for env, reward in zip(singles, rewards, strict=False):
            same, alone, *_ = env.step(action)
            np.testing.assert_array_equal(same, seen)
            assert alone == pytest.approx(reward, abs=1e-6)
        if ended or late:
            for env in (several, *singles):
                env.reset()


@pytest.mark.parametrize("rewards", [(), ("bleu",)])
def test_rewards_that_are_not_known_are_refused(rewards):
    with pytest.raises(InputError, match="goals or events"):
        keys(rewards=rewards)
