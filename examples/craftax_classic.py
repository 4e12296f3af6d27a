"""Craftax-Classic as a world of your own: which of its achievements is wanted.

Its 22 achievements are the events. One is told in the step that unlocks it, so at most
once an episode, which is what the success of a goal has to be. (What an inventory gains
would be told again and again: an agent that has found water would drink to the end of
the episode, and an agent that wants wood would be paid for the number of trees.)

Three things differ from Craftax-Classic. An episode ends with the first of the `wanted`
achievements, as an episode of Keys ends with the first key, so that its end says what
was wanted. It lasts 200 steps at most, not 10,000. And the land is 32 cells wide, not
64, as no agent walks further in that time; a step costs half as much.

Reference:
    Matthews et al. 2024, "Craftax: A Lightning-Fast Benchmark for Open-Ended
    Reinforcement Learning", arXiv 2402.16801.
"""

import dataclasses

import jax.numpy as jnp

from telic.core.errors import InputError
from telic.worlds import Goal, GymnaxWorld, Objective

try:
    from craftax.craftax_classic.constants import Achievement, Action
    from craftax.craftax_classic.envs import craftax_symbolic_env as craftax
except ModuleNotFoundError as error:
    raise InputError(
        "craftax is not installed",
        why="the world is an environment of this package",
        fix="pip install 'telic[craftax]'",
    ) from error

ACHIEVEMENTS = tuple(each.name.lower() for each in Achievement)


@dataclasses.dataclass(frozen=True)
class Craftax(GymnaxWorld):
    """Craftax-Classic, seen as 1,345 numbers: 7 x 9 cells, and what one carries."""

    wanted: tuple[str, ...] = ("collect_drink", "collect_wood")
    """The achievements that can be wanted; the first of them ends an episode."""
    size: int = 32
    """How many cells the land is wide; a multiple of 16."""
    limit: int = 200
    starts: int = 1024
    events = (*ACHIEVEMENTS, "died", "time_up")
    actions = tuple(each.name.lower() for each in Action)
    failures = ("died",)
    timeout = "time_up"

    @property
    def goals(self):  # noqa: D102
        return {name: Goal(Objective(name, {name: 1}), name) for name in self.wanted}

    def make(self):  # noqa: D102
        static = craftax.StaticEnvParams(map_size=(self.size, self.size))
        env = craftax.CraftaxClassicSymbolicEnvNoAutoReset(static)
        return env, env.default_params.replace(max_timesteps=self.limit + 1)

    def move(self, key, state, action):  # noqa: D102
        after, seen, reward, done = super().move(key, state, action)
        ends = jnp.array([ACHIEVEMENTS.index(name) for name in self.wanted])
        return after, seen, reward, done | after.achievements[ends].any()

    def happened(self, moved):  # noqa: D102
        new = moved.after.achievements & ~moved.before.achievements
        late = (moved.after.timestep >= self.limit) & ~moved.done
        return {
            **dict(zip(ACHIEVEMENTS, new, strict=True)),
            "died": moved.after.player_health <= 0,
            "time_up": late,
        }
