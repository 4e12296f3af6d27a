"""Simulators whose every step is known by hand, for tests of host worlds."""

import dataclasses
from typing import ClassVar

import gymnasium
import numpy as np

from telic.worlds import GymWorld
from telic.worlds.host import StepResult, blank, put


class Stairs(gymnasium.Env):
    """Episode k of a copy with seed s lasts 1 + (s + k) % 4 steps, whatever is done.

    Even episodes end for good, odd ones for lack of time. Seen are the step, k and
    s % 4. Action 1 pays 1. `info` tells the steps to go in `left`, and, in the last
    step only, k in `bell`; what a reset tells in both is meant to be ignored.
    """

    metadata: ClassVar = {"render_modes": []}
    opened: ClassVar[list] = []
    """Every copy that was made and not closed."""

    def __init__(self):
        self.observation_space = gymnasium.spaces.Box(0, 1e6, (3,), np.float32)
        self.action_space = gymnasium.spaces.Discrete(2)
        self.seed, self.k, self.time, self.running = None, 0, 0, False
        self.opened.append(self)

    def reset(self, *, seed=None, options=None):
        assert seed is not None or self.seed is not None, "the first episode has a seed"
        self.k = self.k + 1 if seed is None else 0
        self.seed = self.seed if seed is None else seed
        self.time, self.running = 0, True
        return self.seen(), {"left": -7, "bell": -7}

    def step(self, action):
        assert self.running, "stepped, but its episode has ended"
        self.time += 1
        left = 1 + (self.seed + self.k) % 4 - self.time
        self.running = left > 0
        ends = not self.running and self.k % 2 == 0, not self.running and self.k % 2
        info = {"left": left} if left else {"left": left, "bell": self.k}
        return self.seen(), float(action), bool(ends[0]), bool(ends[1]), info

    def close(self):
        self.opened.remove(self)

    def seen(self):
        return np.array([self.time, self.k, self.seed % 4], np.float32)


@dataclasses.dataclass(frozen=True)
class Stairway(GymWorld):
    """Stairs as a world; `first` and `earlier` tell what it was told of the past."""

    id: str = "stairs"
    max_steps: int = 5

    events = ("right", "for_good", "left", "first", "earlier")
    info = ("left", "bell")

    def make(self):
        return Stairs()

    def compute_events(self, block):
        return {
            "right": block.reward,
            "for_good": block.terminated,
            "left": block.info["left"],
            "first": block.first,
            # The number of the episode before, or -1.
            "earlier": np.nan_to_num(block.prev_episode_last_obs[..., 1], nan=-1.0),
        }


def walk(world, seeds, *, steps, keen=1.0, key=0):
    """A block of steps of some copies, and (time, envs) which of them were taken.

    Copy i takes the actions of column i of a table, one after another; in every step
    each copy steps with the probability `keen`, in any order. Those that end are
    started again at once.
    """
    rng = np.random.default_rng(key)
    who_steps = rng.random((steps, len(seeds))) < keen
    # By its seed, so that a copy does the same whoever is beside it.
    columns = [np.random.default_rng([key, s]) for s in seeds]
    actions = [_actions(world, column, steps) for column in columns]
    block, vector_env = blank(world, steps, len(seeds)), world.vector_env(seeds)
    seen, clock = vector_env.reset().copy(), np.zeros(len(seeds), int)
    for time, mask in enumerate(who_steps):
        env_ids = rng.permutation(np.flatnonzero(mask))
        if not len(env_ids):
            continue
        action = np.array([actions[i][clock[i]] for i in env_ids])
        result = vector_env.step(action, env_ids)
        assert isinstance(result, StepResult)
        put(block, time, env_ids, seen[env_ids], action, result)
        clock[env_ids] += 1
        seen[env_ids] = result.obs
        ended = env_ids[result.terminated | result.truncated]
        if len(ended):
            seen[ended] = vector_env.reset_done(ended)
    vector_env.close()
    return block, who_steps


def _actions(world, column, steps):
    """Numbers, or rows of which some are beyond the bounds of a continuous world."""
    if not getattr(world, "bounds", ()):
        return column.integers(0, len(world.actions), steps).astype(np.int32)
    low, high = 1.2 * np.array(world.bounds, np.float32).T
    return column.uniform(low, high, (steps, len(low))).astype(np.float32)
