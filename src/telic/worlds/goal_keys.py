"""Goal Keys: a Keys world whose observations name the colour to fetch.

An agent of this world is goal-conditioned: one policy for every colour. It reads its
goal at a single layer that we choose (`MLP.goal_layer`), so it can be turned into plain
agents whose goals are at a known location (`telic.planted`).

Reference:
    Schaul et al. 2015, "Universal Value Function Approximators", ICML.
"""

import dataclasses
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float32, Int, UInt8

from telic.worlds.base import Transition
from telic.worlds.fetch import grant
from telic.worlds.goals import Goal
from telic.worlds.keys import Board, Keys


class GoalBoard(NamedTuple):
    """A board, and the index of its goal among the world's colours."""

    board: Board
    wanted: Int[Array, ""]


class GoalNoise(NamedTuple):
    """The noise for a step or a reset: the base world's, and the index of the goal."""

    base: Array
    wanted: Int[Array, ""]


@dataclasses.dataclass(frozen=True)
class GoalKeys:
    """Keys with a goal for every episode; two more events, `granted` and `late`.

    `granted`: the goal's key was picked up. `late`: the fraction of the time limit used
    by then. Observations have one more entry than those of the base world: the goal.

    Example:
        >>> world = GoalKeys()
        >>> world.observe(world.reset(world.sample_noise(jax.random.key(0)))).shape
        (26,)
    """

    colours: tuple[str, ...] = ("purple", "blue", "yellow", "green")
    """The possible goals: every board has one key of each, and no other key."""
    limit: int = 180
    """Steps after which an episode is truncated."""

    def __post_init__(self) -> None:
        """Check the fields by making the base world."""
        _ = self.base

    @property
    def base(self) -> Keys:
        """The base world, without goals."""
        return Keys(colours=self.colours, others=(), limit=self.limit)

    @property
    def num_goals(self) -> int:
        """The number of different goals."""
        return len(self.colours)

    @property
    def events(self) -> tuple[str, ...]:
        """The base world's events, `granted` and `late`."""
        return (*self.base.events, "granted", "late")

    @property
    def goals(self) -> dict[str, Goal]:
        """The only goal: fetching the key of the named colour."""
        return {"grant": Goal(grant(), "granted")}

    @property
    def failures(self) -> tuple[str, ...]:
        """The failures of the base world."""
        return self.base.failures

    @property
    def timeout(self) -> str:
        """The timeout event of the base world."""
        return self.base.timeout

    @property
    def actions(self) -> tuple[str, ...]:
        """The base world's actions."""
        return self.base.actions

    @property
    def observation(self) -> tuple[int, ...]:
        """The shape of an observation: the base world's cells, and the goal."""
        return (self.base.view**2 + 1,)

    @property
    def encoding(self) -> Float32[np.ndarray, "codes channels"]:
        """The encoding of the base world; it does not apply to the goal."""
        return self.base.encoding

    def sample_noise(self, key: jax.Array) -> GoalNoise:
        """The noise for one step or reset."""
        base, wanted = jax.random.split(key)
        count = len(self.colours)
        return GoalNoise(
            self.base.sample_noise(base), jax.random.randint(wanted, (), 0, count)
        )

    def reset(self, noise: GoalNoise) -> GoalBoard:
        """A board, and a goal drawn independently of it."""
        return GoalBoard(self.base.reset(noise.base), noise.wanted)

    def step(
        self, state: GoalBoard, action: Int[Array, ""], noise: GoalNoise
    ) -> Transition:
        """The base world's transition, with the events `granted` and `late`."""
        after = self.base.step(state.board, action, noise.base)
        first = [
            [self.base.events.index(f"{kind}_{colour}") for kind in ("pick", "late")]
            for colour in self.colours
        ]
        told = after.events[jnp.array(first)[state.wanted]]
        return after._replace(
            state=GoalBoard(after.state, state.wanted),
            events=jnp.concatenate([after.events, told]),
        )

    def observe(self, state: GoalBoard) -> UInt8[Array, " cells_and_goal"]:
        """The code of every cell in view, and the index of the goal."""
        seen = self.base.observe(state.board).reshape(-1)
        return jnp.append(seen, state.wanted.astype(seen.dtype))
