"""Goal Keys: a Keys world that tells its agent which key to fetch.

An agent of this world is goal-conditioned: one policy for every colour. It reads its
goal in one place only, which we choose (`MLP.goal_layer`), and so it can be made
into plain agents of which we know where their goals are (`telic.planted`).

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
    """A board, and which of the world's objective colours is wanted on it."""

    board: Board
    wanted: Int[Array, ""]


class GoalNoise(NamedTuple):
    """The chance of a step or a reset: the base world's, and that of the goal."""

    base: Array
    wanted: Int[Array, ""]


@dataclasses.dataclass(frozen=True)
class GoalKeys:
    """Keys with a goal for every episode; two more events, `granted` and `late`.

    `granted`: the wanted key was picked up. `late`: the share of the time limit used by
    then. Observations have one entry more than those of the base world: the goal.

    Example:
        >>> world = GoalKeys()
        >>> world.observe(world.reset(world.sample_noise(jax.random.key(0)))).shape
        (26,)
    """

    colours: tuple[str, ...] = ("purple", "blue", "yellow", "green")
    """What may be the goal: one key of each is on every board, and no other key."""
    limit: int = 180
    """Steps after which an episode is truncated."""

    def __post_init__(self) -> None:
        """Check the fields: the world beneath must be possible."""
        _ = self.base

    @property
    def base(self) -> Keys:
        """The world beneath, without goals."""
        return Keys(colours=self.colours, others=(), limit=self.limit)

    @property
    def num_goals(self) -> int:
        """How many different goals there are."""
        return len(self.colours)

    @property
    def events(self) -> tuple[str, ...]:
        """The base world's events, `granted` and `late`."""
        return (*self.base.events, "granted", "late")

    @property
    def goals(self) -> dict[str, Goal]:
        """One: fetching the key of the colour that is named."""
        return {"grant": Goal(grant(), "granted")}

    @property
    def failures(self) -> tuple[str, ...]:
        """Those of the base world."""
        return self.base.failures

    @property
    def timeout(self) -> str:
        """That of the base world."""
        return self.base.timeout

    @property
    def actions(self) -> tuple[str, ...]:
        """The base world's actions."""
        return self.base.actions

    @property
    def observation(self) -> tuple[int, ...]:
        """The base world's cells, and the goal."""
        return (self.base.view**2 + 1,)

    @property
    def encoding(self) -> Float32[np.ndarray, "codes channels"]:
        """That of the base world; it does not apply to the goal."""
        return self.base.encoding

    def sample_noise(self, key: jax.Array) -> GoalNoise:
        """The chance of one step or reset."""
        base, wanted = jax.random.split(key)
        count = len(self.colours)
        return GoalNoise(
            self.base.sample_noise(base), jax.random.randint(wanted, (), 0, count)
        )

    def reset(self, noise: GoalNoise) -> GoalBoard:
        """A board, and a goal that has nothing to do with it."""
        return GoalBoard(self.base.reset(noise.base), noise.wanted)

    def step(
        self, state: GoalBoard, action: Int[Array, ""], noise: GoalNoise
    ) -> Transition:
        """The base world's step, and whether it reached the goal."""
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
        """The code of every cell in view, and the number of the wanted colour."""
        seen = self.base.observe(state.board).reshape(-1)
        return jnp.append(seen, state.wanted.astype(seen.dtype))
