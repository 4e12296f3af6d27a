"""The splice study: where in an agent does its goal sit, and can it be moved?

At every late switch of an alternation run the agent before and the agent after are two
that can do the same and want different things. Each is edited towards the other: by
layers, by ever larger grafts, by rank, along the straight line, and along the mean
vector of *earlier* switches, which has seen neither of the two. At the last switch of
each direction the edited agent is trained on, beside the unedited one.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

import jax
import numpy as np

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.trees import Tree, at
from telic.edits import Add, Edit
from telic.rollouts import episode_seeds
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.studies import answers
from telic.studies.neighbours import neighbour
from telic.studies.progress import Stretch, part
from telic.studies.swaps import GROUPS, LAST, Grouped, Swap, edits, seed_nulls
from telic.training import Plan
from telic.trials import train_on, trial
from telic.vectors import contrast, isolate, matched, mean

STUDY = "splice"
RECOVERY_DOSE = 1.5
"""The dose of the mean vector with which agents train on: what one seed suggested
before this study was run (0.97 there)."""

EARLIER = 3
"""How many phases must lie before a late switch: the mean is over their switches."""


@dataclasses.dataclass(frozen=True)
class Splice:
    """Move the goal of an agent at its late switches; every edit beside its nulls."""

    switches: int = 8
    """How many of the last switches; of two objectives, half in each direction."""
    episodes: int = 512
    """Episodes of each agent, the same boards for all."""
    groups: tuple[str, ...] = ()
    """Only these groups of edits; all of them if empty."""
    recovery: bool = True
    """Whether to train on after the edits of the last switch in each direction."""
    phases: int | None = None
    """Use only so many phases of each run; None: all."""

    def __post_init__(self) -> None:
        """Check the groups and the number of episodes."""
        for group in self.groups:
            check_name(group, GROUPS, kind="group of edits")
        if self.episodes < 1:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 1 or more")

    PRESETS: ClassVar[tuple[str, ...]] = ("full", "small")
    """The presets' names, the usual one first."""

    @classmethod
    def preset(cls, name: str) -> "Splice":
        """`full`, or `small` for tests."""
        check_name(name, cls.PRESETS, kind="preset")
        if name == "small":
            groups = ("layers", "mean of earlier switches")
            return cls(switches=2, episodes=16, groups=groups)
        return cls()


class Late(NamedTuple):
    """A late switch: the agent at the end of one phase, the donor of the one before.

    Attributes:
        phase: The agent's phase, from 0.
        wants: The objective that the agent was trained on last.
        aim: The donor's.
    """

    phase: int
    wants: str
    aim: str

    @property
    def direction(self) -> str:
        """`purple → blue`: from what it wants to what it is to want."""
        return f"{self.wants} → {self.aim}"


def check_run(run: Run, settings: Splice) -> None:
    """Raise unless the study can be done on a run; nothing is computed.

    Raises:
        InputError: If the run has too few switches.
    """
    late_switches(run.plan(), settings)


def _find(
    run: Run,
    settings: Splice,
    *,
    tell: Callable[[str, Any], None],
    stop: Callable[[], bool],
) -> dict[str, Any] | None:
    """The answer for one run; None if it was stopped."""
    source, other = RunSource(run), neighbour(run)
    switches = late_switches(source.plan, settings)
    trials, curves, made = [], {}, []
    for done, late in enumerate(switches):
        if stop():
            return None
        watch = part(tell, done, len(switches), "switch, edit")
        watch(0, len(made) or 1)
        swap = _swap(source, other, late)
        last = late.direction not in [s.direction for s in switches[done + 1 :]]
        extra: dict[str, dict[str, Edit]] = {}
        if last and settings.recovery:
            curves[late.direction], extra = _train_on(source, late, swap)
        made = edits(swap, groups=settings.groups)
        trials.append(_try(source.plan, late, swap, settings, made, extra, watch))
    arms = [dataclasses.astuple(arm) for arm, _ in made]
    return {
        "arms": arms,
        "trials": trials,
        "recovery": curves,
        "other": other and other.run.name,
    }


job = functools.partial(answers.once, study=STUDY, kind=Splice, find=_find)
"""Answer the study for one run, unless it is answered already."""


def late_switches(plan: Plan, settings: Splice) -> list[Late]:
    """The late switches of a plan, first to last.

    A phase that goes on with the objective of the one before is no switch.

    Raises:
        InputError: If there are too few switches with three phases before them, which
            a mean over earlier switches needs.
    """
    wanted = [phase.objective for phase in plan.schedule][: settings.phases]
    found = [
        Late(k, wanted[k], wanted[k - 1])
        for k in range(EARLIER, len(wanted))
        if wanted[k] != wanted[k - 1]
    ]
    if not 1 <= settings.switches <= len(found):
        raise InputError(
            f"{settings.switches} late switches of {len(wanted)} phases",
            why="at least three phases must lie before the first of them",
            fix=f"--switches {len(found)}"
            if found
            else "use runs of at least four phases that switch after the third",
        )
    return found[-settings.switches :]


def earlier_mean(source: RunSource, late: Late) -> Tree | None:
    """The mean of aim - want over all switches before those of a late switch.

    None if no earlier switch was between the two objectives.
    """
    vectors = []
    for after in range(1, late.phase - 1):
        pair = {source.schedule[after]: after, source.schedule[after - 1]: after - 1}
        if set(pair) == {late.wants, late.aim}:
            towards, away = source.agent(pair[late.aim]), source.agent(pair[late.wants])
            vectors.append(contrast(towards, away))
    return mean(vectors) if vectors else None


def _swap(source: RunSource, other: RunSource | None, late: Late) -> Swap:
    """The agents and vectors of a late switch."""
    found = earlier_mean(source, late)
    if found is None:
        raise InputError(
            f"no switch between {late.wants} and {late.aim} before phase {late.phase}",
            why="the mean vector is made of earlier switches",
        )
    return Swap(
        agent=source.agent(late.phase),
        donor=source.agent(late.phase - 1),
        mean=found,
        other=None if other is None else earlier_mean(other, late),
    )


def _try(
    plan: Plan,
    late: Late,
    swap: Swap,
    settings: Splice,
    made: Grouped,
    extra: Mapping[str, Mapping[str, Edit]],
    watch: Stretch,
) -> dict[str, Any]:
    """The trial of all edits of one switch."""
    nulls = {**seed_nulls(swap), **extra}
    results = trial(
        swap.agent,
        {arm.edit: edit for arm, edit in made},
        episode_seeds(plan.world, settings.episodes, key=jax.random.key(late.phase)),
        key=jax.random.key(1000 + late.phase),
        world=plan.world,
        objectives=plan.objectives,
        donor=swap.donor,
        extra=nulls,
        watch=watch,
    )
    return {**late._asdict(), "results": answers.plain(results)}


def _train_on(
    source: RunSource, late: Late, swap: Swap
) -> tuple[dict[str, Any], dict[str, dict[str, Edit]]]:
    """Training on after the edit, beside without it; and the null that this yields.

    The null is *same-objective continuation*: a vector as long as the last switch's,
    in the direction in which the agent goes if its objective stays.
    """
    plan, state = source.plan, source.state(late.phase)
    edit = Add(at(swap.mean, swap.agent.actor), strength=RECOVERY_DOSE)
    noise = edit.nulls(jax.random.key(late.phase), swap.agent)["gaussian"]
    arms = {
        "unedited, old objective": (swap.agent, late.wants),
        "edited, old objective": (edit(swap.agent), late.wants),
        "noise, old objective": (noise(swap.agent), late.wants),
        "unedited, new objective": (swap.agent, late.aim),
    }
    rollouts = plan.schedule[late.phase].rollouts
    curves = {
        name: train_on(
            state,
            agent,
            plan.vector(objective),
            plan.weights,
            rollouts=rollouts,
            hyper=plan.hyper,
            world=plan.world,
            sizes=plan.sizes,
        )
        for name, (agent, objective) in arms.items()
    }
    went_on = curves["unedited, old objective"].agent
    step = isolate(swap.agent.actor, went_on.actor)
    gap = isolate(swap.agent.actor, swap.donor.actor)
    continuation = Add(matched(step, gap))
    names = [objective.name for objective in plan.objectives]
    plain = {
        name: {n: _plain(curve.returns[:, i]) for i, n in enumerate(names)}
        for name, curve in curves.items()
    }
    return plain, {f"1 × {LAST}": {"continuation": continuation}}


def _plain(curve: np.ndarray) -> list[float | None]:
    """A curve as JSON: None where no episode was completed."""
    return [float(x) if np.isfinite(x) else None for x in curve]
