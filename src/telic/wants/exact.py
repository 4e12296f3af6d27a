"""Successor features without sampling, where a world's states can be counted.

A board of Keys has so few states that an agent's policy can be evaluated in all of
them: the expected discounted sum of every event after every action is the solution of a
linear equation, found by sweeps. States count as often as the agent is in them, from
uniformly drawn beginnings. Nothing is drawn but the boards.

Time is left out: episodes have no limit here, and fractions of it count as 0, so that
nothing is told of wants for them.
"""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from telic.core.errors import InputError
from telic.policies import LOGITS, Agent
from telic.rollouts.actor import remembers
from telic.wants.choices import Choices
from telic.worlds.base import World
from telic.worlds.keys import Board, Keys
from telic.worlds.optimal import action_values, is_solvable

LEFT = 0.02
"""The fraction of a value that the sweeps of the evaluation may leave out."""

LONGEST = 0.999
"""The greatest discount: at it an evaluation takes 4,000 sweeps."""

RARE = 1e-7
"""States that are visited less often than this are left out."""


def exact(
    agent: Agent,
    world: World,
    *,
    key: jax.Array,
    boards: int = 32,
    gamma: float = 0.99,
) -> Choices:
    """An agent's choices in all states of some boards.

    Args:
        agent: The agent, without memory.
        world: A world of Keys.
        key: The random key of the boards.
        boards: The number of boards.
        gamma: The discount of later events, per step.

    Raises:
        InputError: If the world's states cannot be counted, or the agent remembers.
    """
    agent.check_world(world)
    if not isinstance(world, Keys) or not is_solvable(world):
        raise InputError(
            f"the states of {type(world).__name__} cannot be counted",
            why="they can in Keys, whose boards are open and go on as they began",
            fix="the estimator forked takes any world in JAX",
        )
    if remembers(agent.initial_carry(1)):
        raise InputError(
            "an agent with memory is in more states than its world",
            why="a policy is evaluated in the states of the world",
            fix="the estimator forked takes any agent",
        )
    if not 0 < gamma <= LONGEST:
        raise InputError(
            f"gamma = {gamma}",
            why=f"allowed: above 0, to {LONGEST}; without a discount sweeps never end",
        )
    sweeps = math.ceil(math.log(LEFT) / math.log(gamma))
    found = [
        np.asarray(each, np.float64)
        for each in _evaluated(
            key, agent, gamma, world=world, boards=boards, sweeps=sweeps
        )
    ]
    policy, outcomes, freedom, share = (x.reshape(-1, *x.shape[4:]) for x in found)
    share = share / share.sum()
    kept = share > RARE
    group = np.repeat(np.arange(boards), len(share) // boards)
    return Choices(
        policy[kept],
        outcomes[kept],
        freedom[kept],
        share[kept] / share[kept].sum(),
        group[kept],
    )


@functools.partial(jax.jit, static_argnames=("world", "boards", "sweeps"))
def _evaluated(
    key: jax.Array,
    agent: Agent,
    gamma: Float[Array, ""] | float,
    *,
    world: Keys,
    boards: int,
    sweeps: int,
) -> tuple[Array, Array, Array, Array]:
    """Policy, outcomes, freedom and share (`Choices`), by board and state.

    Their first axes are (boards, cells, headings, balls).
    """
    events, acts = len(world.events), agent.spec.distribution

    def solve(key: jax.Array) -> tuple[Array, Array, Array, Array]:
        board = world.reset(world.sample_noise(key))
        states = world.everywhere(board)
        shape = states.pose.shape
        flat = jax.tree.map(lambda x: x.reshape(-1, *x.shape[3:]), states)
        seen = jax.vmap(world.observe)(flat)
        logits = agent(seen, agent.initial_carry(len(seen)), heads=(LOGITS,)).logits
        assert logits is not None
        policy, entropy = jax.nn.softmax(logits), acts.entropy(logits)
        if agent.greedy:
            policy = jax.nn.one_hot(logits.argmax(axis=-1), logits.shape[-1])
            entropy = jnp.zeros(len(seen))
        policy = policy.reshape(*shape, -1)
        entropy = entropy.reshape(shape)

        def worth(weights: Array, extra: Array) -> Array:
            # The value of each action, of events and of what each state gives itself.
            back = action_values(world, board, weights)

            def sweep(_: Array, values: Array) -> Array:
                return (policy * back(gamma * (extra + values), 0.0)).sum(axis=-1)

            values = jax.lax.fori_loop(0, sweeps, sweep, jnp.zeros(shape))
            return back(gamma * (extra + values), 0.0)

        none = jnp.zeros(shape)
        outcomes = jax.vmap(lambda weights: worth(weights, none))(jnp.eye(events))
        freedom = worth(jnp.zeros(events), entropy)
        share = _visits(policy, _possible(world, board), gamma, world, board, sweeps)
        return policy, jnp.moveaxis(outcomes, 0, -1), freedom, share

    return jax.lax.map(solve, jax.random.split(key, boards))


def _possible(world: Keys, board: Board) -> Bool[Array, "cells headings balls"]:
    """Where agent and ball can be at the beginning: on cells of their own."""
    cells = (world.size - 2) ** 2
    cell, _, ball = jnp.indices((cells, 4, cells))
    taken = (jnp.arange(cells)[:, None] == board.keys[None]).any(axis=1)
    return (cell != ball) & ~taken[cell] & ~taken[ball]


def _visits(
    policy: Float[Array, "cells headings balls actions"],
    begin: Bool[Array, "cells headings balls"],
    gamma: Float[Array, ""] | float,
    world: Keys,
    board: Board,
    sweeps: int,
) -> Float[Array, "cells headings balls"]:
    """The expected discounted number of visits to each state.

    The value of the beginnings is linear in what each state pays, and its derivative
    says how often the state is there.
    """
    back = action_values(world, board, jnp.zeros(len(world.events)))

    def value(pays: Array) -> Array:
        def sweep(values: Array, _: None) -> tuple[Array, None]:
            return pays + gamma * (policy * back(values, 0.0)).sum(axis=-1), None

        values, _ = jax.lax.scan(sweep, jnp.zeros_like(pays), None, length=sweeps)
        return (values * begin).sum() / begin.sum()

    return jax.grad(value)(jnp.zeros(begin.shape))
