"""Whether an agent is of a network and for a world, said before it is computed.

A network with fewer layers than its agent would be computed without a word, and wrong;
one with more ends in the name of a leaf that is missing.
"""

import re
from collections.abc import Sequence

from telic.core import trees
from telic.core.errors import InputError
from telic.core.trees import Arrays
from telic.worlds.base import World, inputs


def check_fit(
    agent: Arrays, nets: Sequence[str], world: World, layers: dict[str, int]
) -> None:
    """Raise unless an agent has these nets, of so many layers, for this world.

    Args:
        agent: The agent; it may have more than these nets.
        nets: `actor`, `critic` or both.
        world: The world in which it acts.
        layers: How many layers its network says that each net has.

    Raises:
        InputError: It names what does not fit: layers, inputs or actions.
    """
    trees.check_tree(agent, what="the agent")
    for net in nets:
        _check_layers(agent, net, layers[net])
    rows, name = agent[f"{nets[0]}/0/kernel"].shape[0], type(world).__name__
    if rows != inputs(world):
        raise InputError(
            f"the agent takes {rows} inputs, the world {name} gives {inputs(world)}",
            why="an agent acts in worlds like the one that it was made for",
        )
    if "actor" in nets:
        outputs = agent[f"actor/{layers['actor'] - 1}/kernel"].shape[1]
        if outputs != len(world.actions):
            raise InputError(
                f"the agent has {outputs} actions, and the world {name} "
                f"{len(world.actions)}: {', '.join(world.actions[:12])}",
                why="an agent acts in worlds like the one that it was made for",
            )


def _check_layers(agent: Arrays, net: str, due: int) -> None:
    """Raise unless a net has so many layers, counted from 0."""
    found = {
        int(match[1]) for p in agent if (match := re.match(rf"{net}/(\d+)/kernel$", p))
    }
    if not found:
        raise InputError(
            f"the agent has no {net}",
            why=f"its leaves are {', '.join(sorted(agent)[:12]) or 'none'}",
            fix="evidence keeps actors alone: ask for sites of the actor"
            if net == "critic"
            else "an agent is what telic.begin(...).agent is",
        )
    if found != set(range(due)):
        raise InputError(
            f"the agent's {net} has {len(found)} layers, and the network {due}",
            why="an agent and its network go together",
            fix=f"Network({net}_layers={len(found)}, ...), as it was trained",
        )
