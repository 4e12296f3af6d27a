"""The policy field of a board: an agent's actions and outcomes from every pose.

For every free cell and each of the four headings, the field has the agent's action
probabilities and the distribution over the outcomes of a walk from there, with the ball
held still. It shows an agent's goal on one board without playing an episode. Compared
before an edit, after it and after a control, it shows the effect and the side effects.
"""

import dataclasses
import functools
from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Float64, Int

from telic.core.errors import InputError
from telic.policies import Agent, remembers
from telic.studies.field.mdp import drift, follow_policy, walk, walk_ends
from telic.worlds.keys import PICKUP, Board, Keys

MOVES = ("left", "right", "forward", "pickup", "other")
"""The actions that have an effect in Keys, and all others together."""

LIMIT = 40
"""Steps of a walk: several times the distance of the farthest key in a 4x4 room."""


@dataclasses.dataclass(frozen=True)
class Field:
    """The actions and outcomes of agents on one board; NaN in the ball's cell.

    Attributes:
        world: The world.
        board: The board with keys and ball; its pose is not used.
        agents: The names of the agents.
        outcomes: The possible ends of a walk: a key's colour, `fatal` or `timeout`.
        policy: The probability of each of `MOVES` at the start.
        walks: The probability of each outcome of a walk of at most `limit` steps.
        drift: The mean step with which the agent leaves a cell (x to the right, y
            downwards), over the headings; short where they disagree.
        limit: Steps after which a walk is a timeout.
        memory: Whether an agent has memory. Each step of its walk is then computed as
            if it were the first of an episode, since poses do not hold the past.
    """

    world: Keys
    board: Board
    agents: tuple[str, ...]
    outcomes: tuple[str, ...]
    policy: Float64[np.ndarray, "agents cells 4 moves"]
    walks: Float64[np.ndarray, "agents cells 4 outcomes"]
    drift: Float64[np.ndarray, "agents cells 2"]
    limit: int
    memory: bool = False

    @property
    def free(self) -> Bool[np.ndarray, " cells"]:
        """Flags of the cells without a key or the ball, where episodes can begin.

        The agent may walk over keys; `policy`, `walks` and `drift` cover those cells.
        """
        free = np.ones(self.walks.shape[1], bool)
        free[[*self.board.keys, self.board.ball]] = False
        return free

    @property
    def likeliest(self) -> Int[np.ndarray, "agents cells 4"]:
        """The index of the most likely outcome from each cell and heading."""
        return self.walks.argmax(axis=-1)

    @property
    def by_cell(self) -> Float64[np.ndarray, "agents cells outcomes"]:
        """The probability of each outcome from each cell, mean over the headings."""
        return self.walks.mean(axis=2)

    @property
    def overall(self) -> Float64[np.ndarray, "agents outcomes"]:
        """The probability of each outcome, mean over all free cells and headings."""
        return self.by_cell[:, self.free].mean(axis=1)


def field(
    agents: Mapping[str, Agent],
    world: Keys,
    board: Board,
    *,
    limit: int = LIMIT,
) -> Field:
    """The policy field of some agents on one board.

    Args:
        agents: The agents, by name.
        world: The world that the board belongs to.
        board: The board with keys and ball. Its pose and time are not used.
        limit: Steps after which a walk that has not ended is a timeout.

    Raises:
        InputError: If there is no agent, or the limit is below one.

    Example:
        >>> from telic.policies import MLP, create
        >>> world = Keys()
        >>> board = world.reset(world.sample_noise(jax.random.key(0)))
        >>> agent = create(jax.random.key(1), MLP(width=8), world)
        >>> found = field({"fresh": agent}, world, board)
        >>> found.walks.shape  # agents, cells, headings, outcomes
        (1, 16, 4, 5)
        >>> round(float(found.overall.sum()), 9)
        1.0
    """
    if not agents or limit < 1:
        raise InputError(
            f"a field of {len(agents)} agents and walks of {limit} steps",
            why="at least one of each is needed",
        )
    board = jax.device_get(board)
    leads, ends = follow_policy(world, board), walk_ends(board)
    each = [_policy(agent, world, board) for agent in agents.values()]
    walks = [walk(leads, policy, ends=len(ends), limit=limit) for policy in each]
    return Field(
        world=world,
        board=board,
        agents=tuple(agents),
        outcomes=ends,
        policy=_but_ball(board, [_moves(policy).reshape(-1, 4, 5) for policy in each]),
        walks=_but_ball(board, [found.reshape(-1, 4, len(ends)) for found in walks]),
        drift=_but_ball(board, [drift(leads, policy, limit=limit) for policy in each]),
        limit=limit,
        memory=any(remembers(agent.initial_carry(1)) for agent in agents.values()),
    )


def _policy(
    agent: Agent, world: Keys, board: Board
) -> Float64[np.ndarray, "poses actions"]:
    """The probability of each action in each pose."""
    policy = np.asarray(_softmax(agent, world, board), np.float64)
    # A float32 sum that is not quite 1 would drift further with every step of a walk.
    return policy / policy.sum(axis=1, keepdims=True)


@functools.partial(jax.jit, static_argnames="world")
def _softmax(agent: Agent, world: Keys, board: Board) -> Float[Array, "poses actions"]:
    """The action probabilities in all poses, computed in one batch."""
    poses = jnp.arange(len(world.tables.front), dtype=jnp.int32)
    seen = jax.vmap(lambda pose: world.observe(board._replace(pose=pose)))(poses)
    return jax.nn.softmax(agent.logits(seen))


def _moves(
    policy: Float64[np.ndarray, "poses actions"],
) -> Float64[np.ndarray, "poses moves"]:
    """The probabilities of the actions with an effect, and the sum of the others."""
    others = policy[:, PICKUP + 1 :].sum(axis=1, keepdims=True)
    return np.concatenate([policy[:, : PICKUP + 1], others], axis=1)


def _but_ball(
    board: Board, tables: list[Float64[np.ndarray, "cells ..."]]
) -> Float64[np.ndarray, "agents cells ..."]:
    """The tables of all agents as one array, NaN in the ball's cell."""
    table = np.stack(tables)
    table[:, int(board.ball)] = np.nan
    return table
