"""Successor features by forking: every action is tried from the same state.

From each state all actions are taken in copies of the world, and the agent goes on from
there. All copies of a state share their noise and the numbers that select the agent's
later actions (common random numbers), so that what remains between them is the action.

Reference:
    Hotz, Miller, Sanders & Smith 1994, "A simulation estimator for dynamic models of
    discrete choice", Review of Economic Studies 61.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from telic.core.errors import InputError
from telic.policies import LOGITS, Agent
from telic.policies.distribution import Numbered
from telic.rollouts.collect import EnvState, collect_rollout, start, where_tree
from telic.wants.choices import Choices, alike
from telic.worlds.base import JaxWorld, State

LONG = 512
"""The most steps of which one is drawn for each copy, at which its state is taken."""

FADED = 1e-3
"""The discount from which on later events are left out."""


def forked(
    agent: Agent,
    world: JaxWorld,
    *,
    key: jax.Array,
    states: int = 256,
    draws: int = 16,
    gamma: float = 0.99,
) -> Choices:
    """An agent's choices in states that it visits.

    Args:
        agent: The agent, whose actions are numbered.
        world: The world, in JAX.
        key: The random key.
        states: The number of states, each of another copy of the world.
        draws: Ways in which it may go on from each action.
        gamma: The discount of later events, per step.

    What is left of chance in the outcomes shrinks the weights that are read from them,
    the more the fewer draws; their order is told better than their size.

    Raises:
        InputError: If actions are no numbers, or the agent cannot act in the world.
    """
    agent.check_world(world)
    if min(states, draws) < 1:
        raise InputError(
            f"states = {states}, draws = {draws}", why="allowed: 1 or more of each"
        )
    if not isinstance(agent.spec.distribution, Numbered):
        raise InputError(
            f"actions of {type(world).__name__} are no numbers",
            why="every action is tried in turn, so they must be countable",
        )
    first, second = jax.random.split(key)
    at = _visited(first, agent, world=world, states=states)
    policy, outcomes, freedom = _tried(
        second, agent, at, gamma, world=world, draws=draws
    )
    as_floats = functools.partial(np.asarray, dtype=np.float64)
    return alike(as_floats(policy), as_floats(outcomes), as_floats(freedom))


@functools.partial(jax.jit, static_argnames=("world", "states"))
def _visited(key: jax.Array, agent: Agent, *, world: JaxWorld, states: int) -> EnvState:
    """Copies of the world in states that the agent visits, with its memory there.

    Each copy is taken at a time of its own, as copies that begin together would else be
    at the same time of their episodes.
    """
    first, second, third = jax.random.split(key, 3)
    fresh = start(first, world, states, agent.initial_carry(states))
    steps = min(2 * world.limit, LONG)
    when = jax.random.randint(third, (states,), 0, steps)

    def step(now: tuple[EnvState, EnvState], time: Array) -> tuple[tuple, None]:
        here, kept = now
        kept = where_tree(when == time, here, kept)
        drawn = jax.random.fold_in(second, time)
        after, *_ = collect_rollout(drawn, agent, here, world=world, steps=1)
        return (after, kept), None

    (_, kept), _ = jax.lax.scan(step, (fresh, fresh), jnp.arange(steps))
    return kept


@functools.partial(jax.jit, static_argnames=("world", "draws"))
def _tried(
    key: jax.Array,
    agent: Agent,
    at: EnvState,
    gamma: Float[Array, ""] | float,
    *,
    world: JaxWorld,
    draws: int,
) -> tuple[Array, Array, Array]:
    """Policy, outcomes and freedom in each state (`Choices`)."""
    states, actions = len(at.length), len(world.actions)
    seen = jax.vmap(world.observe)(at.states)
    output = agent(seen, at.carry, heads=(LOGITS,))
    assert output.logits is not None
    policy = jax.nn.softmax(output.logits)
    if agent.greedy:
        policy = jax.nn.one_hot(output.logits.argmax(axis=-1), actions)
    # Axes of the copies: states, draws, actions; the last shares all chance.
    shape = (states, draws, actions)
    spread = functools.partial(_repeated, shape=shape)
    chosen = jnp.broadcast_to(jnp.arange(actions), shape).reshape(-1)

    def noise(time: Array) -> tuple[Array, Array]:
        one, two = jax.random.split(jax.random.fold_in(key, time))
        drawn = jax.vmap(world.sample_noise)(jax.random.split(one, states * draws))
        uniform = jax.random.uniform(two, (states * draws,))
        each = (drawn, uniform)
        return jax.tree.map(lambda x: jnp.repeat(x, actions, axis=0), each)

    def act(action: Array, state: State, drawn: Array) -> tuple:
        after = jax.vmap(world.step)(state, action, drawn)
        return after.state, after.events, after.terminated | after.truncated

    def going(loop: tuple) -> Array:
        time, *_, over = loop
        return (time < world.limit) & (gamma**time > FADED) & ~over.all()

    def step(loop: tuple) -> tuple:
        time, state, carry, total, free, over = loop
        drawn, uniform = noise(time)
        seen = jax.vmap(world.observe)(state)
        output = agent(seen, carry, heads=(LOGITS,))
        assert output.logits is not None
        action = agent.spec.distribution.select(
            output.logits, uniform, greedy=agent.greedy
        )
        weight = jnp.where(over, 0.0, gamma**time)
        entropy = (
            0.0 if agent.greedy else agent.spec.distribution.entropy(output.logits)
        )
        after, events, ended = act(action, state, drawn)
        return (
            time + 1,
            where_tree(over, state, after),
            where_tree(over, carry, output.carry),
            total + weight[:, None] * events,
            free + weight * entropy,
            over | ended,
        )

    state, events, over = act(chosen, spread(at.states), noise(jnp.int32(0))[0])
    begun = (
        jnp.int32(1),
        state,
        spread(output.carry),
        events,
        jnp.zeros(len(chosen)),
        over,
    )
    *_, total, free, _ = jax.lax.while_loop(going, step, begun)
    outcomes = total.reshape(*shape, -1).mean(axis=1)
    return policy, outcomes, free.reshape(shape).mean(axis=1)


def _repeated(tree: State, shape: tuple[int, int, int]) -> State:
    """The leaves of a batch of states, each repeated for all draws and actions."""
    return jax.tree.map(lambda x: jnp.repeat(x, shape[1] * shape[2], axis=0), tree)
