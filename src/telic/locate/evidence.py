"""Evidence: all that a locator may look at, in memory.

Two agents that can do the same and want different things, *recipient* and *donor*; the
states on which they are compared; and other switches between the same two wants, where
there are any. Only actors are kept: what a critic expects moves nothing.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.activations.capture import gather
from telic.agents import interventions
from telic.agents.mlp import Network
from telic.agents.observations import Observations, observed
from telic.core import trees
from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.locate.behaviour import Behaviour, between
from telic.worlds.base import JaxWorld, World

Switch = tuple[Tree, Tree]
"""An agent that wants what the recipient wants, and one that wants what the donor does,
trained one after the other."""


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Two agents, their behaviour, and what else is known of the difference.

    Attributes:
        recipient: The agent in which the goal is to be found; its actor's leaves.
        donor: The agent that wants something else; likewise.
        behaviour: What the two would do where, and a measure of it.
        switches: Pairs like (recipient, donor), that pair first.
        truth: For planted agents, 1 for the weights that hold the goal, else 0; only
            the oracle is shown it.
    """

    recipient: Tree
    donor: Tree
    behaviour: Behaviour
    switches: tuple[Switch, ...]
    truth: Tree | None = None

    __repr__ = trees.outline

    @property
    def network(self) -> Network:
        """The shape of the agents."""
        return self.behaviour.network

    @property
    def world(self) -> World:
        """Their world."""
        return self.behaviour.world

    @property
    def observations(self) -> Array:
        """(batch, ...) what both saw: the recipient's half first."""
        return self.behaviour.observations

    @property
    def vector(self) -> Tree:
        """The task vector: donor - recipient."""
        return {p: self.donor[p] - leaf for p, leaf in self.recipient.items()}


def evidence(
    key: jax.Array,
    recipient: Mapping[str, Array],
    donor: Mapping[str, Array],
    *,
    network: Network,
    world: World,
    switches: Sequence[tuple[Mapping[str, Array], Mapping[str, Array]]] = (),
    observations: Observations | None = None,
    steps: int = 16,
    envs: int = 32,
) -> Evidence:
    """The evidence on two agents.

    Args:
        key: For the episodes in which observations are made.
        recipient: The agent in which the goal is to be found.
        donor: An agent that can do the same and wants something else.
        network: Their shape.
        world: Their world.
        switches: Other pairs that want what these two want.
        observations: What both see, the recipient's half first, as the world gives it
            or its Gymnasium environment; None to let each act for steps · envs steps,
            which a world in JAX can.
        steps: How long they act.
        envs: In how many copies of the world.

    Raises:
        InputError: If the agents are not of one shape, hold interventions, or are of a
            host world and there are no observations; or what is given does not fit.

    Example:
        >>> from telic.agents import create
        >>> from telic.worlds import Keys
        >>> world, network = Keys(), Network(width=8)
        >>> agents = [create(jax.random.key(i), network, world) for i in (0, 1)]
        >>> found = evidence(jax.random.key(2), *agents, network=network, world=world)
        >>> found.observations.shape, sorted(found.vector)[0]
        ((1024, 25), 'actor/0/bias')
    """
    pairs = [(recipient, donor), *switches]
    actors = [(_actor(one), _actor(other)) for one, other in pairs]
    for pair in actors:
        for agent in pair:
            trees.check_alike(actors[0][0], agent)
    if observations is None:
        seen = _observed(key, *actors[0], network, world, steps, envs)
    else:
        seen = observed(world, observations)
    gap = between(*actors[0], seen, network=network, world=world)
    behaviour = Behaviour(seen, gap, network, world)
    return Evidence(*actors[0], behaviour, tuple(actors))


def _actor(agent: Mapping[str, Array]) -> Tree:
    """The actor's weights."""
    trees.check_tree(agent, what="an agent")
    if interventions.read(agent):
        raise InputError(
            "an agent with interventions is no evidence",
            why="a goal is looked for in weights",
            fix="leave the interventions away: telic.agents.interventions.weights",
        )
    return {p: jnp.asarray(leaf) for p, leaf in trees.select(agent, "actor/").items()}


def _observed(
    key: jax.Array,
    recipient: Tree,
    donor: Tree,
    network: Network,
    world: World,
    steps: int,
    envs: int,
) -> Array:
    """What each of two agents sees while it acts, in worlds of the same chance."""
    if not isinstance(world, JaxWorld):
        raise InputError(
            f"no observations of the world {type(world).__name__}",
            why="agents act for them only in worlds in JAX",
            fix="give observations=, the recipient's half first",
        )
    seen = [
        gather(key, agent, network, world, steps=steps, envs=envs)
        for agent in (recipient, donor)
    ]
    return jnp.concatenate(seen)
