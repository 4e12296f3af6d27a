"""Complete episodes in a host world: every board is one copy, which plays once.

A board is a seed, which decides all that a simulator chances on, and a row of numbers
by which actions are chosen. Copies whose episode has ended are not stepped any more.
"""

import functools

import jax
import numpy as np
from jaxtyping import Array, Float, Int

from telic.agents.mlp import Network, Parameters
from telic.training.host import act, act_greedily
from telic.worlds.guard import Guarded
from telic.worlds.host import Happened, HostWorld, blank, events, put


def seeds(key: jax.Array, episodes: int) -> Int[Array, " episodes"]:
    """A seed for every board."""
    return jax.random.randint(key, (episodes,), 0, 2**31 - 1)


def play(
    agent: Parameters,
    chance: Int[Array, " episodes"],
    uniform: Float[Array, "episodes limit"],
    *,
    network: Network,
    world: HostWorld,
    greedy: bool = False,
) -> tuple[Float[np.ndarray, "episodes events"], Int[np.ndarray, " episodes"]]:
    """The events and the length of every episode, in the order of the boards.

    Args:
        agent: Who plays.
        chance: The seed of every board.
        uniform: By which number each action is chosen.
        network: The shape of the agent.
        world: The world.
        greedy: Always take the most probable action instead.
    """
    block, alive = record(
        agent, chance, uniform, network=network, world=world, greedy=greedy
    )
    # A step that nobody took may have told anything, also what is not a number.
    happened = np.where(alive[..., None], events(world, block), np.float64(0))
    return happened.sum(axis=0), alive.sum(axis=0)


def record(
    agent: Parameters,
    chance: Int[Array, " episodes"],
    uniform: Float[Array, "episodes limit"],
    *,
    network: Network,
    world: HostWorld,
    greedy: bool = False,
) -> tuple[Happened, np.ndarray]:
    """Every step of every episode, and (time, episodes) which of them were taken.

    Raises:
        WorldError: If a simulator raises or answers with nonsense.
    """
    drawn = np.asarray(uniform).T
    block = blank(world, *drawn.shape)
    taken = np.zeros(drawn.shape, bool)
    fleet = Guarded(world, np.asarray(chance).tolist())
    try:
        seen, who = fleet.begin(), np.arange(drawn.shape[1])
        block.first[0] = True
        for time, numbers in enumerate(drawn):
            # All copies, also those that have ended: one compiled shape.
            chosen = act_greedily if greedy else functools.partial(act, uniform=numbers)
            action = np.asarray(chosen(agent, seen, network=network, world=world))[who]
            told = fleet.step(action, who)
            put(block, time, who, seen[who], action, told)
            taken[time, who], seen[who] = True, told.seen
            who = who[~(told.terminated | told.truncated)]
            if not len(who):
                break
        fleet.check(block, taken)
    finally:
        fleet.close()
    return block, taken
