"""The anatomy of switches: similarity, concentration and rank of task vectors.

One value per seed for each question, from the task vectors of a run's actor at its late
switches, and beside each value its chance level.
"""

import itertools
from collections.abc import Iterator, Sequence

import jax
import numpy as np

from telic.core import trees
from telic.core.trees import Tree
from telic.policies import Agent
from telic.runs.source import RunSource
from telic.stats.rows import Row
from telic.vectors import (
    concentration,
    cosines,
    effective_ranks,
    energies,
    principal_axes,
    separation,
    task_vector,
)
from telic.vectors.nulls import gaussian

Pairs = dict[tuple[str, str | int | float], tuple[float, float]]
"""By question and its subject: the value and its chance level, NaN if unknown."""

PART = "anatomy"
COSINE, LARGEST, NORM, RANK = "cosine", "largest", "squared norm", "effective rank"
AUROC, VARIANCE = "auroc", "variance"
"""The questions. Their subjects: the number of switches between two; a fraction of the
weights; a layer; a kernel; a principal axis of the checkpoints."""

SETTLED = 4
"""The first phase that counts: before it, the agent still learns to reach any goal."""
RELABELLINGS = 200


def anatomy(source: RunSource) -> Iterator[Row]:
    """The answers of one run: each value, and as a null its chance level.

    Cost: a second for a run of 24 phases.
    """
    agents = [source.agent(k).actor for k in range(SETTLED - 1, len(source.schedule))]
    vectors = [task_vector(a, b) for a, b in itertools.pairwise(agents)]
    if not vectors:
        return
    found = {
        **_alike(vectors),
        **_concentrated(vectors),
        **_by_layer(vectors),
        **_axes(agents, source.schedule[SETTLED - 1 :]),
    }
    for (question, of), (value, chance) in found.items():
        yield Row(PART, question, value, condition=of)
        if chance == chance:
            yield Row(PART, question, chance, condition=of, null="chance")


def _alike(vectors: Sequence[Tree]) -> Pairs:
    """Mean cosines of vectors one and two switches apart, beside 0 for random vectors.

    Left out if there are too few switches.
    """
    found = cosines(vectors)
    return {
        (COSINE, apart): (float(np.diagonal(found, apart).mean()), 0.0)
        for apart in (1, 2)
        if apart < len(vectors)
    }


def _concentrated(vectors: Sequence[Tree]) -> Pairs:
    """Fractions of the squared norm in the largest entries, beside a Gaussian's."""
    nulls = [gaussian(jax.random.key(i), vector) for i, vector in enumerate(vectors)]
    found: Pairs = {}
    for share in (0.01, 0.2):
        mine, theirs = (
            float(np.mean([concentration(v, (share,))[share] for v in each]))
            for each in (vectors, nulls)
        )
        found[LARGEST, share] = (mine, theirs)
    return found


def _by_layer(vectors: Sequence[Tree]) -> Pairs:
    """The fraction of the squared norm in each layer, and the rank of each kernel."""
    layers = sorted({path.rpartition("/")[0] for path in vectors[0]})
    total = sum(leaf.size for leaf in vectors[0].values())
    found: Pairs = {}
    for layer in layers:
        paths = [path for path in vectors[0] if path.startswith(f"{layer}/")]
        held = [sum(energies(vector)[p] for p in paths) for vector in vectors]
        weights = sum(vectors[0][path].size for path in paths) / total
        found[NORM, layer] = (float(np.mean(held)), weights)
    for layer in layers:
        own = [trees.select(vector, f"{layer}/") for vector in vectors]
        ranks = [effective_ranks(leaves) for leaves in own]
        for path in ranks[0]:
            mean = float(np.mean([each[path] for each in ranks]))
            found[RANK, path] = (mean, np.nan)
    return found


def _axes(agents: Sequence[Agent], wanted: Sequence[str]) -> Pairs:
    """The separation of the objectives along the first principal axes of checkpoints.

    The chance level is the mean over permutations of the labels.
    """
    if len(set(wanted)) != 2 or len(agents) < 3:
        return {}
    axes = principal_axes(agents, count=2)
    rng, labels = np.random.default_rng(0), list(wanted)
    found: Pairs = {}
    for axis in range(2):
        line = axes.coordinates[:, axis]
        shuffled = [
            separation(line, rng.permutation(labels).tolist())
            for _ in range(RELABELLINGS)
        ]
        apart = (separation(line, labels), float(np.mean(shuffled)))
        found[AUROC, axis] = apart
        found[VARIANCE, axis] = (float(axes.shares[axis]), np.nan)
    return found
