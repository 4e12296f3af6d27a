"""Behaviour that can be differentiated: how far an agent leans to what its donor wants.

On states s that both agents visit, with π_R and π_D the recipient's and the donor's
policies,

    preference(θ) = E_s Σ_a (π_D(a|s) - π_R(a|s)) log π_θ(a|s)

is the difference between the log-probabilities of what the donor would rather do and
of what the recipient would: of heading for one colour or for the other, wherever the
two part. States in which they agree weigh nothing, and no world need say what heading
for a goal is.

Reference:
    The logit difference of circuit discovery, for two policies; Mueller et al. 2025,
    "MIB: A Mechanistic Interpretability Benchmark", arXiv 2504.13151.
"""

import dataclasses
import functools
from collections.abc import Mapping

import jax
from jaxtyping import Array, Float

from telic.agents.mlp import Network, logits
from telic.core.trees import Tree, outline
from telic.worlds.base import World


@functools.partial(
    jax.tree_util.register_dataclass,
    data_fields=["observations", "gap"],
    meta_fields=["network", "world"],
)
@dataclasses.dataclass(frozen=True)
class Behaviour:
    """The states on which two agents are compared, and what they would do there.

    Attributes:
        observations: (batch, ...) the first half seen by the recipient, the second by
            the donor.
        gap: The donor's probability of each action minus the recipient's.
        network: The shape of the agents.
        world: The world of the observations.
    """

    observations: Array
    gap: Float[Array, "batch actions"]
    network: Network
    world: World

    __repr__ = outline


@functools.partial(jax.jit, static_argnames=("network", "world"))
def between(
    recipient: Mapping[str, Array],
    donor: Mapping[str, Array],
    observations: Array,
    *,
    network: Network,
    world: World,
) -> Float[Array, "batch actions"]:
    """The donor's probability of each action minus the recipient's."""
    mine, theirs = (
        jax.nn.softmax(logits(agent, network, world, observations))
        for agent in (recipient, donor)
    )
    return theirs - mine


def preference(behaviour: Behaviour, agent: Mapping[str, Array]) -> Float[Array, ""]:
    """How far an agent leans to the donor's wants, in nats; more is further.

    Example:
        >>> from telic.locate.toys import toy
        >>> found = toy()
        >>> mine, theirs = (
        ...     float(preference(found.behaviour, agent))
        ...     for agent in (found.recipient, found.donor)
        ... )
        >>> theirs > mine
        True
    """
    network, world = behaviour.network, behaviour.world
    return leaning(behaviour, logits(agent, network, world, behaviour.observations))


def leaning(
    behaviour: Behaviour, preferences: Float[Array, "batch actions"]
) -> Float[Array, ""]:
    """`preference`, from an agent's logits."""
    return (behaviour.gap * jax.nn.log_softmax(preferences)).sum(axis=1).mean()


@jax.jit
def slope(behaviour: Behaviour, agent: Tree) -> Tree:
    """The gradient of `preference` by every weight."""
    return jax.grad(lambda weights: preference(behaviour, weights))(agent)
