"""Planting: all that is made of one goal-conditioned agent, and who finds its goals.

The inner study of `calibrate`, done on every run: the ladder of planted pairs, every
locator on every pair, and faithfulness curves on some.
"""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from telic.core import trees
from telic.core.errors import InputError
from telic.core.names import check_name
from telic.locate import LOCATORS, ContrastPair, Locus, check, contrast_pair
from telic.planted import Base, Planted, Recipe, ladder
from telic.rollouts import EpisodeSeeds, episode_seeds, play
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.studies import answers
from telic.studies.judged import asked, score, truth_of
from telic.training.plan import Plan
from telic.trials import Bench, Measure, bench, faithfulness, rates
from telic.worlds import World, roles, success_of
from telic.worlds.goal_keys import GoalKeys

STUDY = "planting"


@dataclasses.dataclass(frozen=True)
class Planting:
    """Plant goals in one agent's copies, and ask every locator where they are."""

    rollouts: int = 5
    """For how many rollouts planted agents are trained on."""
    routing: int = 25
    """For how many rollouts chosen units learn a routed goal."""
    episodes: int = 128
    """Episodes of every agent that is played."""
    curves: int = 1
    """On how many pairs of each rung loci are grafted and played."""
    locators: tuple[str, ...] = ()
    """Only these locators; all of them if empty."""

    def __post_init__(self) -> None:
        """Check the fields."""
        for name in self.locators:
            check_name(name, LOCATORS, kind="locator")
        if self.rollouts < 1 or self.routing < 1 or self.episodes < 1:
            raise InputError(
                f"rollouts = {self.rollouts}, routing = {self.routing}, "
                f"episodes = {self.episodes}",
                why="allowed: 1 or more",
            )


def base_of(run: Run, settings: Planting) -> Base:
    """The goal-conditioned agent of a run, and how its copies are trained on.

    Raises:
        InputError: If the run's agents read no wish.
    """
    source = RunSource(run)
    plan, world = source.plan, source.plan.world
    if not isinstance(world, GoalKeys) or not getattr(plan.policy, "goal_units", 0):
        raise InputError(
            f"the agent of {run.name} reads no wish", why="nothing can be planted in it"
        )
    recipe = Recipe(
        policy=plan.policy.without_goal(),
        world=world.base,
        hyper=plan.hyper,
        sizes=plan.sizes,
        rollouts=settings.rollouts,
        routing=settings.routing,
    )
    return Base(source.agent(len(source.schedule) - 1), world.colours, recipe)


def evidence_of(key: jax.Array, planted: Planted, recipe: Recipe) -> ContrastPair:
    """The evidence on a planted pair; the truth is not in it."""
    recipient, donor = planted.pairs[0]
    return contrast_pair(
        recipient,
        donor,
        key=key,
        world=recipe.world,
        switches=planted.pairs[1:],
    )


def key_of(seed: int) -> jax.Array:
    """The key of all that is planted in a seed's run."""
    return jax.random.key(1000 + seed)


def pairs_of(plan: Plan) -> int:
    """How many planted pairs a run gives, for progress."""
    return 92 if getattr(plan.policy, "goal_layer", 0) == 0 else 12


def _find(
    run: Run,
    settings: Planting,
    *,
    tell: Callable[[str, Any], None],
    stop: Callable[[], bool],
) -> dict[str, Any] | None:
    """The answer for one run; None if it was stopped."""
    base, plan = base_of(run, settings), run.plan()
    seed = jax.random.key(run.seed())
    given = episode_seeds(base.recipe.world, settings.episodes, key=seed)
    records, tried = [], {}
    key = key_of(run.seed())
    for number, planted in enumerate(ladder(key, base)):
        if stop():
            return None
        total = max(pairs_of(plan), number + 1)
        tell("share", (number / total, f"pair {number + 1} of {total}"))
        tried[planted.rung] = tried.get(planted.rung, 0) + 1
        curved = tried[planted.rung] <= settings.curves
        at = jax.random.fold_in(key, number)
        records.append(_record(at, planted, base.recipe, given, settings, curved))
    return {"pairs": records}


job = functools.partial(answers.once, study=STUDY, kind=Planting, find=_find)
"""Answer the study for one run, unless it is answered already."""


def _record(
    key: jax.Array,
    planted: Planted,
    recipe: Recipe,
    given: EpisodeSeeds,
    settings: Planting,
    curved: bool,
) -> dict[str, Any]:
    """What every locator makes of one pair."""
    found = evidence_of(key, planted, recipe)
    true = truth_of(planted, found)
    judged, loci = {}, {}
    for name, locus, seconds in asked(
        settings.locators or LOCATORS, found, key, planted
    ):
        loci[name] = check(locus, found.recipient)
        told = score(locus, found, planted, true)
        judged[name] = {**told, "seconds": seconds}
    return {
        "rung": planted.rung,
        "wants": planted.wants,
        "aim": planted.aim,
        "agents": [trees.digest(agent)[:16] for agent in planted.pairs[0]],
        "goal": [_fetched(a, planted.aim, recipe, given) for a in planted.pairs[0]],
        "true": int(sum(float(leaf.sum()) for leaf in true.values())),
        "locators": judged,
        "curves": _curves(loci, planted, recipe, given) if curved else {},
    }


def _fetched(agent: Any, colour: str, recipe: Recipe, given: EpisodeSeeds) -> float:
    """How often an agent fetches a colour."""
    played = play(agent, recipe.world, given)
    return reaching(recipe.world, colour).behaviour(rates(played, recipe.world))


def _curves(
    loci: dict[str, Locus], planted: Planted, recipe: Recipe, given: EpisodeSeeds
) -> dict[str, Any]:
    """The faithfulness of each locus; nothing where there is no goal to bring."""
    recipient, donor = planted.pairs[0]
    try:
        on = bench(
            recipient,
            donor,
            given,
            reaching(recipe.world, planted.aim),
            world=recipe.world,
        )
    except InputError:
        return {}
    return {name: tried(locus, on) for name, locus in loci.items()}


def reaching(world: World, goal: str) -> Measure:
    """Reaching a goal, as what a donor does and a recipient does not.

    Raises:
        InputError: If the goal has no event of success.
    """
    event = success_of(world, goal)
    if event is None:
        raise InputError(
            f"nothing counts as reaching {goal!r} in {type(world).__name__}",
            why="its goals have no event of success",
            fix="give the world's Goal a success event",
        )
    part = roles(world, aim=goal, old=goal)
    ends = (*part.failures, *([part.timeout] if part.timeout else []))
    return Measure(lambda rates: rates[event], ends)


def tried(locus: Locus, on: Bench) -> dict[str, list[float]]:
    """The faithfulness of a locus as lists, one number for each size."""
    found = faithfulness(locus, on)
    return {name: np.asarray(v).tolist() for name, v in found._asdict().items()}
