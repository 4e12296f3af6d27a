"""Swaps: the edits that move an agent's goal to what its donor wants, and their sizes.

The donor is the agent at the other side of a switch. The edits ask where the difference
sits (which layers, how many weights, of what rank), whether it is one direction that
other switches share (the mean vector of earlier ones), and at what dose it works.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from telic.core.trees import Tree, at
from telic.edits import Add, Edit, Graft, Interpolate, LowRank, Splice, top
from telic.policies import Agent
from telic.trials.effects import Arm
from telic.vectors import isolate, matched

SHARES = (0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.5)
RANKS = (1, 2, 4, 8, 16, 32)
DOSES = (-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
STEPS = (0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875)
OTHER_DOSES = (1.0, 1.5, 2.0)
LAST, MEAN = "last switch", "mean of earlier switches"
"""The families of vectors: of this very switch, and of those before it."""

OTHER = "mean of another seed"
GROUPS = ("layers", "graft", "rank", "path", LAST, MEAN, OTHER)
"""Every group of edits."""


class Swap(NamedTuple):
    """One late switch: an agent, its donor, and vectors that lead to the donor.

    Attributes:
        agent: The agent to be edited, trained last on one objective.
        donor: The agent at the other side of the switch.
        mean: The mean vector of earlier switches, towards the donor's objective.
        other: The same of another seed's run; None if there is no other run.
    """

    agent: Agent
    donor: Agent
    mean: Tree
    other: Tree | None


Grouped = list[tuple[Arm, Edit]]


def edits(swap: Swap, *, groups: Sequence[str] = ()) -> Grouped:
    """All edits of a swap, group by group; those of some groups only, if named."""
    made = [
        *_layers(swap),
        *_grafts(swap),
        *_ranks(swap),
        *_path(swap),
        *_doses(LAST, isolate(swap.agent.actor, swap.donor.actor), DOSES),
        *_doses(MEAN, at(swap.mean, swap.agent.actor), DOSES),
    ]
    if swap.other is not None:
        made += _doses(OTHER, at(swap.other, swap.agent.actor), OTHER_DOSES)
    return [(arm, edit) for arm, edit in made if not groups or arm.group in groups]


def seed_nulls(swap: Swap) -> dict[str, dict[str, Edit]]:
    """For every dose of the mean vector: another seed's vector, brought to its norm."""
    if swap.other is None:
        return {}
    foreign = matched(at(swap.other, swap.agent.actor), at(swap.mean, swap.agent.actor))
    return {
        f"{dose:g} × {MEAN}": {"another seed": Add(foreign, strength=dose)}
        for dose in DOSES
    }


def _layers(swap: Swap) -> Grouped:
    """Every subset of the actor's layers."""
    layers = sorted(layer.name for layer in swap.agent.layers)
    # Two nets may have a layer 0 each: then names are whole, or edits would be lost.
    nets = {layer.partition("/")[0] for layer in layers}
    short = {x: x.partition("/")[2] if len(nets) == 1 else x for x in layers}
    made = []
    for count in range(1, len(layers) + 1):
        for chosen in itertools.combinations(layers, count):
            name = "layers " + "+".join(short[layer] for layer in chosen)
            edit = Splice(swap.donor.actor, chosen)
            made.append((Arm(name, "layers", None), edit))
    return made


def _grafts(swap: Swap) -> Grouped:
    """The weights that differ most, ever more of them."""
    mine, theirs = swap.agent.actor, swap.donor.actor
    return [
        (
            Arm(f"graft {100 * share:g} %", "graft", 100 * share),
            Graft(theirs, top(mine, theirs, share)),
        )
        for share in SHARES
    ]


def _ranks(swap: Swap) -> Grouped:
    """The difference at ever higher ranks."""
    return [
        (Arm(f"rank {rank}", "rank", float(rank)), LowRank(swap.donor.actor, rank))
        for rank in RANKS
    ]


def _path(swap: Swap) -> Grouped:
    """The straight line from the agent to its donor."""
    return [
        (
            Arm(f"{share:g} of the way", "path", share),
            Interpolate(swap.donor.actor, strength=share),
        )
        for share in STEPS
    ]


def _doses(name: str, vector: Tree, doses: Sequence[float]) -> Grouped:
    """One vector at many strengths."""
    return [
        (Arm(f"{dose:g} × {name}", name, dose), Add(vector, strength=dose))
        for dose in doses
    ]
