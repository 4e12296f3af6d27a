"""The isolation study: subtract what a second objective taught, and see what happens.

The first founding study trains an agent to land, trains it for a while on a reward that
also charges for fuel, and takes the difference of the weights off again: does it burn
fuel now, and still land? Here the agents must first be able to land at all (the gate);
beside the plain update stands its reward-specific part; and both stand beside nulls,
one of which is the same amount of training under the *old* objective.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import jax
import numpy as np

from telic.core import trees
from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.trees import Tree
from telic.edits import Add, Noise
from telic.policies import Agent
from telic.rollouts import episode_seeds, play
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.studies import answers, updates
from telic.studies.branches import Branch, branch, rollouts_of
from telic.studies.flights import flight, more
from telic.studies.neighbours import neighbour
from telic.studies.progress import Stretch
from telic.studies.updates import PLAIN, SPECIFIC, Update
from telic.training import Plan, Training
from telic.trials import rates, trial
from telic.vectors import isolate
from telic.worlds import Lander, landing_objective

STUDY = "isolation"
GATE = {"return_stock": 200.0, "landing": 0.9}
"""What an agent must reach before it is worth editing."""
GATE_EPISODES = 100


@dataclasses.dataclass(frozen=True)
class Isolation:
    """Does subtracting what a new objective taught reverse it? For `landing` runs."""

    second: str = "thrift-5"
    """The objective of the second phase."""
    lengths: tuple[int, ...] = (16_384, 131_072, 393_216)
    """Lengths of the second phase, in steps."""
    main: int = 131_072
    """The length at which everything is tried: layers, ranks, recovery, greedy play."""
    strengths: tuple[float, ...] = (-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 2.0)
    """How much of each vector is added."""
    episodes: int = 128
    """Episodes of each agent, the same boards for all."""
    recovery: int = 393_216
    """For how many steps edited agents train on under the first objective; 0: none."""
    keep_moments: bool = True
    """Whether the optimiser's moments are kept when an objective begins or an agent is
    edited, as in the founding study, or set to zero."""
    gate: bool = True
    """Whether an agent must pass the gate before it is edited."""

    def __post_init__(self) -> None:
        """Check every field."""
        landing_objective(self.second)
        if self.episodes < 1:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 1 or more")
        if not self.lengths or self.main not in self.lengths:
            raise InputError(
                f"main = {self.main}",
                why=f"it must be one of the lengths, {list(self.lengths)}",
            )
        if -1.0 not in self.strengths:
            raise InputError(
                f"strengths = {list(self.strengths)}",
                why="the subtraction itself, -1, must be among them",
            )

    PRESETS: ClassVar[tuple[str, ...]] = ("full", "original", "small")
    """The presets' names, the usual one first."""

    @classmethod
    def preset(cls, name: str) -> "Isolation":
        """`full`; `original`: one length, ungated; or `small` for tests."""
        check_name(name, cls.PRESETS, kind="preset")
        if name == "small":
            return cls(
                lengths=(256,),
                main=256,
                strengths=(-1.0,),
                episodes=4,
                recovery=512,
                gate=False,
            )
        if name == "original":
            once = 100_352
            return cls(
                lengths=(once,),
                main=once,
                strengths=(-1.0, 1.0),
                recovery=200_704,
                gate=False,
            )
        return cls()


def _find(
    run: Run,
    settings: Isolation,
    *,
    tell: Callable[[str, Any], None],
    stop: Callable[[], bool],
) -> dict[str, Any] | None:
    """The answer on one run."""
    source = RunSource(run)
    plan = check_world(source.plan, settings.second)
    for steps in (*settings.lengths, settings.recovery or plan.sizes.batch):
        rollouts_of(steps, plan)
    base = source.state(len(source.schedule) - 1)
    answer: dict[str, Any] = {"gate": gate(base.agent, plan)}
    if settings.gate and not passed(answer["gate"]):
        return answer
    on = Stretch(tell, 0.0, 0.1, "training on, rollout")
    total = 2 * rollouts_of(max(settings.lengths), plan)
    grown = _branches(base, plan, settings, on.counting(stop, total))
    if grown is None:
        return None
    tell("share", (0.1, "the next seed's vectors"))
    foreign = _foreign(run, plan, settings, stop)
    found = {
        steps: Update(
            base.agent,
            grown["second"].agents[rollouts_of(steps, plan)],
            grown["first"].agents[rollouts_of(steps, plan)],
            foreign if steps == settings.main else {},
        )
        for steps in settings.lengths
    }
    trials = []
    for done, (steps, update) in enumerate(found.items()):
        for greedy in (False, True)[: 2 if steps == settings.main else 1]:
            if stop():
                return None
            low, text = 0.1 + 0.7 * done / len(found), f"{steps:,} steps, edit"
            watch = Stretch(tell, low, low + 0.7 / len(found), text)
            trials.append(_try(plan, update, steps, settings, watch, greedy=greedy))
    after = Stretch(tell, 0.8, 1.0, "training on after edits, rollout")
    total = 4 * (settings.recovery and rollouts_of(settings.recovery, plan))
    counted = after.counting(stop, total)
    recovery = _recovery(base, plan, found[settings.main], settings, counted)
    if recovery is None:
        return None
    return {
        **answer,
        "phase": {name: grown[name].rows for name in grown},
        "trials": trials,
        "recovery": recovery,
        "vectors": {str(s): sizes(update) for s, update in found.items()},
        "update": {
            name: plain(trees.at(vector, base.agent.actor))
            for name, vector in found[settings.main].vectors.items()
        },
    }


job = functools.partial(answers.once, study=STUDY, kind=Isolation, find=_find)
"""Answer the study for one run, unless it is answered already."""


def check_run(run: Run, settings: Isolation) -> None:
    """Raise unless the study can be done on a run; nothing is computed.

    Raises:
        InputError: If it is of no lander, or a length is no whole number of rollouts.
    """
    plan = check_world(run.plan(), settings.second)
    for steps in (*settings.lengths, settings.recovery or plan.sizes.batch):
        rollouts_of(steps, plan)


def check_world(plan: Plan, second: str) -> Plan:
    """The plan, if its runs are of a lander and know the second objective.

    Raises:
        InputError: If not.
    """
    if not isinstance(plan.world, Lander):
        raise InputError(
            f"the world {type(plan.world).__name__} has no fuel",
            why="this study is about landers",
            fix="telic train landing",
        )
    known = [objective.name for objective in plan.objectives]
    if second not in known:
        raise InputError(
            f"the runs do not know the objective {second!r}",
            why=f"known: {', '.join(known)}",
            fix=f"telic train landing --others stock {second}",
        )
    return plan


def gate(agent: Agent, plan: Plan) -> dict[str, float]:
    """What the agent does on a hundred fresh episodes, in the measures of flights."""
    seeds = episode_seeds(plan.world, GATE_EPISODES, key=jax.random.key(4))
    found = play(agent, plan.world, seeds)
    stock = [*plan.objectives, landing_objective("stock")]
    told = rates(found, plan.world, stock) | more(found, plan.world)
    return {k: float(v) for k, v in flight(told).items() if np.isfinite(v)}


def passed(found: Mapping[str, float]) -> bool:
    """Whether an agent is competent.

    Example:
        >>> passed({"return_stock": 210.0, "landing": 0.89})
        False
    """
    return all(found[name] >= least for name, least in GATE.items())


def plain(tree: Tree) -> dict[str, Any]:
    """A tree as JSON data, to six digits: enough to draw it and to fly it again."""
    return {
        path: np.vectorize(lambda x: float(f"{x:.6g}"))(np.asarray(leaf)).tolist()
        for path, leaf in tree.items()
    }


def sizes(update: Update) -> dict[str, Any]:
    """The norms of both vectors and of the drift, leaf by leaf."""
    drift = isolate(update.base, update.same)
    vectors = {**update.vectors, "continuation": drift, "base": update.base}
    return {
        name: {path: float(trees.norm({path: leaf})) for path, leaf in tree.items()}
        for name, tree in vectors.items()
    }


def _branches(
    base: Training, plan: Plan, settings: Isolation, stop: Callable[[], bool]
) -> dict[str, Branch] | None:
    """Training on under the second objective, and for as long under the first."""
    at = [rollouts_of(steps, plan) for steps in settings.lengths]
    wanted = {"second": settings.second, "first": plan.schedule[-1].objective}
    grown = {}
    for name, objective in wanted.items():
        found = branch(
            base, plan, objective, at=at, keep_moments=settings.keep_moments, stop=stop
        )
        if found is None:
            return None
        grown[name] = found
    return grown


def _foreign(
    run: Run, plan: Plan, settings: Isolation, stop: Callable[[], bool]
) -> dict[str, Tree]:
    """Both vectors of the next seed's run, at the main length; none if it is alone."""
    other = neighbour(run)
    if other is None:
        return {}
    base = other.state(len(other.schedule) - 1)
    short = dataclasses.replace(settings, lengths=(settings.main,))
    grown = _branches(base, plan, short, stop)
    if grown is None:
        return {}
    at = rollouts_of(settings.main, plan)
    second, first = (grown[name].agents[at] for name in ("second", "first"))
    return Update(base.agent, second, first, {}).vectors


def _try(
    plan: Plan,
    update: Update,
    steps: int,
    settings: Isolation,
    watch: Stretch,
    *,
    greedy: bool,
) -> dict[str, Any]:
    """The trial of all edits at one length."""
    strengths = (-1.0, 1.0) if greedy else settings.strengths
    strengths = tuple(s for s in strengths if s in settings.strengths)
    made = updates.doses(update, strengths)
    if steps == settings.main and not greedy:
        made += updates.parts(update)
    results = trial(
        update.base,
        {arm.edit: edit for arm, edit in made},
        episode_seeds(plan.world, settings.episodes, key=jax.random.key(5)),
        key=jax.random.key(6),
        world=plan.world,
        objectives=plan.objectives,
        donor=update.after,
        extra=updates.nulls(update, strengths),
        greedy=greedy,
        also=more,
        watch=watch,
    )
    arms = [dataclasses.astuple(arm) for arm, _ in made]
    rows = answers.plain(results)
    return {"steps": steps, "greedy": greedy, "arms": arms, "results": rows}


def _recovery(
    base: Training,
    plan: Plan,
    update: Update,
    settings: Isolation,
    stop: Callable[[], bool],
) -> dict[str, Any] | None:
    """Training on under the first objective, after an edit and without one."""
    if not settings.recovery:
        return {}
    vectors = update.vectors
    length = float(trees.norm(trees.at(vectors[SPECIFIC], base.agent.actor)))
    arms = {
        "unedited": base.agent,
        f"- {PLAIN}": Add(vectors[PLAIN], strength=-1.0)(base.agent),
        f"- {SPECIFIC}": Add(vectors[SPECIFIC], strength=-1.0)(base.agent),
        "noise as long": Noise(length)(base.agent),
    }
    found = {}
    for name, agent in arms.items():
        grown = branch(
            base._replace(agent=agent),
            plan,
            plan.schedule[-1].objective,
            at=(rollouts_of(settings.recovery, plan),),
            keep_moments=settings.keep_moments,
            stop=stop,
        )
        if grown is None:
            return None
        found[name] = grown.rows
    return found
