"""Craftax-Classic as a world of your own: two of its achievements that can be wanted.

Its 22 achievements are the events, each told in the step that unlocks it: at most once
an episode, as a goal's success must be (what an inventory gains comes again and again).
Unlike there, the first `wanted` achievement ends an episode, so that its end says what
was wanted; it lasts 200 steps at most; and the land is 32 cells wide, not 64, which
makes a step more than twice as fast. Matthews et al. 2024, "Craftax", arXiv 2402.16801.
"""

import dataclasses

import jax.numpy as jnp

from telic.core.errors import InputError
from telic.worlds import Goal, GymnaxWorld, Objective

try:
    from craftax.craftax_classic.constants import Achievement, Action
    from craftax.craftax_classic.envs import craftax_symbolic_env as craftax
except ModuleNotFoundError as error:
    fix = "pip install 'telic[craftax]'"
    raise InputError("craftax is not installed", why=str(error), fix=fix) from error

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
    failures, timeout = ("died",), "time_up"

    @property
    def goals(self):  # noqa: D102
        return {name: Goal(Objective(name, {name: 1}), name) for name in self.wanted}

    def make(self):  # noqa: D102
        static = craftax.StaticEnvParams(map_size=(self.size, self.size))
        env = craftax.CraftaxClassicSymbolicEnvNoAutoReset(static)
        return env, env.default_params.replace(max_timesteps=self.limit + 1)

    def step_inner(self, key, state, action):  # noqa: D102
        after, seen, reward, done = super().step_inner(key, state, action)
        ends = jnp.array([name in self.wanted for name in ACHIEVEMENTS])
        return after, seen, reward, done | (after.achievements & ends).any()

    def compute_events(self, moved):  # noqa: D102
        died = moved.after.player_health <= 0
        late = (moved.after.timestep >= self.limit) & ~moved.done
        new = moved.after.achievements & ~moved.before.achievements
        return dict(zip(self.events, (*new, died, late), strict=True))
