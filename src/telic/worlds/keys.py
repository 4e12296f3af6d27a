"""The Keys world: coloured keys, a ball that moves, and an agent that may fetch one.

A square room (4x4 cells inside walls by default) holds the agent, one grey ball, one
key of each *objective colour* and one key of a random other colour. It is the world of
"Looking for Goal Representations in an RL Agent" (2024), a hybrid of MiniGrid's
Dynamic-Obstacles and Fetch; where the post is silent, the rules are those of the code
it was run with:

1. the agent chooses one of MiniGrid's seven actions;
2. walking forward into a wall, or into the cell that holds the ball *now*, is fatal;
3. the ball moves to a uniformly random free one of its eight neighbours;
4. the action takes effect: turning, walking (keys can be stood on, and are then neither
   seen nor within reach), or picking up what is in front. Picking up the ball is fatal;
   picking up a key ends the episode;
5. at the time limit the episode is truncated.

The world reports events; objectives weight them.
"""

import dataclasses
import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float32, Int, UInt8, UInt32

from telic.core.errors import InputError
from telic.core.names import check_name, lookup
from telic.worlds import grid
from telic.worlds.base import Transition
from telic.worlds.fetch import fetch, linger
from telic.worlds.goals import Goal
from telic.worlds.objectives import Objective

LEFT, RIGHT, FORWARD, PICKUP = range(4)

EVENTS = (
    "wall",
    "bump",
    "ball",
    "timeout",
    *(f"pick_{colour}" for colour in grid.COLOURS),
    *(f"late_{colour}" for colour in grid.COLOURS),
)
"""The events of Keys, in order. `wall` and `bump`: walked into a wall, into the ball.
`ball`: picked the ball up. `timeout`: the time limit was reached and nothing else ended
the episode. `pick_C`: picked up a key of colour C. `late_C`: the fraction of the time
limit used by then, in (0, 1]; 0 if no such key was picked up."""

ENCODINGS = {
    "onehot": grid.one_hot(),
    "integer": grid.triples().astype(np.float32),
}
"""The encodings of codes as inputs: MiniGrid's 20 channels a cell, or 3 numbers."""


class Board(NamedTuple):
    """The state of a board. All cells are indices of `telic.worlds.grid`.

    Attributes:
        pose: The agent's cell * 4 + its heading.
        ball: The cell of the ball.
        keys: The cells of the keys: those of the objective colours, then the other.
        colours: The colour indices of the keys.
        time: The steps since the beginning of the episode.
    """

    pose: Int[Array, ""]
    ball: Int[Array, ""]
    keys: Int[Array, " keys"]
    colours: Int[Array, " keys"]
    time: Int[Array, ""]


@dataclasses.dataclass(frozen=True)
class Keys:
    """The Keys world; its defaults are the `post` preset, as the post describes it.

    Example:
        >>> world = Keys()
        >>> board = world.reset(world.sample_noise(jax.random.key(0)))
        >>> world.observe(board).shape
        (5, 5)
    """

    size: int = 6
    """Width of the room in cells, walls included; 4 to 10."""
    colours: tuple[str, ...] = ("purple", "blue")
    """The objective colours: one key of each is on every board."""
    others: tuple[str, ...] | None = None
    """The colours from which the last key's is drawn; None: all that are not objective
    colours. A colour in neither tuple is never seen."""
    view: int = 5
    """Width of the square that the agent sees; odd, at least 3."""
    encoding_name: str = "onehot"
    """`onehot`: MiniGrid's 20 channels a cell; `integer`: its 3 raw numbers a cell."""
    limit: int = 180
    """Steps after which an episode is truncated."""

    def __post_init__(self) -> None:
        """Check every field."""
        check_name(self.encoding_name, ENCODINGS, kind="encoding")
        for colour in (*self.colours, *self.third):
            check_name(colour, grid.COLOURS, kind="colour")
        doubled = len(set(self.colours)) < len(self.colours) or (
            set(self.colours) & set(self.third)
        )
        _require(not doubled, "colours", self.colours, "each colour at most once")
        _require(self.size in range(4, 11), "size", self.size, "4 to 10")
        _require(
            self.view % 2 == 1 and self.view >= 3, "view", self.view, "odd, at least 3"
        )
        _require(self.limit >= 1, "limit", self.limit, "at least 1")
        count, cells = self.key_count + 2, (self.size - 2) ** 2
        _require(
            len(self.colours) >= 1 and count < cells,
            "colours",
            self.colours,
            f"1 or more, and {count} things must fit in {cells} cells",
        )

    @classmethod
    def preset(cls, name: str) -> "Keys":
        """`post`: as the post describes it. `code`: as its code ran.

        The code's observation is 7x7 raw integers, because its wrappers applied only
        to environments whose name begins with "MiniGrid", and this one's did not.

        Example:
            >>> Keys.preset("code").view
            7
        """
        view, encoding = lookup(name, PRESETS, kind="preset")
        return cls(view=view, encoding_name=encoding)

    @property
    def third(self) -> tuple[str, ...]:
        """The colours that the last key may have."""
        if self.others is not None:
            return self.others
        return tuple(c for c in grid.COLOURS if c not in self.colours)

    @property
    def key_count(self) -> int:
        """The number of keys on a board."""
        return len(self.colours) + bool(self.third)

    @property
    def events(self) -> tuple[str, ...]:
        """The names of the events: `EVENTS`."""
        return EVENTS

    @property
    def goals(self) -> dict[str, Goal]:
        """A goal for every colour: fetching its key."""
        return {c: Goal(fetch(c), f"pick_{c}") for c in grid.COLOURS}

    @property
    def distraction(self) -> Objective:
        """The reward for fetching any key late."""
        return linger()

    @property
    def failures(self) -> tuple[str, ...]:
        """The events of walking into a wall or the ball, or picking the ball up."""
        return EVENTS[:3]

    @property
    def timeout(self) -> str:
        """The event of reaching the time limit."""
        return EVENTS[3]

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of MiniGrid's seven actions."""
        return grid.ACTIONS

    @property
    def observation(self) -> tuple[int, ...]:
        """Columns and rows of an observation: a code for each cell in view."""
        return (self.view, self.view)

    @property
    def encoding(self) -> Float32[np.ndarray, "codes channels"]:
        """The table of the channel values of each code."""
        return ENCODINGS[self.encoding_name]

    def channels(self, colour: str) -> tuple[int, ...]:
        """The input channels that carry a colour, at every cell.

        A colour's channel is on for every object of that colour: that of grey also for
        walls and the ball, that of red also for empty cells (MiniGrid's (1, 0, 0)).

        Raises:
            InputError: If there is no such colour, or the encoding is `integer`.

        Example:
            >>> Keys().channels("blue")
            (13,)
        """
        check_name(colour, grid.COLOURS, kind="colour")
        if self.encoding_name != "onehot":
            raise InputError(
                f"no channels carry {colour!r} in the encoding {self.encoding_name!r}",
                why="a colour is a number there, not a channel",
                fix="use a world with encoding_name='onehot'",
            )
        return (grid.OBJECTS + grid.COLOURS.index(colour),)

    def exchanged(self, observations: Array, first: str, second: str) -> Array:
        """The observations with the keys of two colours exchanged.

        Raises:
            InputError: If there is no such colour.

        Example:
            >>> red, green = grid.KEY, grid.KEY + 1
            >>> Keys().exchanged(jnp.array([0, red, green]), "red", "green").tolist()
            [0, 4, 3]
        """
        order = list(range(grid.CODES))
        a, b = (
            grid.KEY + grid.COLOURS.index(check_name(c, grid.COLOURS, kind="colour"))
            for c in (first, second)
        )
        order[a], order[b] = b, a
        return jnp.array(order, observations.dtype)[observations]

    @property
    def present(self) -> tuple[str, ...]:
        """The colours of the keys that are on every board."""
        return self.colours

    @property
    def occasional(self) -> tuple[str, ...]:
        """The colours that the last key may have."""
        return self.third

    def with_goals(self, goals: Sequence[str], without: Sequence[str] = ()) -> "Keys":
        """The world with keys of these colours on every board.

        The last key has one of this world's own other colours.

        Args:
            goals: The colours.
            without: Colours that no key has.

        Example:
            >>> Keys(colours=("purple", "blue")).with_goals(["green"]).colours
            ('green',)
        """
        others = tuple(c for c in self.third if c not in (*goals, *without))
        return dataclasses.replace(self, colours=tuple(goals), others=others)

    @property
    def tables(self) -> grid.Tables:
        """The geometry of the room."""
        return grid.grid_tables(self.size - 2, self.view)

    def sample_noise(self, key: jax.Array) -> UInt32[Array, " words"]:
        """The noise for one step or reset: one word for each draw."""
        return jax.random.bits(key, (self.key_count + 5,), jnp.uint32)

    def reset(self, noise: UInt32[Array, " words"]) -> Board:
        """A board with everything on distinct cells, uniformly at random."""
        cells = distinct(noise[: self.key_count + 2], (self.size - 2) ** 2)
        return self.placed(cells, self.colours, noise)

    def placed(
        self,
        cells: Int[Array, " things"],
        always: Sequence[str],
        noise: UInt32[Array, " words"],
    ) -> Board:
        """A board with its things on some cells, and its heading and last key drawn.

        Args:
            cells: The cells of the agent, the ball and the keys.
            always: The colours of all keys but the last, which has one of `third`.
            noise: The noise of the reset.
        """
        things = len(cells)
        heading = below(noise[things], 4)
        fixed = [grid.COLOURS.index(colour) for colour in always]
        colours = jnp.array(fixed, jnp.int32)
        if self.third:
            third = np.array([grid.COLOURS.index(c) for c in self.third], np.int32)
            last = take(third, below(noise[things + 1], len(third)))
            colours = jnp.append(colours, last)
        return Board(
            pose=cells[0] * 4 + heading,
            ball=cells[1],
            keys=cells[2:],
            colours=colours,
            time=jnp.zeros((), jnp.int32),
        )

    def everywhere(self, state: Board) -> Board:
        """The states of a board with the agent and the ball in every place.

        Returns:
            A state whose leaves have the axes (cells, headings, balls) before their
            own. Places that are taken by a key or twice are among them.
        """
        cells = (self.size - 2) ** 2
        cell, heading, ball = jnp.indices((cells, 4, cells))
        spread = jax.tree.map(
            lambda x: jnp.broadcast_to(x, (*cell.shape, *jnp.shape(x))),
            state,
        )
        return spread._replace(pose=cell * 4 + heading, ball=ball)

    def step(
        self, state: Board, action: Int[Array, ""], noise: UInt32[Array, " words"]
    ) -> Transition:
        """The transition by the five rules at the top of this file, in their order."""
        cells, forward = (self.size - 2) ** 2, action == FORWARD
        front = take(self.tables.front, state.pose)
        wall = forward & (front == cells)
        bump = forward & (front == state.ball)
        ball = self._roll(state, noise[-1])
        grab = action == PICKUP
        picked = grab & (front == state.keys)
        time = state.time + 1
        after = state._replace(
            pose=_move(state.pose, action, front, (front == cells) | (front == ball)),
            ball=ball,
            time=time,
        )
        fatal = jnp.stack([wall, bump, grab & (front == ball)])
        return self._report(after, fatal, picked)

    def observe(self, state: Board) -> UInt8[Array, "columns rows"]:
        """The code of every cell in view: MiniGrid's image, one number per cell."""
        seen = functools.partial(take, self.tables.view[:, :-1].reshape(-1))
        row = state.pose * (self.size - 2) ** 2
        places = jnp.arange(self.view**2)
        codes = take(self.tables.backdrop, state.pose).astype(jnp.int32)
        codes = jnp.where(places == seen(row + state.ball), grid.BALL, codes)
        for k in range(self.key_count):
            here = places == seen(row + state.keys[k])
            codes = jnp.where(here, grid.KEY + state.colours[k], codes)
        return codes.astype(jnp.uint8).reshape(self.observation)

    def _roll(self, state: Board, word: UInt32[Array, ""]) -> Int[Array, ""]:
        """The ball's next cell: a free neighbour, or its own if none is free."""
        # The set of free directions is one byte. A table from (byte, r) to its r-th
        # direction gives a uniform choice in one look-up, where MiniGrid samples cells
        # until one is free: a loop of unknown length, which under vmap would run as
        # long as the unluckiest copy.
        near = functools.partial(take, self.tables.beside.reshape(-1))
        row = state.ball * ((self.size - 2) ** 2 + 1)
        taken = near(row + state.pose // 4)
        for k in range(self.key_count):
            taken |= near(row + state.keys[k])
        free = take(self.tables.inside, state.ball) & ~taken
        count = take(self.tables.count, free)
        pick = free * 8 + below(word, count)
        direction = take(self.tables.choice.reshape(-1), pick)
        cell = take(self.tables.neighbour.reshape(-1), state.ball * 8 + direction)
        return jnp.where(count > 0, cell, state.ball)

    def _report(
        self, after: Board, fatal: Bool[Array, " 3"], picked: Bool[Array, " keys"]
    ) -> Transition:
        """The events of a step, and whether it ended the episode."""
        each = jnp.arange(len(grid.COLOURS))
        colour = (picked[:, None] & (after.colours[:, None] == each[None])).any(axis=0)
        terminated = fatal.any() | picked.any()
        truncated = after.time >= self.limit
        timeout = truncated & ~terminated
        late = after.time.astype(jnp.float32) / self.limit
        flags = jnp.concatenate([fatal, timeout[None], colour]).astype(jnp.float32)
        events = jnp.concatenate([flags, flags[4:] * late])
        return Transition(after, events, terminated, truncated)


PRESETS = {
    "post": (5, "onehot"),
    "code": (7, "integer"),
}
"""View and encoding of the original, as described (`post`) and as run (`code`)."""


def _move(
    pose: Int[Array, ""],
    action: Int[Array, ""],
    front: Int[Array, ""],
    blocked: Bool[Array, ""],
) -> Int[Array, ""]:
    """The pose after turning or walking; a blocked agent stays."""
    cell, heading = pose // 4, pose % 4
    turn = (action == RIGHT).astype(jnp.int32) - (action == LEFT).astype(jnp.int32)
    walks = (action == FORWARD) & ~blocked
    return jnp.where(walks, front, cell) * 4 + (heading + turn) % 4


def below(word: UInt32[Array, ""], n: int | Int[Array, ""]) -> Int[Array, ""]:
    """An integer below n from the 24 high bits of a word; its bias is n / 2^24."""
    return ((word >> 8) * jnp.asarray(n, jnp.uint32) >> 24).astype(jnp.int32)


def distinct(words: UInt32[Array, " things"], cells: int) -> Int[Array, " things"]:
    """Distinct cells for all things, uniform over all arrangements.

    The draws are the digits of a Lehmer code, decoded from the last.
    """
    # Digit i is a rank among the cells that things 0 to i - 1 leave free. Going from
    # the last thing to the first, every later rank at or above cell i moves up by one:
    # it now counts cell i too, and in the end all cells. So nothing is drawn twice, and
    # the number of operations does not depend on the draws.
    things = words.shape[0]
    cell = [below(words[i], cells - i) for i in range(things)]
    for i in reversed(range(things - 1)):
        for j in range(i + 1, things):
            cell[j] = cell[j] + (cell[j] >= cell[i])
    return jnp.stack(cell)


def take(table: np.ndarray, index: Int[Array, "*axes"]) -> Array:
    """Entries of a table, without the bounds check that `table[index]` compiles."""
    return jnp.asarray(table).at[index].get(mode="promise_in_bounds")


def _require(holds: bool, field: str, value: object, allowed: str) -> None:
    """Raise unless a field's value is allowed."""
    if not holds:
        raise InputError(f"Keys.{field} = {value!r}", why=f"allowed: {allowed}")
