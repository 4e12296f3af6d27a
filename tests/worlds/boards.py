"""Boards placed by hand: a picture of letters in, a board of the Keys world out."""

import jax.numpy as jnp

from telic.worlds import grid
from telic.worlds.keys import Board

COLOUR = {letter: grid.COLOURS.index(name) for name, letter in grid.LETTERS.items()}


def board(text, time=0):
    """The board that a picture shows, such as `> P / o B`; rows are cut at `/`.

    `> v < ^` is the agent, `o` the ball and a letter a key; keys count row by row.
    """
    rows = [row.split() for row in text.split("/")]
    cells = [thing for row in rows for thing in row]
    assert len(cells) == len(rows) ** 2, "the room is square"
    agent = next(i for i, thing in enumerate(cells) if thing in set(">v<^"))
    keys = [i for i, thing in enumerate(cells) if thing in COLOUR]
    return Board(
        pose=jnp.int32(agent * 4 + ">v<^".index(cells[agent])),
        ball=jnp.int32(cells.index("o")),
        keys=jnp.array(keys, jnp.int32),
        colours=jnp.array([COLOUR[cells[i]] for i in keys], jnp.int32),
        time=jnp.int32(time),
    )


def roll(direction, free=8):
    """Chance that sends the ball to the `direction`-th of `free` free neighbours."""
    word = ((2 * direction + 1) << 24) // (2 * free) << 8
    return jnp.full(8, word, jnp.uint32)
