"""Reference locators: uninformed, and with the ground truth."""

import jax
import numpy as np

from telic.core.errors import InputError
from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair
from telic.locators.sites import scores_of


def random(evidence: ContrastPair, key: jax.Array) -> Locus:
    """Scores drawn at random."""
    keys = jax.random.split(key, len(evidence.recipient))
    return Locus(
        "weights",
        scores_of(
            {
                path: jax.random.uniform(k, evidence.recipient[path].shape)
                for k, path in zip(keys, sorted(evidence.recipient), strict=True)
            }
        ),
    )


def first_layer_locus(evidence: ContrastPair, key: jax.Array) -> Locus:
    """1 for the weights of the first layer, 0 for all others."""
    layers = [layer.name for layer in evidence.recipient.layers]
    return Locus("layers", {x: np.array(float(x == layers[0])) for x in sorted(layers)})


def oracle(evidence: ContrastPair, key: jax.Array) -> Locus:
    """The size of each weight's difference where the ground truth is, else 0.

    The truth about a planted agent is a set; among its weights those that differ most
    come first, so that the curve of the oracle is one of a ranking too.

    Raises:
        InputError: If the pair has no ground truth.
    """
    if evidence.truth is None:
        raise InputError("no truth", why="only planted agents have one")
    vector, truth = evidence.vector, scores_of(evidence.truth)
    return Locus("weights", {p: x * np.abs(vector[p]) for p, x in truth.items()})
