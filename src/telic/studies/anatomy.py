"""The anatomy of switches: how alike, how concentrated, how low in rank are they?

One number a seed for each question, from the task vectors of a run's actor at its late
switches; and beside each number what it would be if there were nothing to find.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from telic.core import trees
from telic.core.trees import Tree
from telic.policies import Agent
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.vectors import (
    components,
    concentration,
    cosines,
    effective_ranks,
    energies,
    isolate,
    separation,
)
from telic.vectors.nulls import gaussian

Pairs = dict[str, tuple[float, float]]
"""By question: what was found, and what it would be by chance."""

SETTLED = 4
"""The first phase that counts: before, the agent still learns to fetch anything."""
RELABELLINGS = 200


class Answer(NamedTuple):
    """The numbers of one question.

    Attributes:
        values: (seeds,) what was found.
        chance: (seeds,) what it would be if there were nothing to find; NaN if that is
            not known.
    """

    values: Float[np.ndarray, " seeds"]
    chance: Float[np.ndarray, " seeds"]


def anatomy(runs: Sequence[Run]) -> dict[str, Answer]:
    """One answer for each question; the questions are the keys, in words.

    Cost: a second for each run of 24 phases.
    """
    found = [_anatomy(RunSource(run)) for run in runs]
    return {
        question: Answer(*np.array([one[question] for one in found]).T)
        for question in found[0]
    }


def _anatomy(source: RunSource) -> Pairs:
    """All numbers of one run."""
    agents = [source.agent(k).actor for k in range(SETTLED - 1, len(source.schedule))]
    vectors = [isolate(a, b) for a, b in itertools.pairwise(agents)]
    if not vectors:
        return {}
    return {
        **_alike(vectors),
        **_concentrated(vectors),
        **_by_layer(vectors),
        **_axes(agents, source.schedule[SETTLED - 1 :]),
    }


def _alike(vectors: Sequence[Tree]) -> Pairs:
    """Cosines of vectors one and two switches apart; of random ones it is 0.

    Of too few switches the question is left out.
    """
    found = cosines(vectors)
    asked = {"cosine of successive switches": 1, "cosine of switches two apart": 2}
    return {
        question: (float(np.diagonal(found, apart).mean()), 0.0)
        for question, apart in asked.items()
        if apart < len(vectors)
    }


def _concentrated(vectors: Sequence[Tree]) -> Pairs:
    """Shares of the squared norm in the largest entries, and a Gaussian's."""
    nulls = [gaussian(jax.random.key(i), vector) for i, vector in enumerate(vectors)]
    found = {}
    for share in (0.01, 0.2):
        mine, theirs = (
            float(np.mean([concentration(v, (share,))[share] for v in each]))
            for each in (vectors, nulls)
        )
        found[f"squared norm in the largest {share:.0%} of weights"] = (mine, theirs)
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
        found[f"squared norm in {layer}"] = (float(np.mean(held)), weights)
    for layer in layers:
        own = [trees.select(vector, f"{layer}/") for vector in vectors]
        ranks = [effective_ranks(leaves) for leaves in own]
        for path in ranks[0]:
            mean = float(np.mean([each[path] for each in ranks]))
            found[f"effective rank of {path}"] = (mean, np.nan)
    return found


def _axes(agents: Sequence[Agent], wanted: Sequence[str]) -> Pairs:
    """Whether the first principal axes of the checkpoints tell the objectives apart.

    By chance: the mean over relabellings of the same checkpoints.
    """
    if len(set(wanted)) != 2 or len(agents) < 3:
        return {}
    axes = components(agents, count=2)
    rng, labels = np.random.default_rng(0), list(wanted)
    found: Pairs = {}
    for axis, name in enumerate(("first", "second")):
        line = axes.coordinates[:, axis]
        shuffled = [
            separation(line, rng.permutation(labels).tolist())
            for _ in range(RELABELLINGS)
        ]
        apart = (separation(line, labels), float(np.mean(shuffled)))
        found[f"AUROC of the objectives on the {name} axis"] = apart
        found[f"variance along the {name} axis"] = (float(axes.shares[axis]), np.nan)
    return found
