"""The plane: at each site, how well a probe decodes, and how far edits move behaviour.

A site's *decodability* is a probe's accuracy beyond that of a probe on the raw
observation. Its *controllability* is the fraction of the donor's behaviour reached by
patching the site with the donor's activations, or steering along the probe's direction.

Reference:
    Bush et al. 2025, arXiv 2504.01871, for the probe on the observation; Hase et
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
"""Strengths of steering: 1 moves the mean along the probe to the donor's. The best
strength counts, for the probe and its null alike."""

ACCURACIES = ("accuracy", "observation", "shuffled")
"""Accuracies of probes on held-out observations: at the site, on the raw observation,
and trained on shuffled labels."""

MOVES = ("patch", "steer", "null")
"""Fractions of the donor's behaviour: the site patched from the donor, steered along
the probe, and steered along a random direction of the same norm."""


def plane_of(
    key: jax.Array, evidence: ContrastPair, on: GraftEvaluator
) -> dict[str, dict[str, float]]:
    """The measures of `ACCURACIES` and of `MOVES`, by site."""
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
    """The fraction of the donor's behaviour that an edit recovers."""
    return on.share(on.rates(edit(on.recipient)))


def _shifts(evidence: ContrastPair, found: dict[str, Probed]) -> dict[str, jax.Array]:
    """The difference of means at each site, projected onto the probe's direction."""
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
