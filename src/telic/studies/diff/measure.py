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
from telic.locators import LOCATORS, contrast_pair
from telic.locators.check import check_locus
from telic.policies import Agent
from telic.rollouts import Episodes, EpisodeSeeds, episode_seeds, play
from telic.rollouts.observe import observations_of
from telic.stats import Interval, bootstrap
from telic.trials import (
    Condition,
    Faithfulness,
    Measure,
    Result,
    faithfulness,
    graft_evaluator,
    trial,
)
from telic.vectors import energies, norms, task_vector
from telic.vectors.measure import effective_ranks
from telic.worlds import World, goals_of
from telic.worlds.objectives import Objective, matrix

DOSE, SAME = "dose", "same goal"
"""The group of the edits: the change times a dose; and the null from a third agent."""

LENGTH = "length"

STATES = 512
"""The states of each agent on which policies are compared."""

SHOWN = 6
"""The states that are listed."""


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


class LayerChange(NamedTuple):
    """The change of one array of weights.

    Attributes:
        leaf: Its path.
        norm: The Euclidean norm of the change.
        relative: That, over the norm before.
        energy: The fraction of the squared norm of the whole change.
        rank: The effective rank of the change; None for a bias.
    """

    leaf: str
    norm: float
    relative: float
    energy: float
    rank: float | None


class Behaviour(NamedTuple):
    """One behaviour of both agents, over episodes.

    Attributes:
        name: An event, `return_GOAL` or `length`.
        before: Its mean and interval over episodes; likewise `after` and, if there is
            a third agent, `same`.
        gap: The difference of the means, in standard errors.
    """

    name: str
    before: Interval
    after: Interval
    same: Interval | None
    gap: float


class State(NamedTuple):
    """A state in which the policies differ.

    Attributes:
        kl: KL(before ‖ after), in nats.
        observation: The observation.
        before: What determines the distribution of actions; likewise `after`.
    """

    kl: float
    observation: np.ndarray
    before: np.ndarray
    after: np.ndarray


class Difference(NamedTuple):
    """All that is measured of one pair.

    Attributes:
        layers: The change of each array.
        units: By site, the norm of the change of what makes each unit.
        behaviours: What the agents do.
        measure: The behaviour that is followed.
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
    objectives = tuple(goal.objective for goal in goals_of(world).values())
    seeds = episode_seeds(world, settings.episodes, key=jax.random.key(0))
    played = [play(a, world, seeds, greedy=settings.greedy) for a in agents]
    behaviours = _behaviours(played, world, objectives)
    measure = settings.measure or _most(behaviours)
    check_name(measure, [each.name for each in behaviours], kind="measure")
    state_key, null_key, mask_key = jax.random.split(key, 3)
    kl, states = _states(state_key, pair, world)
    return Difference(
        layers=_layers(pair.before, vector),
        units=_units(pair.before, vector),
        behaviours=behaviours,
        measure=measure,
        kl=kl,
        states=states,
        results=tuple(
            _doses(null_key, pair, vector, seeds, world, objectives, settings)
        ),
        curves=_curves(mask_key, pair, seeds, world, objectives, measure, settings),
        same_norm=None
        if pair.same is None
        else float(trees.norm(task_vector(pair.before, pair.same))),
    )


def _layers(before: Agent, vector: Tree) -> tuple[LayerChange, ...]:
    """The change of each array, the greatest first."""
    sizes, shares, ranks = norms(vector), energies(vector), effective_ranks(vector)
    base = norms(dict(before))
    found = [
        LayerChange(
            path,
            sizes[path],
            sizes[path] / base[path] if base[path] else float("inf"),
            shares[path],
            ranks.get(path),
        )
        for path in vector
    ]
    return tuple(sorted(found, key=lambda each: -each.energy))


def _units(before: Agent, vector: Tree) -> dict[str, Float[np.ndarray, " units"]]:
    """The norm of the change of what makes each unit of the actor's hidden layers."""
    found = {}
    for layer in before.layers[:-1]:
        total = sum(
            np.square(np.moveaxis(np.asarray(vector[leaf], np.float64), axis, -1))
            .reshape(-1, vector[leaf].shape[axis])
            .sum(axis=0)
            for leaf, axis in layer.leaves
        )
        found[layer.site] = np.sqrt(total)
    return found


def _behaviours(
    played: Sequence[Episodes], world: World, objectives: Sequence[Objective]
) -> tuple[Behaviour, ...]:
    """Every event, return and the length, of both agents."""
    weights = matrix(objectives, world.events).astype(np.float64)
    names = (*world.events, *(f"return_{o.name}" for o in objectives), LENGTH)
    tables = []
    for episodes in played:
        events = np.asarray(episodes.events, np.float64)
        length = np.asarray(episodes.length, np.float64)[:, None]
        tables.append(np.concatenate([events, events @ weights.T, length], axis=1))
    found = []
    for column, name in enumerate(names):
        values = [table[:, column] for table in tables]
        intervals = [bootstrap(each) for each in values]
        spread = np.sqrt(sum(each.var(ddof=1) / len(each) for each in values[:2]))
        change = values[1].mean() - values[0].mean()
        gap = change / spread if spread else np.sign(change) * np.inf if change else 0.0
        third = intervals[2] if len(intervals) > 2 else None
        found.append(Behaviour(name, intervals[0], intervals[1], third, float(gap)))
    return tuple(found)


def _most(behaviours: Sequence[Behaviour]) -> str:
    """The behaviour that differs most, in standard errors; the length only if alone."""
    some = [each for each in behaviours if each.name != LENGTH]
    return max(some, key=lambda each: abs(each.gap)).name


def _states(
    key: jax.Array, pair: Pair, world: World
) -> tuple[tuple[float, float | None], tuple[State, ...]]:
    """The divergence of the policies on states of both, and where it is greatest."""
    keys = jax.random.split(key)
    seen = np.concatenate(
        [
            np.asarray(observations_of(k, agent, world, steps=STATES // 32, envs=32))
            for k, agent in zip(keys, pair[:2], strict=True)
        ]
    )
    acts = pair.before.spec.distribution
    mine, theirs = (agent.logits(seen) for agent in pair[:2])
    kl = np.asarray(acts.kl(mine, theirs), np.float64)
    drift = None
    if pair.same is not None:
        drift = float(np.mean(acts.kl(mine, pair.same.logits(seen))))
    _, first = np.unique(seen.reshape(len(seen), -1), axis=0, return_index=True)
    order = first[np.argsort(-kl[first])][:SHOWN]
    states = tuple(
        State(float(kl[i]), seen[i], np.asarray(mine[i]), np.asarray(theirs[i]))
        for i in order
    )
    return (float(kl.mean()), drift), states


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


def _curves(
    key: jax.Array,
    pair: Pair,
    seeds: EpisodeSeeds,
    world: World,
    objectives: Sequence[Objective],
    measure: str,
    settings: Settings,
) -> dict[str, Faithfulness]:
    """The curve of every method's locus, by the behaviour that is followed."""
    weights = {f"return_{o.name}": dict(o.weights) for o in objectives}.get(measure)

    def behaviour(rates: Mapping[str, float]) -> float:
        if weights is None:
            return rates[measure]
        return sum(weight * rates[event] for event, weight in weights.items())

    follow = Measure(behaviour, tuple(getattr(world, "failures", ())), rate=False)
    evidence = contrast_pair(pair.before, pair.after, key=key, world=world)
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
