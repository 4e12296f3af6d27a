"""Locators: methods that find the weights or units of an agent's goal.

To add a locator: one file with a function from a contrast pair and a key to a locus,
and one line in `LOCATORS`.
"""

import dataclasses
from collections.abc import Callable

import jax

from telic.core.keys import as_key
from telic.core.names import Registry
from telic.locators.activation import activation
from telic.locators.agreement import agreement as agreement
from telic.locators.attribution import attribution, integrated
from telic.locators.baselines import first_layer_locus, oracle, random
from telic.locators.behaviour import Behaviour as Behaviour
from telic.locators.behaviour import logit_gap as logit_gap
from telic.locators.check import check_locus as check_locus
from telic.locators.components import components
from telic.locators.graft import SIZES as SIZES
from telic.locators.graft import grafted as grafted
from telic.locators.locus import Locus as Locus
from telic.locators.low_rank import low_rank
from telic.locators.magnitude import magnitude, normalised, relative
from telic.locators.mask import mask
from telic.locators.pair import ContrastPair as ContrastPair
from telic.locators.pair import contrast_pair as contrast_pair
from telic.locators.patching import attribution_patching, layer_patching, patching
from telic.locators.probe import probe
from telic.locators.snr import snr
from telic.locators.splicing import block_splicing, layer_splicing

Locator = Callable[[ContrastPair, jax.Array], Locus]

LOCATORS: Registry[Locator] = Registry(
    "locator",
    {
        "magnitude": magnitude,
        "relative magnitude": relative,
        "normalised magnitude": normalised,
        "snr": snr,
        "attribution": attribution,
        "integrated attribution": integrated,
        "learned mask": mask,
        "low rank": low_rank,
        "components": components,
        "activation difference": activation,
        "activation patching": patching,
        "attribution patching": attribution_patching,
        "probe": probe,
        "layer patching": layer_patching,
        "layer splicing": layer_splicing,
        "block splicing": block_splicing,
        "first layer": first_layer_locus,
        "random": random,
        "oracle": oracle,
    },
)
"""Every locator by name. The last three are references; `oracle` needs ground truth."""


def locate(
    pair: ContrastPair, method: str | Locator = "magnitude", *, key: int | jax.Array = 0
) -> Locus:
    """The locus of a pair of agents by a method, checked.

    Args:
        pair: Two agents with the same competence and different goals.
        method: The name of a locator in `LOCATORS`, or any function from a pair and a
            key to a locus.
        key: The random key, for stochastic methods.

    Returns:
        A locus with its agent: `locus.top(0.01)` is a mask of 1 % of the weights.

    Raises:
        InputError: If there is no such locator (the message holds the nearest name), or
            the result of a function is not a locus of this pair.

    Example:
        >>> from telic.locators.toys import toy
        >>> locus = locate(toy(), "magnitude")
        >>> all(mask.all() for mask in locus.top(1.0).values())
        True
    """
    find = LOCATORS[method] if isinstance(method, str) else method
    found = check_locus(find(pair, as_key(key)), pair.recipient)
    return dataclasses.replace(found, like=pair.recipient)
