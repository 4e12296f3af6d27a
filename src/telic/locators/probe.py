"""Linear probes: sites at which two agents can be decoded, beyond the observation.

Each agent acts, and a ridge probe classifies its activations by agent. As agents with
different goals also see different observations, a probe on the raw observation is the
baseline; a probe with shuffled labels is the control. Decoding is not causation, and a
probe distinguishes two networks even if their goals are equal, so its success does not
show that a goal is represented at a site, or used there.

Reference:
    Alain & Bengio 2016, "Understanding Intermediate Layers Using Linear Classifier
    Probes", arXiv 1610.01644; Hewitt & Liang 2019, "Designing and Interpreting Probes
    with Control Tasks", arXiv 1909.03368.
"""

from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from telic.locators.inside import by_unit, unit_activations
from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair

RIDGE = 1e-2
"""The penalty, in units of the features' mean variance times the rows."""


class Probed(NamedTuple):
    """A probe at one site.

    Attributes:
        accuracy: Its accuracy on held-out rows.
        shuffled: The accuracy of a probe trained on shuffled labels: chance.
        direction: Its weights.
        scores: The absolute weights times the units' standard deviations.
    """

    accuracy: float
    shuffled: float
    direction: Float[np.ndarray, " units"]
    scores: Float[np.ndarray, " units"]


def probe(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|weight| · sd of each unit in its site's probe."""
    found = probes(evidence, key)
    sites = (site for site in found if site != OBSERVATION)
    return Locus("units", {site: found[site].scores for site in sites})


OBSERVATION = "observation"


def probes(evidence: ContrastPair, key: jax.Array) -> dict[str, Probed]:
    """A probe at every site of the actor, and one at the observation, its baseline."""
    rows = evidence.behaviour.rows
    half = len(rows) // 2
    mine, theirs = (
        {
            site: np.asarray(by_unit(x), np.float64)
            for site, x in unit_activations(evidence.behaviour, agent).items()
        }
        for agent in (evidence.recipient, evidence.donor)
    )
    values = evidence.recipient.spec.channel_values(rows)
    seen = np.asarray(values.reshape(len(rows), -1), np.float64)
    features = {OBSERVATION: seen} | {
        site: np.concatenate([mine[site][:half], theirs[site][half:]]) for site in mine
    }
    order = np.asarray(jax.random.permutation(key, len(seen)))
    chance = np.asarray(jax.random.permutation(jax.random.fold_in(key, 1), len(seen)))
    label = np.where(np.arange(len(seen)) < half, -1.0, 1.0)
    return {
        site: _probed(x[order], label[order], label[chance])
        for site, x in features.items()
    }


def _probed(
    x: Float[np.ndarray, "batch units"],
    label: Float[np.ndarray, " batch"],
    shuffled: Float[np.ndarray, " batch"],
) -> Probed:
    """A probe trained on the first half of the rows, tested on the second."""
    half = len(x) // 2
    weights, accuracy = _fitted(x, label, half)
    _, chance = _fitted(x, shuffled, half)
    return Probed(accuracy, chance, weights, np.abs(weights) * x.std(axis=0))


def _fitted(
    x: Float[np.ndarray, "batch units"], label: Float[np.ndarray, " batch"], half: int
) -> tuple[Float[np.ndarray, " units"], float]:
    """Ridge regression of the label, and its accuracy on the other half."""
    middle, level = x[:half].mean(axis=0), label[:half].mean()
    known = x[:half] - middle
    gram = known.T @ known
    penalty = RIDGE * np.trace(gram) / len(gram) + np.finfo(np.float64).tiny
    goal = known.T @ (label[:half] - level)
    weights = np.linalg.solve(gram + penalty * np.eye(len(gram)), goal)
    said = (x[half:] - middle) @ weights + level
    return weights, float(((said > 0) == (label[half:] > 0)).mean())
