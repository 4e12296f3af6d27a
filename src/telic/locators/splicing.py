"""Splicing: the effect of replacing layers or tensors by the donor's.

Layers are few, so every subset of them can be tried, and a layer's score is its Shapley
value: its increase of the preference, averaged over all orders of replacing layers.
Tensors (kernels and biases) are too many for that; they are added greedily.

Reference:
    Shapley 1953, "A Value for n-Person Games"; Ghorbani & Zou 2020, "Neuron Shapley",
    arXiv 2002.09815.
"""

import itertools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from telic.locators.behaviour import Behaviour, logit_gap
from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair
from telic.locators.sites import scores_of
from telic.policies import Agent

Chosen = tuple[str, ...]


def layer_splicing(evidence: ContrastPair, key: jax.Array) -> Locus:
    """The Shapley value of each layer, over all subsets of layers."""
    layers = [layer.name for layer in evidence.recipient.layers]
    subsets = [
        subset
        for count in range(len(layers) + 1)
        for subset in itertools.combinations(layers, count)
    ]
    worth = dict(zip(subsets, _worth(evidence, subsets).tolist(), strict=True))
    return Locus("layers", scores_of({one: _shapley(one, worth) for one in layers}))


def block_splicing(evidence: ContrastPair, key: jax.Array) -> Locus:
    """Kernels and biases in the order of greedy replacement.

    The first has the highest score, the number of tensors; the last has 1.
    """
    left, chosen, found = sorted(evidence.recipient), (), {}
    while left:
        # The same number of candidates each time, for one compiled program.
        tried = [(*chosen, one) for one in left]
        padded = tried + tried[:1] * (len(evidence.recipient) - len(tried))
        best = left[int(np.argmax(_worth(evidence, padded)[: len(tried)]))]
        found[best] = float(len(left))
        chosen = (*chosen, best)
        left.remove(best)
    return Locus("layers", scores_of(found))


def _worth(
    evidence: ContrastPair, subsets: Sequence[Chosen]
) -> Float[np.ndarray, " subsets"]:
    """The preference of the recipient with each subset replaced by the donor's."""
    paths = sorted(evidence.recipient)  # the order of JAX for the leaves of a dict
    flags = [
        [path in subset or path.rpartition("/")[0] in subset for path in paths]
        for subset in subsets
    ]
    agents = (evidence.recipient, evidence.donor)
    return np.asarray(_tried(evidence.behaviour, *agents, jnp.array(flags)))


@jax.jit
def _tried(
    behaviour: Behaviour, recipient: Agent, donor: Agent, flags: Array
) -> Float[Array, " subsets"]:
    """The preference for each row of flags, which select the donor's leaves."""

    def one(row: Array) -> Array:
        agent = {
            path: jnp.where(flag, donor[path], leaf)
            for (path, leaf), flag in zip(sorted(recipient.items()), row, strict=True)
        }
        return logit_gap(behaviour, recipient.replace(agent))

    return jax.lax.map(one, flags)


def _shapley(layer: str, worth: dict[Chosen, float]) -> float:
    """Σ over subsets S without the layer of |S|! (n-|S|-1)! / n! · (w(S+i) - w(S))."""
    layers = max(worth, key=len)
    total, n = 0.0, len(layers)
    for subset, value in worth.items():
        if layer not in subset:
            more = tuple(one for one in layers if one in subset or one == layer)
            size = len(subset)
            weight = math.factorial(size) * math.factorial(n - size - 1)
            total += weight / math.factorial(n) * (worth[more] - value)
    return total
