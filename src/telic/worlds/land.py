"""Objectives of the lander: the terms of its stock reward, with other weights.

`land` ignores fuel, `thrift` multiplies its price, `waste` pays it out, `fuel_only` has
no shaping. As in the founding study, a crash and a landing are worth -100 and +100 in
all of them except `fuel_only(ends=False)`.
"""

import re

from telic.core.errors import InputError
from telic.worlds.objectives import Objective

MAIN, SIDE = 0.30, 0.03
"""The price of a step of the main engine, and of a side engine, in the stock reward."""

_ENDS = {"crash": -100.0, "landing": 100.0}


def landing_objective(name: str) -> Objective:
    """The objective with a name: `land`, `stock`, `thrift-5`, `waste-0.25`, `fuel-5`.

    Raises:
        InputError: If there is no objective of that name.

    Example:
        >>> landing_objective("fuel-1-alone") == fuel_only(1.0, ends=False)
        True
    """
    plain = {"land": land, "stock": stock}
    if name in plain:
        return plain[name]()
    match = re.fullmatch(r"(thrift|waste|fuel)-(\d+(?:\.\d+)?)(-alone)?", name)
    if not match or (match[1] != "fuel" and match[3]):
        raise InputError(
            f"there is no objective {name!r} of the lander",
            why="known: land, stock, thrift-5, waste-0.25, fuel-5, fuel-5-alone",
            fix="any other number may stand in the place of 5",
        )
    factor = float(match[2])
    if match[1] == "fuel":
        return fuel_only(factor, ends=not match[3])
    return thrift(factor) if match[1] == "thrift" else waste(factor)


def land() -> Objective:
    """The objective to land, at any cost of fuel.

    Example:
        >>> dict(land().weights)
        {'crash': -100.0, 'landing': 100.0, 'shaping': 1.0}
    """
    return Objective("land", {"shaping": 1.0, **_ENDS})


def stock() -> Objective:
    """The environment's own reward, exactly.

    Example:
        >>> dict(stock().weights)["main"]
        -0.3
    """
    return Objective("stock", dict((land() + _fuel(1.0)).weights))


def thrift(factor: float = 5.0) -> Objective:
    """The objective to land, with fuel at `factor` times its stock price.

    Example:
        >>> thrift(5.0).name, dict(thrift(5.0).weights)["main"]
        ('thrift-5', -1.5)
    """
    name = f"thrift-{factor:g}"
    return Objective(name, dict((land() + _fuel(factor)).weights))


def waste(factor: float = 0.25) -> Objective:
    """The objective to land, with `factor` times the stock price of fuel paid out.

    It is the opposite of `thrift`. At a quarter of the price 1,000 steps of the main
    engine are worth 75, less than the landing that they may put off.

    Example:
        >>> waste().name, dict(waste().weights)["main"]
        ('waste-0.25', 0.075)
    """
    name = f"waste-{factor:g}"
    return Objective(name, dict((land() + _fuel(-factor)).weights))


def fuel_only(factor: float = 1.0, *, ends: bool = True) -> Objective:
    """The objective to save fuel and, with `ends`, to land and not to crash.

    Example:
        >>> fuel_only(ends=False).weights
        (('main', -0.3), ('side', -0.03))
    """
    name = f"fuel-{factor:g}" if ends else f"fuel-{factor:g}-alone"
    return Objective(name, {**dict(_fuel(factor).weights), **(_ENDS if ends else {})})


def fuel_saved() -> Objective:
    """Minus the price of an episode's fuel, at its stock price.

    Example:
        >>> fuel_saved().weights
        (('main', -0.3), ('side', -0.03))
    """
    return Objective("fuel saved", dict(_fuel(1.0).weights))


def _fuel(factor: float) -> Objective:
    """The price of fuel."""
    return Objective("fuel", {"main": -MAIN * factor, "side": -SIDE * factor})
