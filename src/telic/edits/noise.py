"""Noise: a Gaussian step of a given norm."""

import dataclasses

import jax

from telic.core import trees
from telic.core.trees import Tree
from telic.edits.base import Edit, Params
from telic.edits.weights import WeightEdit
from telic.policies import Agent, interventions
from telic.vectors.nulls import noise


@dataclasses.dataclass(frozen=True)
class Noise(WeightEdit):
    """Add Gaussian noise to all of an actor's weights; to all of a plain dict.

    Example:
        >>> import jax.numpy as jnp
        >>> agent = {"actor/0/bias": jnp.zeros(4)}
        >>> round(float(trees.norm(Noise(2.0, seed=1)(agent))), 5)
        2.0
    """

    norm: float
    """The Euclidean norm of the noise at strength 1."""
    seed: int = 0
    """The seed of the noise."""

    def changed(self, agent: Params) -> Tree:
        """The actor's weights; its interventions are unchanged."""
        whole = agent.actor if isinstance(agent, Agent) else agent
        leaves = interventions.weights(whole)
        drawn = noise(jax.random.key(self.seed), leaves)
        length = self.strength * self.norm / float(trees.norm(drawn))
        return trees.add(leaves, trees.scale(drawn, length))

    def nulls(self, key: jax.Array, agent: Params) -> dict[str, Edit]:
        """Other noise of the same norm, beside the nulls of any edit of weights."""
        other = int(jax.random.randint(key, (), 0, 2**31 - 1))
        again = dataclasses.replace(self, seed=other)
        return {"redrawn": again, **super().nulls(key, agent)}

    def reversed(self) -> Edit:
        """The same noise, subtracted."""
        return self.scaled(-1.0)
