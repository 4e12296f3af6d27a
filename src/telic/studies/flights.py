"""Flights: what a lander did, in the measures of the isolation study."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from telic.core.errors import DamagedError
from telic.rollouts import Episodes
from telic.studies import answers
from telic.trials import Result
from telic.worlds.base import World
from telic.worlds.land import MAIN, SIDE

MEASURES = {
    "fuel": "fuel per episode",
    "landing": "landings (share)",
    "crash": "crashes (share)",
    "timeout": "time-outs (share)",
    "length": "length (steps)",
    "fuel_if_landed": "fuel per landing",
    "fuel_per_step": "fuel per step",
    "fuel_sd": "sd of fuel over steps",
    "burning": "steps with an engine on (share)",
    "fuel_if_burning": "fuel per step with an engine on",
    "landings_per_5k": "landings per 5,000 steps",
    "stock_per_step": "stock reward per step",
    "return_stock": "stock return",
}
"""What is told of an agent. Fuel is in units of the stock reward.

Numbers per step are those of all steps together, as the first founding study counted:
long episodes weigh more in them than short ones.
"""


def more(episodes: Episodes, world: World) -> dict[str, float]:
    """What means of events do not tell: fuel in episodes that end in a landing."""
    events = np.asarray(episodes.events, np.float64)
    column = {name: events[:, i] for i, name in enumerate(world.events)}
    fuel = MAIN * column["main"] + SIDE * column["side"]
    return {"fuel_of_landings": float((fuel * column["landing"]).mean())}


def flight(rates: Mapping[str, float]) -> dict[str, float]:
    """The measures of `MEASURES`, and the returns, from what a trial stores.

    Raises:
        DamagedError: If one is missing.

    Example:
        >>> rates = dict(main=10.0, side=0.0, crash=0.0, landing=0.5, length=100.0)
        >>> found = flight({**rates, "fuel_of_landings": 1.0, "return_stock": 9.0})
        >>> found["fuel"], found["timeout"], found["fuel_if_landed"]
        (3.0, 0.5, 2.0)
        >>> found["burning"], found["fuel_if_burning"], found["stock_per_step"]
        (0.1, 0.3, 0.09)
    """
    try:
        fuel = MAIN * rates["main"] + SIDE * rates["side"]
        landing, length = rates["landing"], rates["length"]
        main, side = rates["main"] / length, rates["side"] / length
        variance = MAIN**2 * main + SIDE**2 * side - (fuel / length) ** 2
        returns = {k: v for k, v in rates.items() if k.startswith("return_")}
        return {
            "fuel": fuel,
            "saved": -fuel,
            "landing": landing,
            "crash": rates["crash"],
            "timeout": max(0.0, 1 - landing - rates["crash"]),
            "length": length,
            "fuel_if_landed": rates["fuel_of_landings"] / (landing or np.nan),
            "fuel_per_step": fuel / length,
            "fuel_sd": float(np.sqrt(max(variance, 0.0))),
            "burning": main + side,
            "fuel_if_burning": fuel / length / ((main + side) or np.nan),
            "landings_per_5k": 5000 * landing / length,
            "stock_per_step": rates["return_stock"] / length,
            **returns,
        }
    except KeyError as error:
        raise DamagedError(f"a row of an answer lacks {error}") from error


def flights(results: Sequence[Mapping[str, Any]]) -> list[Result]:
    """The rows of a stored trial, each with its measures."""
    rows = answers.rows(results)
    return [row._replace(rates=flight(row.rates)) for row in rows]
