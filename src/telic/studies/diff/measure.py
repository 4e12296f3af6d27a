"""What two checkpoints differ in, measured: weights, behaviour, doses and grafts.

Of every pair: the change of each layer; what either agent does in the same episodes;
the states in which their policies differ most; what adding and subtracting the change
does, beside nulls of its length; and which part of it is enough.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from telic.core import trees
from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.trees import Tree
from telic.edits import Add, Edit
from telic.locators import LOCATORS, ContrastPair, contrast_pair
from telic.locators.check import check_locus
from telic.policies import Agent
from telic.rollouts import EpisodeSeeds, episode_seeds, play
from telic.studies.diff import acted, change
from telic.studies.diff.acted import Behaviour, State
from telic.studies.diff.change import LayerChange
from telic.trials import (
    Condition,
    Faithfulness,
    Measure,
    Result,
    faithfulness,
    graft_evaluator,
    trial,
)
from telic.vectors import task_vector
from telic.worlds import World, goals_of
from telic.worlds.objectives import Objective

DOSE, SAME = "dose", "same goal"
"""The group of the edits: the change times a dose; and the null from a third agent."""


class Pair(NamedTuple):
    """Two agents of one network, and perhaps a third.

    Attributes:
        before: The agent before.
        after: The agent after.
        same: An agent that was trained from `before` as long for the same goal: drift
            alone.
        names: What the agents are called, in that order.
    """

    before: Agent
    after: Agent
    same: Agent | None = None
    names: tuple[str, ...] = ("before", "after", "same goal")


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a difference is measured."""

    episodes: int = 256
    """Episodes of each agent, on the same boards for all."""
    doses: tuple[float, ...] = (-1.0, -0.5, 0.5, 1.0, 1.5, 2.0)
    """The strengths at which the change is added; negative ones subtract it."""
    locators: tuple[str, ...] = (
        "magnitude",
        "attribution",
        "integrated attribution",
        "low rank",
        "layer splicing",
        "random",
    )
    """The methods that look for the part that matters; random is the null."""
    measure: str = ""
    """The behaviour that is followed: an event, `return_GOAL` or `length`; empty: the
    one that differs most between the agents."""
    greedy: bool = False
    """Whether agents take their most probable action."""

    def __post_init__(self) -> None:
        """Check the fields."""
        for name in self.locators:
            check_name(name, LOCATORS, kind="locator")
        if self.episodes < 2:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 2 or more")
        if not self.doses or 0.0 in self.doses:
            raise InputError(
                f"doses = {list(self.doses)}", why="one or more, and none of them 0"
            )


class Difference(NamedTuple):
    """All that is measured of one pair.

    Attributes:
        layers: The change of each array.
        units: By site, the norm of the change of what makes each unit.
        behaviours: What the agents do.
        measure: The behaviour that is followed.
        chosen: Whether it was chosen as the one that differs most.
        kl: Mean KL(before ‖ after) on states of both, and of the third agent.
        states: Those in which policies differ most.
        results: The trial of doses.
        curves: By method, the curve of its locus; empty if behaviour hardly differs.
        same_norm: The norm of the third agent's change; None without one.
    """

    layers: tuple[LayerChange, ...]
    units: Mapping[str, Float[np.ndarray, " units"]]
    behaviours: tuple[Behaviour, ...]
    measure: str
    chosen: bool
    kl: tuple[float, float | None]
    states: tuple[State, ...]
    results: tuple[Result, ...]
    curves: Mapping[str, Faithfulness]
    same_norm: float | None


def difference(
    pair: Pair, world: World, settings: Settings, *, key: jax.Array
) -> Difference:
    """What a pair differs in.

    Args:
        pair: The agents.
        world: The world in which they act.
        settings: How it is measured.
        key: The random key of states, nulls and masks; boards are the same for all.

    Raises:
        InputError: If the agents are not of one network, equal, or cannot act there.
    """
    agents = [agent for agent in pair[:3] if agent is not None]
    for other in agents[1:]:
        if other.policy != pair.before.policy:
            raise InputError(
                f"the networks differ: {pair.before.policy} and {other.policy}",
                why="only agents of one network have a difference of weights",
            )
        trees.check_alike(pair.before, other)
    vector = task_vector(pair.before, pair.after)
    if not trees.norm(vector):
        raise InputError("both agents are the same", why="nothing has changed")
    if pair.same is not None and not trees.norm(task_vector(pair.before, pair.same)):
        raise InputError(
            "the third agent is the one before", why="it has not drifted: no null"
        )
    objectives = tuple(goal.objective for goal in goals_of(world).values())
    seeds = episode_seeds(world, settings.episodes, key=jax.random.key(0))
    played = [play(a, world, seeds, greedy=settings.greedy) for a in agents]
    behaviours = acted.behaviours(played, world, objectives)
    measure = settings.measure or acted.most(behaviours)
    check_name(measure, [each.name for each in behaviours], kind="measure")
    state_key, null_key, mask_key = jax.random.split(key, 3)
    evidence = contrast_pair(pair.before, pair.after, key=state_key, world=world)
    kl, states = acted.states(evidence, pair.same)
    follow = _measure(measure, world, objectives)
    return Difference(
        layers=change.layers(pair.before, vector),
        units=change.units(pair.before, vector),
        behaviours=behaviours,
        measure=measure,
        chosen=not settings.measure,
        kl=kl,
        states=states,
        results=tuple(
            _doses(null_key, pair, vector, seeds, world, objectives, settings)
        ),
        curves=_curves(mask_key, evidence, seeds, world, follow, settings),
        same_norm=None
        if pair.same is None
        else float(trees.norm(task_vector(pair.before, pair.same))),
    )


def _doses(
    key: jax.Array,
    pair: Pair,
    vector: Tree,
    seeds: EpisodeSeeds,
    world: World,
    objectives: Sequence[Objective],
    settings: Settings,
) -> list[Result]:
    """The trial of the change at every dose, beside its nulls."""
    made = {Condition(DOSE, s): Add(vector, strength=s) for s in settings.doses}
    extra: dict[Condition, dict[str, Edit]] = {}
    if pair.same is not None:
        drift = task_vector(pair.before, pair.same)
        long = float(trees.norm(vector)) / float(trees.norm(drift))
        scaled = {path: long * leaf for path, leaf in drift.items()}
        extra = {c: {SAME: Add(scaled, strength=float(c.value))} for c in made}
    return trial(
        pair.before,
        made,
        seeds,
        key=key,
        world=world,
        objectives=objectives,
        donor=pair.after,
        extra=extra,
        greedy=settings.greedy,
    )


def _measure(name: str, world: World, objectives: Sequence[Objective]) -> Measure:
    """A behaviour by name, as grafts are measured by it."""
    weights = {f"return_{o.name}": dict(o.weights) for o in objectives}.get(name)

    def behaviour(rates: Mapping[str, float]) -> float:
        if weights is None:
            return rates[name]
        return sum(weight * rates[event] for event, weight in weights.items())

    return Measure(behaviour, tuple(getattr(world, "failures", ())), rate=False)


def _curves(
    key: jax.Array,
    evidence: ContrastPair,
    seeds: EpisodeSeeds,
    world: World,
    follow: Measure,
    settings: Settings,
) -> dict[str, Faithfulness]:
    """The curve of every method's locus; none if the agents hardly differ in it."""
    recipient, donor = evidence.recipient, evidence.donor
    try:
        on = graft_evaluator(recipient, donor, seeds, follow, world=world)
    except InputError:
        return {}
    found = {}
    for number, name in enumerate(settings.locators):
        locus = LOCATORS[name](evidence, jax.random.fold_in(key, number))
        found[name] = faithfulness(check_locus(locus, recipient), on)
    return found
