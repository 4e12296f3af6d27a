"""The largest number allowed in an expression, an edit or an agent."""

from telic.core.errors import InputError

LARGEST = 1e6
"""The largest allowed number, as a weight of an agent that has not diverged, and in an
expression. A fresh agent's weights are below 2, and Adam moves them by about the
learning rate per step."""


def check_number(number: float) -> float:
    """The number, checked to be finite and not too large.

    Raises:
        InputError: If it is not.

    Example:
        >>> check_number(2e6)
        Traceback (most recent call last):
        telic.core.errors.InputError: the number 2e+06 is out of range
          why: allowed: up to 1e+06 in size
    """
    if not abs(number) <= LARGEST:
        raise InputError(
            f"the number {number:g} is out of range",
            why=f"allowed: up to {LARGEST:g} in size",
        )
    return number
