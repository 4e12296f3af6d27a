"""The anatomy of switches: how alike, how concentrated, how low in rank are they?

One number a seed for each question, from the task vectors of a run's actor at its late
switches; and beside each number what it would be if there were nothing to find.
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
"""By question and what it is asked of: what was found, and what it would be by chance,
NaN if that is not known."""

PART = "anatomy"
COSINE, LARGEST, NORM, RANK = "cosine", "largest", "squared norm", "effective rank"
AUROC, VARIANCE = "auroc", "variance"
"""The questions. They are asked of: how many switches lie between two; which share of
the weights; a layer; a kernel; a principal axis of the checkpoints."""

SETTLED = 4
"""The first phase that counts: before, the agent still learns to fetch anything."""
RELABELLINGS = 200


def anatomy(source: RunSource) -> Iterator[Row]:
    """The answers of one run: each what was found, and as a null what chance gives.

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
    """Cosines of vectors one and two switches apart; of random ones it is 0.

    Of too few switches the question is left out.
    """
    found = cosines(vectors)
    return {
        (COSINE, apart): (float(np.diagonal(found, apart).mean()), 0.0)
        for apart in (1, 2)
        if apart < len(vectors)
    }


def _concentrated(vectors: Sequence[Tree]) -> Pairs:
    """Shares of the squared norm in the largest entries, and a Gaussian's."""
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
    """Where the squared norm lies beside the weights, and the rank of each kernel."""
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
    """Whether the first principal axes of the checkpoints tell the objectives apart.

    By chance: the mean over relabellings of the same checkpoints.
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
