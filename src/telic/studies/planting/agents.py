"""The agents of planted pairs: did the goal take, and does the truth hold it?

What a rung claims is measured on every pair: each agent should reach its own goal, and
the weights said to be true should bring the donor's goal to the recipient, all others
not. A pair in which the goal did not take is counted, and scored like the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from telic.core import trees
from telic.core.trees import Tree
from telic.planted import Planted
from telic.policies import Agent
from telic.rollouts import EpisodeSeeds, Rates, play, rates
from telic.stats.rows import Identity, Row, Rows
from telic.studies.curve_scores import measured, present, seed_means
from telic.studies.planting.scoring import has_goal
from telic.trials import reaching
from telic.trials.effects import Measured
from telic.worlds import JaxWorld, distraction_of, objective_of

AGENTS, OWN, GRAFT, SECOND = "agent", "own", "graft", "second"
"""The parts of the rows: how an agent reaches the donor's goal; an agent its own; a
graft the donor's; and the return of either under the world's distraction."""

SIDES = ("recipient", "donor")
GRAFTS = ("truth", "all else", "decoys")
"""The weights of the donor that a graft puts into the recipient."""

TAKEN = 0.5
"""The least rate at which an agent reaches its goal if the goal has taken."""


class Pairs(NamedTuple):
    """What the agents of one rung do, over seeds.

    Attributes:
        number: The number of pairs.
        own: By side, how often an agent reaches its own goal.
        before: How often the recipient reaches the donor's goal.
        grafts: By what is grafted, how often the graft reaches the donor's goal.
        untaken: The number of pairs of which an agent reaches its own goal in less than
            `TAKEN` of its episodes.
        second: By agent or graft, the return under the world's distraction; empty if
            that was not measured.
    """

    number: int
    own: Mapping[str, Measured]
    before: Measured
    grafts: Mapping[str, Measured]
    untaken: int
    second: Mapping[str, Measured]


def agent_rows(
    planted: Planted,
    true: Tree,
    trial: Identity,
    world: JaxWorld,
    seeds: EpisodeSeeds,
) -> Iterator[Row]:
    """The rows of a pair's agents, and of grafts between them.

    Args:
        planted: The pair.
        true: The weights that hold the goal.
        trial: The pair's identity.
        world: The agents' world.
        seeds: The episodes that they play.
    """
    goals = {
        side: reaching(world, objective_of(world, goal)).behaviour
        for side, goal in zip(SIDES, (planted.wants, planted.aim), strict=True)
    }
    second = None if planted.decoys is None else distraction_of(world)

    def played(agent: Agent) -> Rates:
        return rates(play(agent, world, seeds), world, [second] if second else [])

    for side, agent in zip(SIDES, planted.pairs[0], strict=True):
        found = played(agent)
        digest = trees.digest(agent)[:16]
        yield Row(AGENTS, side, goals["donor"](found), trial, digest)
        yield Row(OWN, side, goals[side](found), trial)
        if second:
            yield Row(SECOND, side, found[f"return_{second.name}"], trial)
    if not has_goal(planted):
        return
    for name, flags in _grafts(planted, true).items():
        found = played(_grafted(*planted.pairs[0], flags))
        yield Row(GRAFT, name, goals["donor"](found), trial)
        if second:
            yield Row(SECOND, name, found[f"return_{second.name}"], trial)


def pairs_of_rung(rows: Rows, seeds: Sequence[Identity]) -> Pairs:
    """What the agents of one rung do; a seed's number is the mean over its pairs.

    Args:
        rows: The rows of that rung.
        seeds: The seeds.

    Raises:
        LookupError: If of some pair it is not known whether the goal took.
    """

    def mean(part: str, metric: str, *, rate: bool = True) -> Measured:
        return over_pairs(rows.where(part=part, metric=metric), seeds, rate=rate)

    names = (*SIDES, *GRAFTS)
    own = rows.where(part=OWN)
    asked = {
        (metric, trial)
        for part in (AGENTS, OWN)
        for metric, trial in rows.where(part=part).pairs("metric", "trial")
    }
    strange = {metric for metric, _ in asked} - {*SIDES}
    unknown = asked != set(own.pairs("metric", "trial"))
    if strange or unknown or not np.isfinite(own.values).all():
        raise LookupError("pairs lack how often an agent reaches its own goal")
    known = own.pivot("metric", "seed", "trial") if len(own) else np.ones((2, 0, 0))
    return Pairs(
        number=len(rows.where(part=AGENTS, metric="donor")),
        own={side: mean(OWN, side) for side in SIDES},
        before=mean(AGENTS, "recipient"),
        grafts={name: mean(GRAFT, name) for name in GRAFTS},
        untaken=int((known < TAKEN).any(axis=0).sum()),  # no trial of a seed: NaN
        second={name: mean(SECOND, name, rate=False) for name in names}
        if len(rows.where(part=SECOND))
        else {},
    )


def over_pairs(rows: Rows, seeds: Sequence[Identity], *, rate: bool = True) -> Measured:
    """The mean over pairs, then over seeds, of rows with one value a pair.

    Args:
        rows: The rows.
        seeds: The seeds.
        rate: Whether values lie in [0, 1].
    """
    if not len(rows):
        return measured(seed_means([()] * len(seeds)))
    values = rows.pivot("seed", "trial", names={"seed": seeds})
    return measured(seed_means(present(values)), rate=rate)


def _grafts(planted: Planted, true: Tree) -> dict[str, Tree]:
    """Flags of the weights that each graft takes from the donor."""
    rest = {path: 1 - flags for path, flags in true.items()}
    found = dict(zip(GRAFTS, (true, rest, planted.decoys), strict=True))
    return {name: flags for name, flags in found.items() if flags is not None}


def _grafted(recipient: Agent, donor: Agent, flags: Tree) -> Agent:
    """The recipient with the flagged weights of the donor."""
    return recipient.replace(
        {p: jnp.where(flags[p] > 0, donor[p], leaf) for p, leaf in recipient.items()}
    )
