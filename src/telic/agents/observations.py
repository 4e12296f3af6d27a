"""What an agent is given to see: checked, in the one form that it is computed from.

Observations of a world with an encoding are integer codes, (batch, cells). Other code
knows the same world by `gymnasium.make("telic/Keys-v0")`: each cell by its channels,
(batch, cells · channels) floats. Either form is taken, as their shapes and dtypes tell
them apart; what is neither is refused, because floats would pass as codes and give
wrong activations without a word. Inside a compiled program values are not known: there
the form alone is checked, once, while it is traced.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Integer, Real

from telic.core.errors import InputError
from telic.worlds.base import Telling, World, inputs

Observations = Real[Array, "..."] | Real[np.ndarray, "..."]


def observed(world: World, given: Observations) -> Real[Array, "batch seen"]:
    """Observations as `World.observe` gives them: codes where there is an encoding.

    Args:
        world: The world that they are of.
        given: (batch, ...) one a row: what `World.observe` gives; or, for a world with
            an encoding, the floats that `telic/Keys-v0` gives, turned back into codes.

    Raises:
        InputError: If they are of another shape or dtype, a code is out of range, or
            some channels are no code's.

    Example:
        >>> from telic.worlds import Keys
        >>> codes = np.arange(50).reshape(2, 25) % 9
        >>> floats = Keys().encoding[codes].reshape(2, 500)
        >>> bool((observed(Keys(), floats) == observed(Keys(), codes)).all())
        True
    """
    seen = given if isinstance(given, jax.Array) else _array(given)
    width, table = math.prod(world.observation), world.encoding
    plain = seen.ndim == 2 and seen.shape[1] == width
    whole = jnp.issubdtype(seen.dtype, jnp.integer)
    if table is None:
        if not plain:
            raise _unfit(world, seen)
        return seen
    known = not isinstance(seen, Tracer)
    if plain and whole:
        if known:
            _check_codes(world, seen)
        return seen
    encoded = seen.ndim == 2 and seen.shape[1] == inputs(world)
    if not encoded or whole or isinstance(world, Telling) or not known:
        raise _unfit(world, seen)
    return _codes(world, seen)


def _array(given: object) -> Array:
    """What is no array of JAX's yet, as one."""
    try:
        return jnp.asarray(np.asarray(given))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"observations of the type {type(given).__name__}",
            why="they are an array of numbers, one observation a row",
        ) from error


def _check_codes(world: World, seen: Integer[Array, "batch cells"]) -> None:
    """Raise if a code stands for nothing; a wish is counted apart."""
    codes, most = np.asarray(seen), np.full(seen.shape[1], len(_table(world)))
    if isinstance(world, Telling):
        most[-1] = world.told
    wrong = np.argwhere((codes < 0) | (codes >= most[None]))
    if len(wrong):
        row, cell = wrong[0].tolist()
        raise InputError(
            f"observation {row} holds {codes[row, cell]} at place {cell}",
            why=f"allowed there: 0 to {most[cell] - 1}",
        )


def _codes(world: World, seen: Float[Array, "batch inputs"]) -> Array:
    """The code of every cell whose channels are given: the one with just those."""
    table = _table(world)
    cells = np.asarray(seen).reshape(len(seen), -1, table.shape[1])
    # The nearest row t of the table to x: the largest 2 x·t - t·t.
    codes = (2 * cells @ table.T - (table**2).sum(axis=1)).argmax(axis=2)
    wrong = np.argwhere((table[codes] != cells).any(axis=2))
    if len(wrong):
        row, cell = wrong[0].tolist()
        raise InputError(
            f"the channels of cell {cell} of observation {row} are no code's",
            why=f"{type(world).__name__} has {len(table)} codes, of "
            f"{table.shape[1]} channels each",
            fix="give them as the world or its Gymnasium environment gave them: "
            "not scaled, not normalised",
        )
    return jnp.asarray(codes.astype(np.uint8 if len(table) <= 256 else np.int32))


def _table(world: World) -> np.ndarray:
    """The encoding of a world that has one."""
    assert world.encoding is not None
    return world.encoding


def _unfit(world: World, seen: Array) -> InputError:
    """What is wrong with the form of some observations, and what they should be."""
    width, name = math.prod(world.observation), type(world).__name__
    forms = f"(batch, {width}) {'numbers' if world.encoding is None else 'integers'}"
    if world.encoding is not None and not isinstance(world, Telling):
        forms += f", or (batch, {inputs(world)}) floats, each cell by its channels"
    fix = "one observation a row, as the world gives them"
    if seen.ndim == 1:
        fix = "a single observation is a batch of one: observations[None]"
    elif seen.ndim > 2:
        fix = (
            "one axis before the last: observations.reshape(-1, observations.shape[-1])"
        )
    elif isinstance(seen, Tracer):
        fix = "turn them into codes before: telic.agents.observed(world, observations)"
    elif seen.shape[1] == width:
        fix = "codes are integers: observations.astype(int)"
    return InputError(
        f"observations of the shape {seen.shape} and dtype {seen.dtype}",
        why=f"those of {name} are {forms}",
        fix=fix,
    )
