"""The Keys world with its ball held still: a Markov chain that can be solved.

The ball is the only random element of Keys. With the ball fixed, an action leads from
each pose to one other pose or to one outcome; under a policy that is an absorbing
Markov chain over a few dozen poses, and the outcome probabilities are a few matrix
products, free of sampling error. The price is that the effects of a moving ball are
lost: a fixed ball can block a path for good, and can always be picked up.
"""

import numpy as np
from jaxtyping import Float, Float64, Int

from telic.worlds import grid
from telic.worlds.keys import FORWARD, LEFT, PICKUP, RIGHT, Board, Keys

Leads = Int[np.ndarray, "poses actions"]
Policy = Float[np.ndarray, "poses actions"]


def walk_ends(board: Board) -> tuple[str, ...]:
    """The possible ends of a walk on a board: a key's colour, `fatal` or `timeout`.

    Example:
        >>> cells, colours = np.array([3, 12, 15]), np.array([3, 2, 5])
        >>> walk_ends(Board(np.int32(4), np.int32(6), cells, colours, 0))
        ('purple', 'blue', 'grey', 'fatal', 'timeout')
    """
    colours = (grid.COLOURS[int(colour)] for colour in board.colours)
    return (*colours, "fatal", "timeout")


def follow_policy(world: Keys, board: Board) -> Leads:
    """The transition table: the result of each action in each pose.

    The rules are those of `telic.worlds.keys` with a ball that stays: walking into a
    wall or the ball is fatal, and so is picking the ball up; taking a key ends the
    walk; the agent may stand on keys.

    Returns:
        The next pose, or the number of poses + i for the i-th of `walk_ends`. Rows of
        the ball's cell have no meaning, as no agent is ever there.

    Example:
        >>> board = Board(np.int32(0), np.int32(6), np.array([1]), np.array([2]), 0)
        >>> follow_policy(Keys(), board)[0, :4].tolist()  # 64 is blue, the key ahead
        [3, 1, 4, 64]
    """
    front, fatal = world.tables.front, len(board.keys)
    poses = np.arange(len(front))
    cell, heading = np.divmod(poses, 4)
    # The other actions have no effect: they lead back to the same pose.
    leads = np.repeat(poses[:, None], len(world.actions), axis=1)
    leads[:, LEFT] = cell * 4 + (heading - 1) % 4
    leads[:, RIGHT] = cell * 4 + (heading + 1) % 4
    leads[:, FORWARD] = front * 4 + heading
    for key, place in enumerate(np.asarray(board.keys)):
        leads[front == place, PICKUP] = len(poses) + key
    wall, ball = front == len(poses) // 4, front == int(board.ball)
    leads[wall | ball, FORWARD] = len(poses) + fatal
    leads[ball, PICKUP] = len(poses) + fatal
    return leads


def walk(
    leads: Leads, policy: Policy, *, ends: int, limit: int
) -> Float64[np.ndarray, "poses ends"]:
    """The probability of each end of a walk from each pose, under a policy.

    With T[p, s] = Σ_a π(a|p) [leads[p, a] = s] and U_0 = certain timeout,

        U_t = T · [U_(t-1); 1]

    is the distribution over ends with t steps to go: exact, in `limit` products.

    Args:
        leads: The transition table from `follow_policy` or `depart`.
        policy: The probability of each action in each pose.
        ends: The number of ends; the last one is the timeout.
        limit: Steps until the timeout.

    Example:
        >>> board = Board(np.int32(0), np.int32(6), np.array([1]), np.array([2]), 0)
        >>> spin = np.tile([1.0, 0, 0, 0, 0, 0, 0], (64, 1))  # turns left for ever
        >>> walk(follow_policy(Keys(), board), spin, ends=3, limit=9)[0].tolist()
        [0.0, 0.0, 1.0]
    """
    poses = len(leads)
    T = np.zeros((poses, poses + ends))
    np.add.at(T, (np.arange(poses)[:, None], leads), policy)
    # The rows after the poses are the ends themselves, which are absorbing.
    U = np.concatenate([np.zeros((poses, ends)), np.eye(ends)])
    U[:poses, -1] = 1.0
    for _ in range(limit):
        U[:poses] = T @ U
    return U[:poses]


def depart(leads: Leads) -> Leads:
    """The transition table until the agent leaves its cell.

    Returns:
        A pose of the same cell, or the number of poses + h if the agent leaves with
        heading h, by walking or by taking the key ahead; + 4 if it dies there.

    Example:
        >>> board = Board(np.int32(0), np.int32(6), np.array([1]), np.array([2]), 0)
        >>> depart(follow_policy(Keys(), board))[0, :4].tolist()  # 64: out to the right
        [3, 1, 64, 64]
    """
    poses = np.arange(len(leads))[:, None]
    # Every room has walls, so that the largest number is that of `fatal`.
    out = np.where(leads == leads.max(), 4, poses % 4)
    return np.where(leads // 4 == poses // 4, leads, len(leads) + out)


def drift(
    leads: Leads, policy: Policy, *, limit: int
) -> Float64[np.ndarray, "cells 2"]:
    """The mean direction in which the agent leaves each cell, over the headings.

    Returns:
        The mean step (x to the right, y downwards): of length 1 if all walks leave in
        the same direction, shorter if they disagree or end in the cell.

    Example:
        >>> board = Board(np.int32(0), np.int32(6), np.array([1]), np.array([2]), 0)
        >>> march = np.tile([0.0, 0, 1, 0, 0, 0, 0], (64, 1))  # dies, or goes on
        >>> drift(follow_policy(Keys(), board), march, limit=9)[0].tolist()
        [0.25, 0.25]
    """
    ends = walk(depart(leads), policy, ends=6, limit=limit)
    return ends[:, :4].reshape(-1, 4, 4).mean(axis=1) @ np.array(grid.HEADINGS)
