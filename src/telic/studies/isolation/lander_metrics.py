"""Lander metrics: fuel, landings, and the competence that editing requires."""

from collections.abc import Mapping

import numpy as np

from telic.rollouts import Episodes, Rates
from telic.studies.isolation.metrics import Followed, WorldMetrics
from telic.worlds import Lander, World
from telic.worlds.land import MAIN, SIDE, stock

CAPTIONS = {
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
"""The reported measures of a lander. Fuel is in units of the stock reward.

Numbers per step are over all steps pooled, as in the first founding study, so that long
episodes weigh more than short ones.
"""

BY_STEP = (
    "stock_per_step",
    "fuel_per_step",
    "fuel_sd",
    "burning",
    "fuel_if_burning",
    "landings_per_5k",
)
"""The measures that the first founding study reported of its agents."""


def fuel_of_landings(episodes: Episodes, world: World) -> dict[str, float]:
    """The mean over episodes of fuel, counted only in those that end landed."""
    events = np.asarray(episodes.events, np.float64)
    column = {name: events[:, i] for i, name in enumerate(world.events)}
    fuel = MAIN * column["main"] + SIDE * column["side"]
    return {"fuel_of_landings": float((fuel * column["landing"]).mean())}


def lander_measures(rates: Mapping[str, float]) -> Rates:
    """The measures of `CAPTIONS`, fuel saved, and the returns.

    Args:
        rates: Means of events and returns, and `fuel_of_landings`.

    Example:
        >>> rates = dict(main=10.0, side=0.0, crash=0.0, landing=0.5, length=100.0)
        >>> rates |= {"fuel_of_landings": 1.0, "return_stock": 9.0}
        >>> found = lander_measures(rates)
        >>> found["fuel"], found["timeout"], found["fuel_if_landed"]
        (3.0, 0.5, 2.0)
        >>> found["burning"], found["fuel_if_burning"], found["stock_per_step"]
        (0.1, 0.3, 0.09)
    """
    fuel = MAIN * rates["main"] + SIDE * rates["side"]
    landing, length = rates["landing"], rates["length"]
    main, side = rates["main"] / length, rates["side"] / length
    variance = MAIN**2 * main + SIDE**2 * side - (fuel / length) ** 2
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
        **{k: v for k, v in rates.items() if k.startswith("return_")},
    }


LANDER = WorldMetrics(
    of=lander_measures,
    captions=CAPTIONS,
    lost="fuel",
    served="saved",
    kept="landing",
    judged=("fuel_if_landed", "fuel"),
    columns=tuple(k for k in CAPTIONS if k not in BY_STEP or k == "fuel_per_step"),
    few={"landing": "landings", "fuel_if_landed": "fuel per landing"},
    required=Lander().competence,
    checked=("return_stock", "landing", "crash", "timeout", "fuel", "length"),
    learned={"return_stock": "stock return", "rate_landing": "landings per episode"},
    followed=Followed(
        "fuel", lambda column: MAIN * column["rate_main"] + SIDE * column["rate_side"]
    ),
    greedy=BY_STEP,
    films=True,
    objectives=(stock(),),
    also=fuel_of_landings,
    undefined={"fuel_if_landed": "landings = 0"},
    question=(
        "An agent learned to land, then for a while to save fuel. If what that changed "
        "is subtracted from it, does it burn fuel, and does it still land?"
    ),
    learning="Learning to land",
    opening=(
        "Those that were edited burn {before[fuel]} fuel an episode and land in "
        "{before[landing]} of them; {steps:,} steps of the second objective bring fuel "
        "to {after[fuel]}."
    ),
    loss=("Fuel", "Fuel saved"),
    kept_changes="landings change",
    greedy_caption=(
        "As the founding study counted: greedy agents, by step and not by episode, so "
        "that long episodes weigh more. Mean over seeds with 95 % interval."
    ),
    terms=(
        (
            "Fuel",
            "0.30 for a step of the main engine, 0.03 of a side engine, as in stock.",
        ),
    ),
)
"""The metrics of landers: the second objective charges for fuel."""
