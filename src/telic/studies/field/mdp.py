"""The Keys world with its ball held still: a Markov chain that can be solved.

Chance moves nothing in Keys but the ball. Without its moves, an action leads from each
pose to one other pose or to one outcome; under a policy that is an absorbing Markov
chain over a few dozen poses, and how a walk ends is a few matrix products away, free of
sampling error. The price is what a moving ball does for the agent and to it: a ball
that never leaves can block a way for good, and is there to be picked up.
"""

import numpy as np
from jaxtyping import Float, Float64, Int

from telic.worlds import grid
from telic.worlds.keys import FORWARD, LEFT, PICKUP, RIGHT, Board, Keys

Leads = Int[np.ndarray, "poses actions"]
Policy = Float[np.ndarray, "poses actions"]


def walk_ends(board: Board) -> tuple[str, ...]:
    """How a walk on this board may end: a key's colour, `fatal` or `timeout`.

    Example:
        >>> cells, colours = np.array([3, 12, 15]), np.array([3, 2, 5])
        >>> walk_ends(Board(np.int32(4), np.int32(6), cells, colours, 0))
        ('purple', 'blue', 'grey', 'fatal', 'timeout')
    """
    colours = (grid.COLOURS[int(colour)] for colour in board.colours)
    return (*colours, "fatal", "timeout")


def follow_policy(world: Keys, board: Board) -> Leads:
    """Where each action leads from each pose while the ball stays where it is.

    The rules are those of `telic.worlds.keys`: to walk into a wall or the ball is
    fatal, as is picking the ball up; taking a key ends the walk; keys can be stood on.

    Returns:
        The pose that follows, or the number of poses + i for the i-th of `walk_ends`.
        Rows of the ball's own cell mean nothing, as no agent is ever there.

    Example:
        >>> board = Board(np.int32(0), np.int32(6), np.array([1]), np.array([2]), 0)
        >>> follow_policy(Keys(), board)[0, :4].tolist()  # 64 is blue, the key ahead
        [3, 1, 4, 64]
    """
    front, fatal = world.tables.front, len(board.keys)
    poses = np.arange(len(front))
    cell, heading = np.divmod(poses, 4)
    # The other actions do nothing here: they lead to where they began.
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
    """How likely a walk from each pose is to come to each end, under a policy.

    With T[p, s] = Σ_a π(a|p) [leads[p, a] = s] and U_0 = certain timeout,

        U_t = T · [U_(t-1); 1]

    is the distribution over ends with t steps to go: exact, in `limit` products.

    Args:
        leads: What `follow_policy` says, or `depart`.
        policy: The probability of each action in each pose.
        ends: How many ends there are; the last one is that none came in time.
        limit: Steps after which that is so.

    Example:
        >>> board = Board(np.int32(0), np.int32(6), np.array([1]), np.array([2]), 0)
        >>> spin = np.tile([1.0, 0, 0, 0, 0, 0, 0], (64, 1))  # turns left for ever
        >>> walk(follow_policy(Keys(), board), spin, ends=3, limit=9)[0].tolist()
        [0.0, 0.0, 1.0]
    """
    poses = len(leads)
    T = np.zeros((poses, poses + ends))
    np.add.at(T, (np.arange(poses)[:, None], leads), policy)
    # Below the poses stand the ends themselves: from each, that end is certain.
    U = np.concatenate([np.zeros((poses, ends)), np.eye(ends)])
    U[:poses, -1] = 1.0
    for _ in range(limit):
        U[:poses] = T @ U
    return U[:poses]


def depart(leads: Leads) -> Leads:
    """Where each action leads while the agent is still in its cell.

    Returns:
        A pose of the same cell, or the number of poses + h if the agent leaves with
        heading h, be it by walking or by taking the key ahead; + 4 if it dies there.

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
    """In which direction the agent leaves each cell, on average over the headings.

    Returns:
        The mean step (x to the right, y downwards). It has length 1 if all walks leave
        the same way, and is short if they part, or end, in the cell.

    Example:
        >>> board = Board(np.int32(0), np.int32(6), np.array([1]), np.array([2]), 0)
        >>> march = np.tile([0.0, 0, 1, 0, 0, 0, 0], (64, 1))  # dies, or goes on
        >>> drift(follow_policy(Keys(), board), march, limit=9)[0].tolist()
        [0.25, 0.25]
    """
    ends = walk(depart(leads), policy, ends=6, limit=limit)
    return ends[:, :4].reshape(-1, 4, 4).mean(axis=1) @ np.array(grid.HEADINGS)
