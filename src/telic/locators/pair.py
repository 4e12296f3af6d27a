"""Contrast pairs: the input of locators, in memory.

A pair has two agents with the same competence and different goals, *recipient* and
*donor*; the states on which they are compared; and other switches between the same two
goals, if there are any. Only actors are kept, as a critic has no effect on behaviour.
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
"""An agent with the recipient's goal and one with the donor's goal, at the ends of
successive phases."""


@dataclasses.dataclass(frozen=True)
class ContrastPair:
    """A recipient and a donor, with their behaviour and similar pairs.

    Attributes:
        recipient: The actor in which the goal is to be found.
        donor: The actor with another goal.
        behaviour: The states of comparison, and the gap of the two policies there.
        switches: Pairs like (recipient, donor), the pair itself first.
        truth: For planted agents, 1 for the weights that hold the goal, else 0; only
            the oracle gets it.
    """

    recipient: Agent
    donor: Agent
    behaviour: Behaviour
    switches: tuple[Switch, ...]
    truth: Tree | None = None

    __repr__ = trees.outline

    @property
    def observations(self) -> Array:
        """(batch, ...) the observations of both, the recipient's half first."""
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
    """The contrast pair of two agents, with observations to compare them on.

    Args:
        recipient: The agent in which the goal is to be found.
        donor: An agent with the same competence and another goal.
        key: The random key of the episodes that give observations.
        world: The world to act in; None for the recipient's own.
        switches: Other pairs with the same two goals.
        observations: The observations, the recipient's half first, in the form of the
            world or its Gymnasium environment; None to let each agent act for
            steps · envs steps.
        steps: The steps that each agent acts, per copy.
        envs: The copies of the world.

    Raises:
        InputError: If the agents differ in policy, hold interventions, or have no world
            and no observations are given; or the observations do not fit.

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
    """The observations of each of two agents while it acts, with the same noise.

    Agents with memory need whole sequences, with flags of episode starts.
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
