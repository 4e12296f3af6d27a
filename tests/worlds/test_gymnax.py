"""A world with the functions of gymnax, which telic does not ship."""

import dataclasses
from types import SimpleNamespace
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import MLP
from telic.rollouts import episode_seeds, play
from telic.training import PPOConfig, RolloutConfig, init_state, train_phase
from telic.worlds import Goal, GymnaxWorld, JaxWorld, Objective, goals_of


class Place(NamedTuple):
    x: jax.Array


class Corridor:
    """Seven cells in a row; both ends end the episode."""

    def reset_env(self, key, params):
        state = Place(jax.random.randint(key, (), 2, 5))
        return self.seen(state), state

    def step_env(self, key, state, action, params):
        x = state.x + jnp.array([-1, 1, 0])[action]
        return self.seen(Place(x)), Place(x), x * 1.0, (x <= 0) | (x >= 6), {}

    def seen(self, state):
        return jax.nn.one_hot(state.x, 7)

    def action_space(self, params):
        return SimpleNamespace(n=3)


@dataclasses.dataclass(frozen=True)
class Line(GymnaxWorld):
    limit: int = 20
    events = ("left", "right")
    goals: ClassVar = {
        name: Goal(Objective(name, {name: 1.0}), name) for name in ("left", "right")
    }

    def make(self):
        return Corridor(), None

    def compute_events(self, moved):
        return {"left": moved.after.x <= 0, "right": moved.after.x >= 6}


def test_it_is_a_world_in_jax_with_the_goals_that_it_declares():
    world = Line()
    assert isinstance(world, JaxWorld) and set(goals_of(world)) == {"left", "right"}
    assert world.observation == (7,) and world.actions == ("0", "1", "2")


@pytest.mark.parametrize(("action", "event"), [(0, "left"), (1, "right")])
def test_walking_to_an_end_is_told_as_its_event_and_ends_the_episode(action, event):
    world, key = Line(), jax.random.key(3)
    state, steps = world.reset(world.sample_noise(key)), 0
    while steps < 10:
        after = world.step(state, jnp.int32(action), world.sample_noise(key))
        state, steps = after.state, steps + 1
        if after.terminated:
            break
    told = dict(zip(world.events, after.events.tolist(), strict=True))
    assert told == {"left": 0.0, "right": 0.0, event: 1.0} and not after.truncated


def test_standing_still_is_cut_at_the_limit():
    world, key = Line(limit=3), jax.random.key(0)
    state = world.reset(world.sample_noise(key))
    ends = []
    for _ in range(3):
        after = world.step(state, jnp.int32(2), world.sample_noise(key))
        state = after.state
        ends.append((bool(after.terminated), bool(after.truncated)))
    assert ends == [(False, False), (False, False), (False, True)]


def test_an_agent_learns_to_walk_to_the_end_that_is_wanted():
    world, rollout = Line(), RolloutConfig(num_envs=16, num_steps=64)
    state = init_state(0, policy=MLP(width=16), world=world, rollout=rollout)
    wanted = goals_of(world)["right"].objective
    *_, (state, _) = train_phase(
        state, wanted, rollouts=12, ppo=PPOConfig(), world=world, rollout=rollout
    )
    found = play(state.agent, world, episode_seeds(world, 64, key=jax.random.key(1)))
    assert found.events[:, 1].mean() > 0.9


@pytest.mark.parametrize(("starts", "many"), [(0, 3), (2, 2)])
def test_episodes_begin_in_as_many_states_as_are_asked_for(starts, many):
    class Wide(Line):
        def reset_inner(self, key):
            state = Place(jax.random.randint(key, (), 2, 5))
            return state, self.make()[0].seen(state)

    world = Wide(starts=starts)
    noise = jax.vmap(world.sample_noise)(jax.random.split(jax.random.key(0), 64))
    states = jax.jit(jax.vmap(world.reset))(noise)
    assert len(np.unique(states.state.x)) == many
    assert np.array_equal(states.seen.argmax(axis=1), states.state.x)


class Drawn(Line):
    def make(self):
        corridor = Corridor()
        corridor.cells = jnp.arange(7)  # what is kept must be no part of a trace
        corridor.seen = lambda place: (corridor.cells == place.x).astype(jnp.float32)
        return corridor, None


@pytest.mark.parametrize("starts", [0, 2])
def test_an_environment_made_while_a_program_is_traced_serves_the_next_one(starts):
    world = Drawn(starts=starts, limit=7)
    noise = world.sample_noise(jax.random.key(0))
    traced = jax.eval_shape(world.reset, noise)
    state = jax.jit(world.reset)(noise)
    assert traced.seen.shape == state.seen.shape and int(state.seen.sum()) == 1


class Noted(NamedTuple):
    x: jax.Array
    key: jax.Array
    steps: int


class Noting(Corridor):
    """The corridor, with Python's numbers and a key in its state."""

    def reset_env(self, key, params):
        seen, place = super().reset_env(key, params)
        return seen, Noted(place.x, jax.random.split(key)[0], 0)

    def step_env(self, key, state, action, params):
        seen, place, *rest = super().step_env(key, state, action, params)
        return seen, Noted(place.x, key, state.steps + 1), *rest


class Note(Line):
    def make(self):
        return Noting(), None


def test_a_state_with_a_key_and_plain_numbers_is_one_that_can_be_stored():
    world, key = Note(), jax.random.key(0)
    state = world.reset(world.sample_noise(key))
    after = world.step(state, jnp.int32(0), world.sample_noise(key)).state
    for before, now in zip(*map(jax.tree.leaves, (state, after)), strict=True):
        assert before.aval == now.aval and np.asarray(now).dtype == now.dtype


def test_an_event_that_is_not_listed_is_refused():
    class Odd(Line):
        def compute_events(self, moved):
            return {"up": moved.done}

    world = Odd()
    state = world.reset(world.sample_noise(jax.random.key(0)))
    with pytest.raises(InputError, match="'up'"):
        world.step(state, jnp.int32(0), world.sample_noise(jax.random.key(0)))


def test_a_subclass_must_say_how_its_environment_is_made():
    with pytest.raises(InputError, match="makes no environment"):
        _ = GymnaxWorld().actions
