"""A locator of one's own: which units do otherwise in the donor, and what do they move?

A unit scores by how much its activation differs between the two agents, on the states
in which they would act differently, times the weights through which it acts.

    telic score examples/my_locator.py
"""

import jax
import jax.numpy as jnp
import numpy as np

import telic
from telic.locators import ContrastPair


def locate(evidence: ContrastPair, key: jax.Array) -> telic.Locus:
    """Score every unit of the actor; the key is for locators that draw numbers."""
    parted = jnp.abs(evidence.behaviour.gap).sum(axis=1)  # (batch,)
    mine, theirs = (
        telic.capture(agent, evidence.observations)
        for agent in (evidence.recipient, evidence.donor)
    )
    scores = {}
    for layer in evidence.recipient.layers:
        gap = jnp.abs(theirs[layer.site] - mine[layer.site])
        differs = (parted[:, None] * gap).mean(axis=0)
        scores[layer.site] = np.asarray(differs * acts(evidence.recipient, layer.site))
    return telic.Locus("units", scores)


def acts(agent: telic.Agent, site: str) -> jax.Array | float:
    """How large the weights are through which each unit of a site acts."""
    reads = [use for use in agent.units[site] if not use.makes]
    if not reads:
        return 1.0  # the logits
    kernel = jnp.moveaxis(agent[reads[0].leaf], reads[0].axis, 0)
    return jnp.abs(kernel).reshape(len(kernel), -1).sum(axis=1)
