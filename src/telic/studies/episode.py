"""One episode of an agent, board by board: what a picture of it is made from."""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int

from telic.agents.mlp import Network, Parameters, logits
from telic.core.errors import InputError
from telic.worlds.base import Chance, JaxWorld, State, Transition, World


class Episode(NamedTuple):
    """What happened, on the host.

    Attributes:
        boards: The state before each action, and the one that the last led to; their
            leaves are NumPy arrays.
        actions: The number of each action.
        events: By event: how often it happened.
        ended: Whether the episode came to its end; False if `limit` cut it off.
    """

    boards: list[State]
    actions: list[int]
    events: dict[str, float]
    ended: bool


def play(
    agent: Parameters,
    network: Network,
    world: JaxWorld,
    *,
    key_seed: int,
    greedy: bool = False,
    limit: int | None = None,
) -> Episode:
    """One episode of an agent in a fresh world.

    Args:
        agent: The agent's parameters.
        network: Its shape.
        world: The world to play in; it must be hashable.
        key_seed: Decides the board and every draw. Agents that are given one seed
            start on one board.
        greedy: Take the likeliest action; otherwise draw one, as in training.
        limit: Steps after which to stop; None: when the world ends the episode.

    Raises:
        InputError: If the limit is below one.

    Example:
        >>> from telic.agents import create
        >>> from telic.worlds import Keys
        >>> world, network = Keys(), Network()
        >>> agent = create(jax.random.key(0), network, world)
        >>> episode = play(agent, network, world, key_seed=0)
        >>> len(episode.boards) - len(episode.actions), episode.ended
        (1, True)
    """
    if limit is not None and limit < 1:
        raise InputError(f"limit is {limit}", why="allowed: 1 or more, or None")
    reset_key, key = jax.random.split(jax.random.key(key_seed))
    state = jax.jit(world.reset)(world.draw(reset_key))
    boards, actions, ended = [jax.device_get(state)], [], False
    total = np.zeros(len(world.events))
    while not ended and (limit is None or len(actions) < limit):
        action_key, world_key = jax.random.split(jax.random.fold_in(key, len(actions)))
        action = _choose(action_key, agent, network, world, state, greedy)
        after = _step(world, state, action, world.draw(world_key))
        state, total = after.state, total + np.asarray(after.events)
        boards.append(jax.device_get(state))
        actions.append(int(action))
        ended = bool(after.terminated | after.truncated)
    return Episode(boards, actions, _named(world, total), ended)


@functools.partial(jax.jit, static_argnames=("network", "world", "greedy"))
def _choose(
    key: jax.Array,
    agent: Parameters,
    network: Network,
    world: JaxWorld,
    state: State,
    greedy: bool,
) -> Int[Array, ""]:
    """The likeliest action, or one drawn from the policy."""
    seen = world.observe(state)
    preferences = logits(agent, network, world, seen[None])[0]
    if greedy:
        return jnp.argmax(preferences)
    return jax.random.categorical(key, preferences)


@functools.partial(jax.jit, static_argnames="world")
def _step(world: JaxWorld, state: State, action: Array, chance: Chance) -> Transition:
    return world.step(state, action, chance)


def _named(world: World, total: np.ndarray) -> dict[str, float]:
    """The summed event vector under the names of the events."""
    return {
        event: float(count) for event, count in zip(world.events, total, strict=True)
    }
