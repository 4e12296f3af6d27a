"""The plane: at each site, can two agents be told apart, and the goal be moved?

A site's *decodability* is a probe's accuracy beyond a probe on the bare observation.
Its *controllability* is how much of the donor's behaviour comes if the site is filled
as the donor fills it, and if it is steered along the probe's own direction.

Reference:
    Bush et al. 2025, arXiv 2504.01871, for probes beside the observation's; Hase et
    al. 2023, "Does Localization Inform Editing?", arXiv 2301.04213, for the gap.
"""

import jax
import jax.numpy as jnp
import numpy as np

from telic.edits import Patch, Steer
from telic.edits.base import Edit
from telic.locators.inside import by_unit, unit_activations
from telic.locators.pair import ContrastPair
from telic.locators.probe import OBSERVATION, Probed, probes
from telic.trials import GraftEvaluator

DOSES = (1.0, 2.0, 4.0)
"""Strengths at which a site is steered: 1 moves the mean along the probe to the
donor's. The one that brings most counts, for the probe and for its null alike."""

ACCURACIES = ("accuracy", "observation", "shuffled")
"""Fractions of held-out observations of which a probe tells whose they are: at the
site, on the bare observation, and trained on shuffled labels."""

MOVES = ("patch", "steer", "null")
"""Fractions of the donor's behaviour: the site filled as the donor fills it, steered
along the probe, and steered along a random direction of the same length."""


def plane_of(
    key: jax.Array, evidence: ContrastPair, on: GraftEvaluator
) -> dict[str, dict[str, float]]:
    """By site: the measures of `ACCURACIES` and of `MOVES`."""
    found = probes(evidence, key)
    seen = found.pop(OBSERVATION)
    shifts = _shifts(evidence, found)
    told = {}
    for number, (site, probe) in enumerate(found.items()):
        at = jax.random.fold_in(key, number)
        steer = Steer(site, shifts[site])
        null = steer.nulls(at, on.recipient)["gaussian"]
        whole = Patch(site, on.donor, jnp.ones(len(shifts[site])))
        told[site] = {
            "accuracy": probe.accuracy,
            "observation": seen.accuracy,
            "shuffled": probe.shuffled,
            "patch": _share(whole, on),
            "steer": max(_share(steer.scaled(dose), on) for dose in DOSES),
            "null": max(_share(null.scaled(dose), on) for dose in DOSES),
        }
    return told


def _share(edit: Edit, on: GraftEvaluator) -> float:
    """The share of the donor's behaviour that an edit brings."""
    return on.share(on.rates(edit(on.recipient)))


def _shifts(evidence: ContrastPair, found: dict[str, Probed]) -> dict[str, jax.Array]:
    """At each site the part of the difference of means that lies along the probe."""
    mine, theirs = (
        unit_activations(evidence.behaviour, agent)
        for agent in (evidence.recipient, evidence.donor)
    )
    shifts = {}
    for site, probe in found.items():
        gap = np.asarray(by_unit(theirs[site] - mine[site]).mean(axis=0), np.float64)
        along = probe.direction
        length = float(along @ along) or 1.0
        shifts[site] = jnp.asarray(gap @ along / length * along, jnp.float32)
    return shifts
