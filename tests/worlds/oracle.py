"""Policies for the Keys world that see everything, and episodes played by them.

The oracle knows where all things are. At every step it takes the first action of a
shortest path to a pose that faces the wanted key, around the cell where the ball is
now, so that what it leaves on the table is only what the ball's moves take from it.
"""

import collections
import functools

import jax
import jax.numpy as jnp
import numpy as np

from telic.worlds.keys import FORWARD, LEFT, PICKUP, RIGHT


@functools.cache
def plans(world):
    """(key cells, ball cells, poses) the oracle's action."""
    cells = (world.size - 2) ** 2
    each = [[_plan(world, key, ball) for ball in range(cells)] for key in range(cells)]
    return np.array(each, np.int32)


def _plan(world, key, ball):
    """The action from each pose: a breadth-first search, backwards from the key."""
    poses = (world.size - 2) ** 2 * 4
    front = world.tables.front
    ahead = np.where((front == ball) | (front >= poses // 4), -1, front)
    backwards = collections.defaultdict(list)
    for pose in range(poses):
        cell, heading = divmod(pose, 4)
        backwards[cell * 4 + (heading - 1) % 4].append((pose, LEFT))
        backwards[cell * 4 + (heading + 1) % 4].append((pose, RIGHT))
        if ahead[pose] >= 0:
            backwards[ahead[pose] * 4 + heading].append((pose, FORWARD))
    # A pose from which no path leads to the key turns on the spot until the ball goes.
    action = {pose: PICKUP for pose in range(poses) if front[pose] == key}
    queue = collections.deque(action)
    while queue:
        for pose, step in backwards[queue.popleft()]:
            if pose not in action:
                action[pose] = step
                queue.append(pose)
    return [action.get(pose, LEFT) for pose in range(poses)]


@functools.partial(jax.jit, static_argnames=("world", "envs", "each"))
def play(key, world, goal, *, envs=2048, each=2):
    """The mean events and length of the first `each` episodes of `envs` worlds.

    The first ones, not the first to end: short episodes are no likelier to be counted.
    The oracle fetches the `goal`-th key; below 0, actions are uniform.
    """
    steps = each * world.limit
    start, noise, act = jax.random.split(key, 3)
    draw, table = jax.vmap(world.sample_noise), jnp.asarray(plans(world))
    words = jax.vmap(draw)(jax.random.split(noise, (steps, envs)))
    random = jax.random.randint(act, (steps, envs), 0, 7)

    def step(carry, now):
        states, ended, events, length = carry
        noise, action = now
        plan = table[states.keys[:, goal], states.ball, states.pose]
        action = jnp.where(goal < 0, action, plan)
        after = jax.vmap(world.step)(states, action, noise)
        counts, done = ended < each, after.terminated | after.truncated
        states = jax.tree.map(
            lambda a, b: jnp.where(done.reshape(-1, *[1] * (a.ndim - 1)), a, b),
            jax.vmap(world.reset)(noise),
            after.state,
        )
        events += (counts[:, None] * after.events).sum(axis=0)
        return (states, ended + done, events, length + counts.sum()), None

    states = jax.vmap(world.reset)(draw(jax.random.split(start, envs)))
    nothing = jnp.zeros(len(world.events))
    carry = (states, jnp.zeros(envs, jnp.int32), nothing, jnp.int32(0))
    (_, _, events, length), _ = jax.lax.scan(step, carry, (words, random))
    return events / (envs * each), length / (envs * each)
