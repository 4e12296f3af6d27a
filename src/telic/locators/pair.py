"""Contrast pairs: all that a locator may look at, in memory.

Two agents that can do the same and want different things, *recipient* and *donor*; the
states on which they are compared; and other switches between the same two goals, where
there are any. Only actors are kept: what a critic expects moves nothing.
"""

import dataclasses
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.core import trees
from telic.core.errors import InputError
from telic.core.keys import as_key
from telic.core.trees import Tree
from telic.locators.behaviour import Behaviour, policy_gap
from telic.policies import Agent, Observations, interventions, observed, remembers
from telic.policies.agent import check_agent
from telic.rollouts import sequences_of
from telic.worlds.base import World

Switch = tuple[Agent, Agent]
"""An agent that wants what the recipient wants, and one that wants what the donor does,
trained one after the other."""


@dataclasses.dataclass(frozen=True)
class ContrastPair:
    """Two agents, their behaviour, and what else is known of the difference.

    Attributes:
        recipient: The agent in which the goal is to be found; its actor alone.
        donor: The agent that wants something else; likewise.
        behaviour: What the two would do where, and a measure of it.
        switches: Pairs like (recipient, donor), that pair first.
        truth: For planted agents, 1 for the weights that hold the goal, else 0; only
            the oracle is shown it.
    """

    recipient: Agent
    donor: Agent
    behaviour: Behaviour
    switches: tuple[Switch, ...]
    truth: Tree | None = None

    __repr__ = trees.outline

    @property
    def observations(self) -> Array:
        """(batch, ...) what both saw: the recipient's half first."""
        return self.behaviour.observations

    @property
    def vector(self) -> Tree:
        """The task vector: donor - recipient."""
        return {p: self.donor[p] - leaf for p, leaf in self.recipient.items()}


def contrast_pair(
    recipient: Agent,
    donor: Agent,
    *,
    key: int | jax.Array = 0,
    world: World | None = None,
    switches: Sequence[tuple[Agent, Agent]] = (),
    observations: Observations | None = None,
    steps: int = 16,
    envs: int = 32,
) -> ContrastPair:
    """Two agents, and the observations on which they are compared.

    Args:
        recipient: The agent in which the goal is to be found.
        donor: An agent that can do the same and wants something else.
        key: For the episodes in which observations are made.
        world: The world in which they act; None for the recipient's own.
        switches: Other pairs that want what these two want.
        observations: What both see, the recipient's half first, as the world gives it
            or its Gymnasium environment; None to let each act for steps · envs steps.
        steps: How long they act.
        envs: In how many copies of the world.

    Raises:
        InputError: If the agents are not of one policy, hold interventions, or know no
            world and there are no observations; or what is given does not fit.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> agents = [create(jax.random.key(i), MLP(width=8), Keys()) for i in (0, 1)]
        >>> found = contrast_pair(*agents, key=2)
        >>> found.observations.shape, sorted(found.vector)[0]
        ((1024, 5, 5), 'actor/0/bias')
    """
    pairs = [(recipient, donor), *switches]
    actors = [(_actor(one), _actor(other)) for one, other in pairs]
    for pair in actors:
        for agent in pair:
            trees.check_alike(actors[0][0], agent)
    first: Array | tuple[()] = ()
    if observations is not None:
        seen = observed(recipient.spec, observations)
    else:
        seen, first = _acted(as_key(key), actors[0], world, steps, envs)
    behaviour = Behaviour(seen, policy_gap(*actors[0], seen, first), first)
    return ContrastPair(*actors[0], behaviour, tuple(actors))


def _acted(
    key: jax.Array, agents: Switch, world: World | None, steps: int, envs: int
) -> tuple[Array, Array | tuple[()]]:
    """What each of two agents sees while it acts, in worlds of the same chance.

    Agents with memory are shown whole sequences, and where episodes begin in them.
    """
    where = world or agents[0].world
    told = [sequences_of(key, a, where, steps=steps, envs=envs) for a in agents]
    if not remembers(agents[0].initial_carry(1)):
        flat = [seen.reshape(-1, *seen.shape[2:]) for seen, _ in told]
        return jnp.concatenate(flat), ()
    seen, first = (jnp.concatenate(both, axis=1) for both in zip(*told, strict=True))
    return jnp.moveaxis(seen, 0, 1), first.T


def _actor(agent: Agent) -> Agent:
    """The actor alone."""
    agent = check_agent(agent, what="an agent")
    if interventions.interventions_of(agent):
        raise InputError(
            "an agent with interventions in a contrast pair",
            why="a goal is looked for in weights",
            fix="leave the interventions away: telic.policies.interventions.weights",
        )
    return agent.actor
