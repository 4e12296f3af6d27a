"""Keys on boards that agents of Keys have never seen: a goal, or a reflex?

The rules, the events and what an agent sees of a cell are those of Keys; boards differ.
Each field is one change, and all may be combined. Larger rooms need no field here: an
agent sees a square around itself, so `size` may be what it was not trained on.
"""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, UInt8, UInt32

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.worlds import grid
from telic.worlds.base import Transition
from telic.worlds.keys import Board, Keys, distinct, take

LAYOUTS = ("open", "doorway")
"""A room without walls inside, or one that a wall with a doorway divides."""


@dataclasses.dataclass(frozen=True)
class ShiftedKeys(Keys):
    """Keys, with other boards than agents are trained on.

    Example:
        >>> world = ShiftedKeys(size=8, layout="doorway")
        >>> board = world.reset(world.sample_noise(jax.random.key(0)))
        >>> world.observe(board).shape
        (5, 5)
    """

    layout: str = "open"
    """`open`, or `doorway`: a wall across the room with one free cell in it."""
    behind: str = ""
    """The colour of the key that begins behind the ball, as the agent sees it."""
    moved: int = 0
    """The step at which all keys are put elsewhere; 0: never."""
    doubled: str = ""
    """The colour of which there is a second key on every board."""
    blurred: float = 0.0
    """The probability that a cell in view shows something else, drawn at every step."""

    def __post_init__(self) -> None:
        """Check every field."""
        check_name(self.layout, LAYOUTS, kind="layout")
        for field in ("behind", "doubled"):
            if getattr(self, field):
                check_name(getattr(self, field), self.colours, kind=f"{field} colour")
        if not 0 <= self.blurred < 1:
            raise InputError(
                f"ShiftedKeys.blurred = {self.blurred}", why="allowed: 0 to below 1"
            )
        if self.moved < 0:
            raise InputError(
                f"ShiftedKeys.moved = {self.moved}", why="allowed: 0 or more"
            )
        super().__post_init__()
        if self.key_count + 2 >= len(self.free):
            raise InputError(
                f"ShiftedKeys.size = {self.size}",
                why=f"{self.key_count + 2} things must fit in {len(self.free)} cells",
            )

    @property
    def key_count(self) -> int:
        """The number of keys on a board."""
        return super().key_count + bool(self.doubled)

    @property
    def walls(self) -> frozenset[int]:
        """The cells of the room that are walls."""
        width = self.size - 2
        if self.layout == "open":
            return frozenset()
        column = range(width // 2, width**2, width)
        return frozenset(column) - {width * (width // 2) + width // 2}

    @property
    def free(self) -> tuple[int, ...]:
        """The cells of the room that are no walls, in order."""
        return tuple(c for c in range((self.size - 2) ** 2) if c not in self.walls)

    @property
    def tables(self) -> grid.Tables:
        """The geometry of the room."""
        return grid.grid_tables(self.size - 2, self.view, self.walls)

    def sample_noise(self, key: jax.Array) -> UInt32[Array, " words"]:
        """The noise for one step or reset: one word for each draw."""
        return jax.random.bits(key, (2 * self.key_count + 5,), jnp.uint32)

    def reset(self, noise: UInt32[Array, " words"]) -> Board:
        """A board with everything on distinct cells that are no walls."""
        ranks = distinct(noise[: self.key_count + 2], len(self.free))
        always = (*self.colours, *([self.doubled] if self.doubled else []))
        board = self.placed(take(np.array(self.free, np.int32), ranks), always, noise)
        return board._replace(ball=self._guard(board)) if self.behind else board

    def step(
        self, state: Board, action: Int[Array, ""], noise: UInt32[Array, " words"]
    ) -> Transition:
        """The transition of Keys, after which the keys may move."""
        done = super().step(state, action, noise[: self.key_count + 5])
        if not self.moved:
            return done
        after: Board = done.state
        elsewhere = self._elsewhere(after, noise[self.key_count + 5 :])
        keys = jnp.where(after.time == self.moved, elsewhere, after.keys)
        return done._replace(state=after._replace(keys=keys))

    def observe(self, state: Board) -> UInt8[Array, "columns rows"]:
        """The code of every cell in view, some of them misread."""
        seen = super().observe(state)
        if not self.blurred:
            return seen
        words = self._words(state).reshape(seen.shape)
        limit = jnp.uint32(int(self.blurred * 2**24))
        other = (words & 0xFF).astype(jnp.int32) % grid.CODES
        return jnp.where(words >> 8 < limit, other.astype(jnp.uint8), seen)

    def _words(self, state: Board) -> UInt32[Array, " cells"]:
        """A word for each cell in view, mixed from the state, which holds the time.

        Misreadings so need no chance in `observe`, and no state tells what they are.
        """
        word = jnp.uint32(0)
        for each in (state.pose, state.ball, state.time, *state.keys):
            word = _mixed(word + each.astype(jnp.uint32))
        return _mixed(word + _mixed(jnp.arange(self.view**2, dtype=jnp.uint32)))

    def _guard(self, board: Board) -> Int[Array, ""]:
        """The free cell beside the guarded key that is nearest to the agent."""
        width = self.size - 2
        key = board.keys[self.colours.index(self.behind)]
        near = take(self.tables.neighbour, key)
        here = board.pose // 4
        taken = (near == here) | (near[:, None] == board.keys[None]).any(axis=1)
        away = jnp.maximum(
            abs(near // width - here // width), abs(near % width - here % width)
        )
        away = jnp.where(taken | (near == width**2), width**2, away)
        best = jnp.argmin(away)
        return jnp.where(away[best] < width**2, near[best], board.ball)

    def _elsewhere(
        self, board: Board, words: UInt32[Array, " keys"]
    ) -> Int[Array, " keys"]:
        """Cells for all keys, distinct, and neither the agent's nor the ball's."""
        rank_of = np.full((self.size - 2) ** 2, len(self.free), np.int32)
        rank_of[list(self.free)] = np.arange(len(self.free))
        taken = jnp.sort(
            jnp.stack([take(rank_of, c) for c in (board.pose // 4, board.ball)])
        )
        ranks = distinct(words, len(self.free) - 2)
        for each in taken:
            ranks = ranks + (ranks >= each)
        return take(np.array(self.free, np.int32), ranks)


def _mixed(word: UInt32[Array, "*axes"]) -> UInt32[Array, "*axes"]:
    """A word with all of its bits mixed: the finaliser of MurmurHash3 (A. Appleby)."""
    word = word + jnp.uint32(0x9E3779B9)
    word = (word ^ (word >> 16)) * jnp.uint32(0x85EBCA6B)
    word = (word ^ (word >> 13)) * jnp.uint32(0xC2B2AE35)
    return word ^ (word >> 16)
