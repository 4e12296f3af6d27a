"""Complete episodes of an agent on given boards: the raw material of every trial.

Every agent of a comparison plays the same episodes: the chance of step t of episode e
is one row of a table that is drawn once, and so is the number by which the agent's
action is chosen. Two agents that act alike live through the same episodes to the last
bit, and what differs between two tables is the agents' doing (common random numbers).

An agent plays in a few lanes side by side. A lane whose episode ends takes the next
one that nobody has played, and its result is kept under the episode's number, so every
episode counts once, short or long: stopping a set of lanes after so many steps would
have seen more of the short ones. When the queue is empty, the lanes that still play
move into fewer lanes, so that one long episode does not drag idle lanes along.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from telic.agents.fit import check_fit
from telic.agents.mlp import Network, Parameters, logits
from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.training.rollout import choose, where
from telic.trials import host
from telic.worlds.base import Chance, JaxWorld, State, World

LANES = (32, 8, 2)
"""How many lanes an agent begins with, and the fewer ones that it ends with."""


class Boards(NamedTuple):
    """The chance of some episodes: their boards, and all that happens on them.

    Attributes:
        chance: (episodes, limit + 1, ...) of the reset, then of every step; in a host
            world (episodes,) seeds.
        uniform: (episodes, limit) in [0, 1): which action is drawn.
    """

    chance: Chance
    uniform: Float[Array, "episodes limit"]


class Episodes(NamedTuple):
    """What happened in some complete episodes, in the order of their boards.

    Attributes:
        events: (episodes, events) the sum of each event over the episode.
        length: (episodes,) how many steps it lasted.
    """

    events: Float[Array, "episodes events"]
    length: Int[Array, " episodes"]


class _Lanes(NamedTuple):
    """Lanes at play: where each stands, and whether it still plays."""

    states: State
    episode: Int[Array, " lanes"]
    time: Int[Array, " lanes"]
    events: Float[Array, "lanes events"]
    active: Bool[Array, " lanes"]


def boards(key: jax.Array, world: World, episodes: int) -> Boards:
    """Draw the chance of some episodes; give the same to every agent of a comparison.

    Example:
        >>> from telic.worlds import Keys
        >>> boards(jax.random.key(0), Keys(limit=20), 8).uniform.shape
        (8, 20)
    """
    if isinstance(world, JaxWorld):
        return _boards(key, world, episodes)
    chance_key, action_key = jax.random.split(key)
    return Boards(
        chance=host.seeds(chance_key, episodes),
        uniform=jax.random.uniform(action_key, (episodes, world.limit)),
    )


def play_all(
    agents: Iterable[Mapping[str, Array]],
    given: Boards,
    *,
    network: Network,
    world: World,
    greedy: bool = False,
) -> Iterator[Episodes]:
    """The episodes of each of many agents, in their order, one at a time.

    Agents are taken as they are needed, so thousands of them need not exist at once.
    """
    for agent in agents:
        yield play(agent, given, network=network, world=world, greedy=greedy)


def play(
    agent: Mapping[str, Array],
    given: Boards,
    *,
    network: Network,
    world: World,
    greedy: bool = False,
) -> Episodes:
    """All episodes of one agent, acting at random by its policy, to their ends.

    If `greedy`, it always takes its most probable action instead.

    Cost: about 0.1 MFLOP a step for the default network, one compiled program for each
    network, world and number of episodes (and for each form of interventions).

    Raises:
        InputError: If the boards are not those of this world's time limit, or agent,
            network and world are not of each other.
        WorldError: If a host world's simulator raises, or answers with nonsense.

    Example:
        >>> from telic.agents import create
        >>> from telic.worlds import Keys
        >>> world, network = Keys(limit=20), Network(width=8)
        >>> agent = create(jax.random.key(0), network, world)
        >>> given = boards(jax.random.key(1), world, 4)
        >>> play(agent, given, network=network, world=world).length.shape
        (4,)
    """
    if given.uniform.shape[1] != world.limit:
        raise InputError(
            f"boards for a time limit of {given.uniform.shape[1]}",
            why=f"the world's is {world.limit}",
        )
    check_fit(agent, ["actor"], world, {"actor": network.actor_layers})
    parts = {"network": network, "world": world, "greedy": greedy}
    if isinstance(world, JaxWorld):
        return _play(dict(agent), given, **parts)
    found = host.play(dict(agent), given.chance, given.uniform, **parts)
    return Episodes(*(jnp.asarray(x) for x in found))


@functools.partial(jax.jit, static_argnames=("world", "episodes"))
def _boards(key: jax.Array, world: JaxWorld, episodes: int) -> Boards:
    """The boards of a JAX world."""
    chance_key, action_key = jax.random.split(key)
    keys = jax.random.split(chance_key, (episodes, world.limit + 1))
    return Boards(
        chance=jax.vmap(jax.vmap(world.draw))(keys),
        uniform=jax.random.uniform(action_key, (episodes, world.limit)),
    )


@functools.partial(jax.jit, static_argnames=("network", "world", "greedy"))
def _play(
    agent: Tree, given: Boards, *, network: Network, world: JaxWorld, greedy: bool
) -> Episodes:
    """All episodes of one agent: stages of ever fewer lanes."""
    count = given.uniform.shape[0]
    done = Episodes(
        events=jnp.zeros((count, len(world.events))), length=jnp.zeros(count, jnp.int32)
    )
    lanes, queue = _begin(given, world, min(LANES[0], count)), jnp.int32(LANES[0])
    for fewer in (*LANES[1:], 0):
        step = functools.partial(
            _step,
            agent=agent,
            given=given,
            network=network,
            world=world,
            greedy=greedy,
        )
        lanes, queue, done = jax.lax.while_loop(
            lambda now, few=fewer: now[0].active.sum() > few, step, (lanes, queue, done)
        )
        keep = jnp.argsort(~lanes.active)[: fewer or 1]
        lanes = jax.tree.map(lambda x, rows=keep: x[rows], lanes)
    return done


def _begin(given: Boards, world: JaxWorld, lanes: int) -> _Lanes:
    """The first episodes, one a lane."""
    return _Lanes(
        states=jax.vmap(world.reset)(_rows(given.chance, jnp.arange(lanes), 0)),
        episode=jnp.arange(lanes),
        time=jnp.zeros(lanes, jnp.int32),
        events=jnp.zeros((lanes, len(world.events))),
        active=jnp.ones(lanes, bool),
    )


def _step(
    now: tuple[_Lanes, Int[Array, ""], Episodes],
    *,
    agent: Parameters,
    given: Boards,
    network: Network,
    world: JaxWorld,
    greedy: bool,
) -> tuple[_Lanes, Int[Array, ""], Episodes]:
    """One step in every lane; ended episodes are kept, and new ones begun."""
    lanes, queue, done = now
    seen = jax.vmap(world.observe)(lanes.states)
    uniform = given.uniform[lanes.episode, lanes.time]
    preferences = logits(agent, network, world, seen)
    drawn, _ = choose(preferences, uniform)
    action = preferences.argmax(axis=1).astype(drawn.dtype) if greedy else drawn
    chance = _rows(given.chance, lanes.episode, lanes.time + 1)
    after = jax.vmap(world.step)(lanes.states, action, chance)
    events, time = lanes.events + after.events, lanes.time + 1
    ended = lanes.active & (after.terminated | after.truncated)
    # A row beyond the last is dropped: only ended episodes are written.
    place = jnp.where(ended, lanes.episode, len(done.length))
    done = Episodes(
        events=done.events.at[place].set(events, mode="drop"),
        length=done.length.at[place].set(time, mode="drop"),
    )
    following = queue + jnp.cumsum(ended) - 1
    last = len(done.length) - 1
    episode = jnp.where(ended, jnp.minimum(following, last), lanes.episode)
    fresh = jax.vmap(world.reset)(_rows(given.chance, episode, 0))
    lanes = _Lanes(
        states=jax.tree.map(lambda a, b: where(ended, a, b), fresh, after.state),
        episode=episode,
        # An idle lane's clock stays in the table; what it does is not kept.
        time=jnp.where(ended | ~lanes.active, 0, time),
        events=where(ended, jnp.zeros_like(events), events),
        active=lanes.active & ~(ended & (following > last)),
    )
    return lanes, queue + ended.sum(), done


def _rows(chance: Chance, episode: Int[Array, " lanes"], time: Array | int) -> Chance:
    """The chance of one step of each lane."""
    return jax.tree.map(lambda x: x[episode, time], chance)
