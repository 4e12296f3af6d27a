"""Locate: where in an agent does its goal sit?

To add a locator: one file with a function of evidence and a key that gives a locus,
and one line in `LOCATORS`.
"""

from collections.abc import Callable

import jax

from telic.core.names import Registry
from telic.locate.activation import activation
from telic.locate.agreement import agreement as agreement
from telic.locate.attribution import attribution, integrated
from telic.locate.behaviour import Behaviour as Behaviour
from telic.locate.behaviour import preference as preference
from telic.locate.check import check as check
from telic.locate.components import components
from telic.locate.evidence import Evidence as Evidence
from telic.locate.evidence import evidence as evidence
from telic.locate.graft import SIZES as SIZES
from telic.locate.graft import grafted as grafted
from telic.locate.locus import Locus as Locus
from telic.locate.low_rank import low_rank
from telic.locate.magnitude import magnitude, normalised, relative
from telic.locate.mask import mask
from telic.locate.patching import attribution_patching, layer_patching, patching
from telic.locate.probe import probe
from telic.locate.reference import first_layer, oracle, random
from telic.locate.snr import snr
from telic.locate.splicing import block_splicing, layer_splicing

Locator = Callable[[Evidence, jax.Array], Locus]

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
        "first layer": first_layer,
        "random": random,
        "oracle": oracle,
    },
)
"""Every locator by name. The last three are references; `oracle` needs the truth."""
