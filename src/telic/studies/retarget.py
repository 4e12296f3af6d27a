"""The retarget study: make an agent fetch a colour that was never its target.

The agents are those of an alternation run. The new colour is one that stood on its
boards as a distractor (worth 0.1), or one that it has never seen: which, the run's own
world decides. Every edit is tried on boards where the old target lies beside the new
colour, and on boards without it.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import jax

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.trees import at
from telic.edits import Add
from telic.rollouts import episode_seeds
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.studies import answers, colours
from telic.studies.progress import Stretch, part
from telic.studies.splice import Late, earlier_mean
from telic.trials import trial
from telic.vectors import matched
from telic.worlds import Keys, objective_of
from telic.worlds.grid import COLOURS

STUDY = "retarget"
BOARDS = ("beside", "without")


@dataclasses.dataclass(frozen=True)
class Retarget:
    """Make agents fetch a colour that was never their target, on four tracks."""

    new: str = "yellow"
    """The colour; no objective of the runs may want it."""
    agents: int = 2
    """How many of each run's last agents, one a phase."""
    episodes: int = 512
    """Episodes of each agent, the same boards for all."""
    strengths: tuple[float, ...] = (1.0, 1.25, 1.5, 1.75, 2.0)
    """Strengths of the vectors on the `weights` track."""
    steps: int = 3000
    """Steps of imitation, for the edit that imitates."""

    def __post_init__(self) -> None:
        """Check the colour and the number of episodes."""
        check_name(self.new, COLOURS, kind="colour")
        if self.episodes < 1:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 1 or more")

    PRESETS: ClassVar[tuple[str, ...]] = ("full", "small")
    """The presets' names, the usual one first."""

    @classmethod
    def preset(cls, name: str) -> "Retarget":
        """`full`, or `small` for tests."""
        check_name(name, cls.PRESETS, kind="preset")
        return (
            cls(agents=1, episodes=16, strengths=(1.0,), steps=20)
            if name == "small"
            else cls()
        )


def _find(
    run: Run,
    settings: Retarget,
    *,
    tell: Callable[[str, Any], None],
    stop: Callable[[], bool],
) -> dict[str, Any] | None:
    """The answer for one run; None if it was stopped."""
    source = RunSource(run)
    wanted = source.schedule
    world = _check_world(source, settings.new)
    cases = _cases(wanted, settings)
    trials = []
    for done, late in enumerate(cases):
        if stop():
            return None
        tell("share", (done / len(cases), f"agent {done + 1} of {len(cases)}"))
        watches = [
            part(tell, len(BOARDS) * done + k, len(BOARDS) * len(cases), "board, edit")
            for k in range(len(BOARDS))
        ]
        trials += _try(source, world, late, settings, watches)
    if not trials:
        raise InputError(
            f"{run.name}: no earlier switch to make a goal vector of",
            why=f"{settings.agents} agents of {len(wanted)} phases",
            fix="at least one agent, and runs of at least four phases",
        )
    norms = colours.row_norms(source.agent(len(wanted) - 1), world)
    return {"arms": trials[0]["arms"], "trials": trials, "row_norms": norms}


job = functools.partial(answers.once, study=STUDY, kind=Retarget, find=_find)
"""Answer the study for one run, unless it is answered already."""


def _try(
    source: RunSource,
    world: Keys,
    late: Late,
    settings: Retarget,
    watches: Sequence[Stretch],
) -> list[dict[str, Any]]:
    """The trials of one agent with one goal vector, on both kinds of boards."""
    goal = earlier_mean(source, late)
    if goal is None:  # with three objectives or more, not all pairs are neighbours
        return []
    new, old = settings.new, late.wants
    beside = world.with_goals((old, new))
    case = colours.Retarget(
        agent=source.agent(late.phase),
        goal=goal,
        old=late.wants,
        trained=late.aim,
        new=settings.new,
        board=beside,
        strengths=settings.strengths,
        steps=settings.steps,
    )
    made = colours.edits(case, jax.random.key(late.phase))
    uncarried = matched(at(goal, case.agent.actor), colours.carried(case))
    extra = {
        arm.edit: {"not carried": Add(uncarried, strength=arm.x)}
        for arm, _ in made
        if arm.x is not None and arm.edit.endswith(colours.GOAL)
    }
    arms = [dataclasses.astuple(arm) for arm, _ in made]
    found: list[dict[str, Any]] = []
    for kind, watch in zip(BOARDS, watches, strict=True):
        where = beside if kind == "beside" else world.with_goals((new,))
        results = trial(
            case.agent,
            {arm.edit: edit for arm, edit in made},
            episode_seeds(where, settings.episodes, key=jax.random.key(late.phase)),
            key=jax.random.key(2000 + late.phase),
            world=where,
            objectives=(objective_of(world, new), objective_of(world, old)),
            extra=extra,
            watch=watch,
        )
        found.append(
            {
                **late._asdict(),
                "board": kind,
                "arms": arms,
                "results": answers.plain(results),
            }
        )
    return found


def _cases(wanted: Sequence[str], settings: Retarget) -> list[Late]:
    """The agents of a run, each with each other objective that it was trained on."""
    return [
        Late(phase, wanted[phase], trained)
        for phase in range(len(wanted) - settings.agents, len(wanted))
        for trained in sorted(set(wanted) - {wanted[phase]})
    ]


def check_run(run: Run, settings: Retarget) -> None:
    """Raise unless the study can be done on a run; nothing is computed.

    Raises:
        InputError: If its world has no keys, or the colour is one of its objectives.
    """
    _check_world(RunSource(run), settings.new)


def _check_world(source: RunSource, new: str) -> Keys:
    """The run's world, if the colour is not one that its objectives want.

    Raises:
        InputError: If it is, or the world has no keys.
    """
    world, wanted = source.plan.world, sorted(set(source.schedule))
    if not isinstance(world, Keys):
        raise InputError(
            f"the world {type(world).__name__} has no colours to retarget to",
            why="this study is about keys",
        )
    if new in wanted:
        other = next(colour for colour in COLOURS[::-1] if colour not in wanted)
        raise InputError(
            f"{new!r} is a colour that these agents were trained to want",
            why=f"their objectives are {', '.join(wanted)}",
            fix=f"choose another: --new {other}",
        )
    return world
