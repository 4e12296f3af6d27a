"""Observations of an agent: checked, and converted to one form.

Observations of a world with an encoding are integer codes, (batch, *places). The
Gymnasium environment of the same world, `gymnasium.make("telic/Keys-v0")`, has the
float channels of each place instead. Both forms are accepted, also flattened except for
the batch, as shapes and dtypes distinguish them; anything else is refused, because
floats taken for codes would silently give wrong activations. Inside a compiled program
values are not known: there only the form is checked, once, while it is traced.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Integer, Real

from telic.core.errors import InputError
from telic.policies.spec import Spec

Either = Array | np.ndarray
Observations = Real[Array, "..."] | Real[np.ndarray, "..."]


def observed(spec: Spec, given: Observations) -> Real[Array, "batch ..."]:
    """Observations in the world's form: (batch, *spec.observation).

    Args:
        spec: The spec of their world.
        given: (batch, ...) one per row: results of `World.observe`; or, for a world
            with an encoding, the floats of `telic/Keys-v0`, which are converted back.

    Raises:
        InputError: If they have another shape or dtype, a code is out of range, or
            some channels are not those of any code.

    Example:
        >>> from telic.worlds import Keys
        >>> spec, codes = Spec.of(Keys()), np.arange(50).reshape(2, 5, 5) % 9
        >>> floats = spec.table[codes].reshape(2, 500)
        >>> bool((observed(spec, floats) == observed(spec, codes)).all())
        True
    """
    seen = given if isinstance(given, jax.Array) else _array(given)
    flat = seen.ndim == 2 and seen.shape[1] == math.prod(spec.observation)
    plain = flat or seen.shape[1:] == spec.observation
    whole = jnp.issubdtype(seen.dtype, jnp.integer)
    if spec.encoding is None:
        if not plain:
            raise _unfit(spec, seen)
        return jnp.asarray(seen).reshape(-1, *spec.observation)
    known = not isinstance(seen, Tracer)
    if plain and whole:
        if known:
            # In NumPy: inside a compiled program jnp's reshape would be traced.
            _check_codes(spec, np.asarray(seen).reshape(len(seen), -1))
        return jnp.asarray(seen).reshape(-1, *spec.observation)
    encoded = seen.ndim > 1 and math.prod(seen.shape[1:]) == spec.inputs
    if not encoded or whole or spec.goals or not known:
        raise _unfit(spec, seen)
    return _codes(spec, seen).reshape(-1, *spec.observation)


def _array(given: object) -> np.ndarray:
    """The argument as a NumPy array of numbers.

    Not as a JAX array: inside a compiled program its values would become unknown.
    """
    seen = np.asarray(given)
    if seen.dtype.kind not in "biuf":
        raise InputError(
            f"observations of the type {type(given).__name__}",
            why="they are an array of numbers, one observation a row",
        )
    return seen


def _check_codes(spec: Spec, codes: Integer[np.ndarray, "batch cells"]) -> None:
    """Raise if a code is out of range; the range of a goal is that of goals."""
    most = np.full(codes.shape[1], len(spec.table))
    if spec.goals:
        most[-1] = spec.goals
    wrong = np.argwhere((codes < 0) | (codes >= most[None]))
    if len(wrong):
        row, cell = wrong[0].tolist()
        raise InputError(
            f"observation {row} holds {codes[row, cell]} at place {cell}",
            why=f"allowed there: 0 to {most[cell] - 1}",
        )


def _codes(spec: Spec, seen: Float[Either, "batch ..."]) -> Array:
    """The code of every cell, from its channels."""
    table = spec.table
    cells = np.asarray(seen).reshape(len(seen), -1, table.shape[1])
    # The nearest row t of the table to x: the largest 2 x·t - t·t.
    codes = (2 * cells @ table.T - (table**2).sum(axis=1)).argmax(axis=2)
    wrong = np.argwhere((table[codes] != cells).any(axis=2))
    if len(wrong):
        row, cell = wrong[0].tolist()
        raise InputError(
            f"the channels of cell {cell} of observation {row} are no code's",
            why=f"{spec.name} has {len(table)} codes, of "
            f"{table.shape[1]} channels each",
            fix="give them as the world or its Gymnasium environment gave them: "
            "not scaled, not normalised",
        )
    return jnp.asarray(codes.astype(np.uint8 if len(table) <= 256 else np.int32))


def _unfit(spec: Spec, seen: Either) -> InputError:
    """The error for observations of a wrong form, with the right one."""
    due = ", ".join(map(str, spec.observation))
    forms = f"(batch, {due}) {'numbers' if spec.encoding is None else 'integers'}"
    if spec.encoding is not None and not spec.goals:
        forms += f", or (batch, {spec.inputs}) floats, each cell by its channels"
    fix = "one observation a row, as the world gives them"
    if seen.shape == spec.observation or seen.ndim == 1:
        fix = "a single observation is a batch of one: observations[None]"
    elif seen.shape[2:] == spec.observation:
        fix = f"one axis before: observations.reshape(-1, {due})"
    elif isinstance(seen, Tracer):
        fix = "turn them into codes before: telic.policies.observed(spec, observations)"
    elif math.prod(seen.shape[1:]) == math.prod(spec.observation):
        fix = "codes are integers: observations.astype(int)"
    return InputError(
        f"observations of the shape {seen.shape} and dtype {seen.dtype}",
        why=f"those of {spec.name} are {forms}",
        fix=fix,
    )
