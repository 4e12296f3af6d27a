"""A locator of one's own: which units do otherwise in the donor, and what do they move?

A unit scores by how much its activation differs between the two agents, on the states
in which they would act differently, times the weights through which it acts.

    telic score examples/my_locator.py
"""

import jax
import jax.numpy as jnp
import numpy as np

import telic
from telic.locate import Evidence


def locate(evidence: Evidence, key: jax.Array) -> telic.Locus:
    """Score every unit of the actor; the key is for locators that draw numbers."""
    parted = jnp.abs(evidence.behaviour.gap).sum(axis=1)  # (batch,)
    mine, theirs = (
        telic.capture(agent, evidence.network, evidence.world, evidence.observations)
        for agent in (evidence.recipient, evidence.donor)
    )
    layers = evidence.network.actor_layers
    sites = [f"actor/{layer}/post" for layer in range(layers - 1)] + ["actor/logits"]
    scores = {}
    for layer, site in enumerate(sites):
        differs = (parted[:, None] * jnp.abs(theirs[site] - mine[site])).mean(axis=0)
        following = evidence.recipient.get(f"actor/{layer + 1}/kernel")
        acts = 1.0 if following is None else jnp.abs(following).sum(axis=1)
        scores[site] = np.asarray(differs * acts)
    return telic.Locus("units", scores)
