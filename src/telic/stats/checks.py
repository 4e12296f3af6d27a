"""Checks of the input of every statistic.

A NaN in a mean would spread to the whole table, and an empty array gives a warning
instead of a number. Both raise here.
"""

import numpy as np
from jaxtyping import Float, Shaped

from telic.core.errors import InputError


def check_values(
    values: Shaped[np.ndarray, "*shape"],
    name: str = "values",
    *,
    axes: int | None = None,
) -> Float[np.ndarray, "*shape"]:
    """The values in double precision, checked to be finite and not empty.

    Args:
        values: Numbers of any shape.
        name: Their name in an error.
        axes: The required number of axes, if any.

    Raises:
        InputError: If there are no values, one of them is NaN or infinite, or the
            number of axes is wrong.

    Example:
        >>> check_values(np.array([1, 2]))
        array([1., 2.])
    """
    values = np.asarray(values, dtype=np.float64)
    if values.size == 0:
        raise InputError(
            f"{name} is empty (shape {values.shape})",
            why="a statistic needs at least one value",
            fix="check that the runs you selected exist",
        )
    if axes is not None and values.ndim != axes:
        raise InputError(
            f"{name} has shape {values.shape}",
            why=f"{name} has {axes} axes here, and seeds are the first",
            fix="reduce or select the other axes first",
        )
    broken = np.argwhere(~np.isfinite(values))
    if len(broken):
        place = tuple(broken[0].tolist())
        raise InputError(
            f"{name} has {len(broken)} of {values.size} entries that are not finite; "
            f"the first is {values[place]} at {place}",
            why="one NaN or infinity would make every summary meaningless",
            fix="drop those seeds, and say how many you dropped",
        )
    return values


def check_fraction(value: float, name: str) -> float:
    """The value, checked to lie strictly between 0 and 1.

    Raises:
        InputError: If it does not.

    Example:
        >>> check_fraction(0.95, "level")
        0.95
    """
    if not 0 < value < 1:
        raise InputError(
            f"{name} is {value}",
            why=f"{name} is a fraction strictly between 0 and 1",
            fix=f"for 95 percent write {name}=0.95",
        )
    return value


def check_count(count: int, name: str, *, least: int = 1) -> int:
    """The count, checked to be at least `least`.

    Raises:
        InputError: If it is smaller than `least`.

    Example:
        >>> check_count(10, "resamples", least=2)
        10
    """
    if count < least:
        raise InputError(
            f"{name} is {count}",
            why=f"{name} is a whole number of {least} or more",
            fix=f"give {name}={least} or more",
        )
    return count
