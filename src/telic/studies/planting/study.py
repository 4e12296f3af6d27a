"""Planting: goals planted in copies of one goal-conditioned agent, and their scores.

The substudy of `calibrate`, done on every run: the ladder of planted pairs, every
locator on every pair, and faithfulness curves on some of them.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import jax

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.trees import Tree
from telic.locators import LOCATORS, ContrastPair, Locus, check_locus, contrast_pair
from telic.planted import RUNGS, Base, Planted, Recipe, ladder
from telic.render.page import Page
from telic.rollouts import EpisodeSeeds, episode_seeds
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import Identity, Row, Rows
from telic.studies.base import Presets
from telic.studies.curve_scores import rows_of_curve
from telic.studies.planting import page, summary
from telic.studies.planting.agents import agent_rows
from telic.studies.planting.scoring import ask, score, truth_of
from telic.studies.planting.summary import CHANCE
from telic.studies.work import Work
from telic.training.plan import ExperimentConfig
from telic.trials import faithfulness, graft_evaluator, reaching
from telic.worlds import GoalConditioned, JaxWorld, objective_of, present_goals


@dataclasses.dataclass(frozen=True)
class Planting:
    """Plant goals in copies of one agent, and score every locator on them."""

    rollouts: int = 3
    """Rollouts of further training of planted agents."""
    routing: int = 25
    """Rollouts for which chosen weights learn a goal."""
    apart: int = 15
    """Rollouts for which branches are trained apart on what serves no goal."""
    episodes: int = 128
    """Episodes of every agent that is evaluated."""
    curves: int = 1
    """The number of pairs of each rung on which curves are measured."""
    locators: tuple[str, ...] = ()
    """Only these locators; all of them if empty."""

    question: ClassVar[str] = (
        "which methods find the goals planted in agents that can be told theirs?"
    )
    revision: ClassVar[int] = 2
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {"rollouts": 1, "routing": 1, "apart": 1, "episodes": 8},
    }

    def __post_init__(self) -> None:
        """Check the fields."""
        for name in self.locators:
            check_name(name, LOCATORS, kind="locator")
        for name in ("rollouts", "routing", "apart", "episodes"):
            if getattr(self, name) < 1:
                raise InputError(
                    f"{name} = {getattr(self, name)}", why="allowed: 1 or more"
                )

    def check(self, run: Run) -> None:
        """Raise unless the run's agents are goal-conditioned.

        Raises:
            InputError: If they are not.
        """
        goals_read(run)

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The scores of every locator on every pair, and curves on some."""
        base = base_of(
            run, rollouts=self.rollouts, routing=self.routing, apart=self.apart
        )
        seeds = episode_seeds(
            base.recipe.world, self.episodes, key=jax.random.key(run.seed())
        )
        tried: Counter[str] = Counter()
        key, total = planting_key(run.seed()), pairs_of(run.plan())
        names, pair = self.locators or tuple(LOCATORS), work.stretch(0.0, 1.0, "pair")
        for number, planted in enumerate(ladder(key, base)):
            pair(number, max(total, number + 1))
            tried[planted.rung] += 1
            at = jax.random.fold_in(key, number)
            trial = (planted.rung, number, planted.wants, planted.aim)
            found = evidence_of(at, planted, base.recipe)
            true = truth_of(planted, found)
            asked = list(ask(names, found, at, planted, true))
            loci = {
                name: check_locus(locus, found.recipient) for name, locus, _ in asked
            }
            yield from agent_rows(planted, true, trial, base.recipe.world, seeds)
            yield from _scores(asked, found, planted, true, trial)
            if planted.rung in RUNGS and tried[planted.rung] <= self.curves:
                yield from _curves(loci, planted, trial, base.recipe, seeds)

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> summary.PlantingEffects:
        """The scores over seeds."""
        return summary.summarise([rows])

    def page(self, effects: summary.PlantingEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)


def goals_read(run: Run) -> tuple[JaxWorld, tuple[str, ...]]:
    """The world beneath that of a run whose agents read their goals, and those goals.

    Raises:
        InputError: If the run's agents read no goal.
    """
    plan = run.plan()
    beneath = plan.world.base if isinstance(plan.world, GoalConditioned) else None
    reads = getattr(plan.policy, "goal_units", 0)
    if not isinstance(beneath, JaxWorld) or not reads:
        raise InputError(
            f"the agent of {run.name} reads no goal",
            why="nothing can be planted in it",
            fix="telic study calibrate trains agents that do",
        )
    return beneath, present_goals(beneath)


def base_of(run: Run, *, rollouts: int, routing: int, apart: int) -> Base:
    """The goal-conditioned agent of a run, and the recipe for training its copies on.

    Args:
        run: The run.
        rollouts: Rollouts of further training of copies.
        routing: Rollouts for which chosen weights learn a goal.
        apart: Rollouts for which branches are trained apart on what serves no goal.

    Raises:
        InputError: If the run's agents are not goal-conditioned.
    """
    (world, goals), source = goals_read(run), RunSource(run)
    recipe = Recipe(
        policy=source.plan.policy.without_goal(),
        world=world,
        ppo=source.plan.ppo,
        rollout=source.plan.rollout,
        rollouts=rollouts,
        routing=routing,
        apart=apart,
    )
    last, wanted = len(source.schedule) - 1, source.schedule
    # An agent before training for another objective would be one of another goal.
    again = last > 0 and wanted[last] == wanted[last - 1]
    earlier = source.agent(last - 1) if again else None
    return Base(source.agent(last), goals, recipe, earlier)


def evidence_of(key: jax.Array, planted: Planted, recipe: Recipe) -> ContrastPair:
    """The contrast pair of a planted pair, without the ground truth."""
    recipient, donor = planted.pairs[0]
    return contrast_pair(
        recipient,
        donor,
        key=key,
        world=recipe.world,
        switches=planted.pairs[1:],
    )


def planting_key(seed: int) -> jax.Array:
    """The random key of everything planted in a seed's run."""
    return jax.random.key(1000 + seed)


def pairs_of(plan: ExperimentConfig) -> int:
    """The number of planted pairs of a run, for progress reports."""
    return 101 if getattr(plan.policy, "goal_layer", 0) == 0 else 12


def _scores(
    asked: Sequence[tuple[str, Locus, float]],
    found: ContrastPair,
    planted: Planted,
    true: Tree,
    trial: Identity,
) -> Iterator[Row]:
    """The scores of every locator on one pair."""
    weights = sum(float(leaf.sum()) for leaf in true.values())
    yield Row("pair", "true weights", weights, trial)
    if weights:
        every = sum(leaf.size for leaf in true.values())
        yield Row("pair", CHANCE, weights / every, trial)
    for name, locus, seconds in asked:
        scores = score(locus, found, planted, true)
        for metric, value in {**scores, "seconds": seconds}.items():
            yield Row("locator", metric, float(value), trial, name)


def _curves(
    loci: Mapping[str, Locus],
    planted: Planted,
    trial: Identity,
    recipe: Recipe,
    seeds: EpisodeSeeds,
) -> Iterator[Row]:
    """The faithfulness curve of each locus; none where the pair has no gap."""
    recipient, donor = planted.pairs[0]
    measure = reaching(recipe.world, objective_of(recipe.world, planted.aim))
    try:
        on = graft_evaluator(recipient, donor, seeds, measure, world=recipe.world)
    except InputError:
        return
    for name, locus in loci.items():
        yield from rows_of_curve(faithfulness(locus, on), trial, name)
