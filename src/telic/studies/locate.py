"""The locate study: where in natural agents does the goal sit, and who finds it?

Nobody knows the truth about an agent that was trained, so a locator is scored by cause:
graft the donor's weights at the top of its locus, and play. Beside the curves stand the
agreement of methods with one another, between switches and between seeds, and for
every layer whether the two agents can be told apart there and the behaviour moved.
"""

import dataclasses
import functools
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NamedTuple

import jax
import numpy as np

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.locate import LOCATORS, ContrastPair, agreement, check
from telic.locate.locus import Locus
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.studies import answers
from telic.studies.neighbours import neighbour
from telic.studies.plane import plane
from telic.studies.planting import tried
from telic.studies.progress import Stretch, part
from telic.studies.sought import Sought, check_offer, sought

STUDY = "locate"
TOP = 0.01
"""The share of weights of which the overlap is told."""


@dataclasses.dataclass(frozen=True)
class Locate:
    """Find the goals of trained agents by every method, and graft what is found."""

    switches: int = 4
    """How many of the last switches of an alternation run."""
    episodes: int = 256
    """Episodes of each agent, the same boards for all."""
    locators: tuple[str, ...] = ()
    """Only these locators; all but the oracle if empty."""
    least: float | None = None
    """How much recipient and donor must differ to be tried; None: by 0.05 of episodes,
    landers by 1 of fuel."""

    def __post_init__(self) -> None:
        """Check the fields."""
        for name in self.locators:
            check_name(name, NATURAL, kind="locator")
        if self.episodes < 1:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 1 or more")

    PRESETS: ClassVar[tuple[str, ...]] = ("full", "lander", "small")
    """The presets' names, the usual one first."""

    @classmethod
    def preset(cls, name: str) -> "Locate":
        """`full`; `lander`: fewer episodes; or `small` for tests."""
        check_name(name, cls.PRESETS, kind="preset")
        if name == "lander":
            return cls(episodes=64)
        if name == "small":
            some = ("magnitude", "activation patching", "low rank", "random")
            return cls(switches=2, episodes=64, locators=some, least=1e-6)
        return cls()


NATURAL = tuple(name for name in LOCATORS if name != "oracle")
"""The locators of agents about which nobody knows the truth."""


class Located(NamedTuple):
    """What was found of one goal.

    Attributes:
        sought: The goal.
        loci: By locator.
        spread: By locator: the same locus over single weights.
        seconds: By locator.
    """

    sought: Sought
    loci: dict[str, Locus]
    spread: dict[str, Locus]
    seconds: dict[str, float]


def check_run(run: Run, settings: Locate) -> None:
    """Raise unless the study can be done on a run; nothing is computed.

    Raises:
        InputError: If the run offers no goal, or has too few switches.
    """
    check_offer(RunSource(run), settings.switches)


def _find(
    run: Run,
    settings: Locate,
    *,
    tell: Callable[[str, Any], None],
    stop: Callable[[], bool],
) -> dict[str, Any] | None:
    """The answer for one run; None if it was stopped."""
    goals, found, key = [], [], jax.random.key(run.seed())
    for number, goal in enumerate(_goals(RunSource(run), settings)):
        if stop():
            return None
        at = jax.random.fold_in(key, number)
        finding, trying = _stretches(tell, number, settings)
        located = _located(at, goal, settings, finding)
        found.append(located)
        goals.append(_told(at, located, trying))
    if not found:
        return {"goals": []}
    tell("share", (settings.switches / (settings.switches + 1), "another seed's goal"))
    return {
        "goals": goals,
        "between_switches": _between(found[:-1], found[-1]),
        "between_seeds": _beside(run, found[-1], settings),
    }


job = functools.partial(answers.once, study=STUDY, kind=Locate, find=_find)
"""Answer the study for one run, unless it is answered already."""


def _stretches(
    tell: Callable[[str, Any], None], number: int, settings: Locate
) -> tuple[Stretch, Stretch]:
    """Finding the loci of one goal, and trying them: half of the work each."""
    goal = part(tell, number, settings.switches + 1, "goal, method")
    middle, words = (goal.low + goal.high) / 2, goal.text.removesuffix("method")
    return (
        dataclasses.replace(goal, high=middle),
        dataclasses.replace(goal, low=middle, text=f"{words}curve"),
    )


def _located(
    key: jax.Array, goal: Sought, settings: Locate, watch: Stretch | None = None
) -> Located:
    """Every locator's locus of one goal."""
    loci, seconds = {}, {}
    names = settings.locators or NATURAL
    for number, name in enumerate(names):
        if watch:
            watch(number, len(names))
        began = time.perf_counter()
        loci[name] = _locate(name, goal.evidence, key)
        seconds[name] = time.perf_counter() - began
    like = goal.evidence.recipient
    spread = {name: locus.weights(like) for name, locus in loci.items()}
    return Located(goal, loci, spread, seconds)


def _locate(name: str, evidence: ContrastPair, key: jax.Array) -> Locus:
    """One locator's locus."""
    return check(LOCATORS[name](evidence, key), evidence.recipient)


def _told(key: jax.Array, found: Located, watch: Stretch) -> dict[str, Any]:
    """What is kept of one goal."""
    on, curves = found.sought.bench, {}
    for number, (name, locus) in enumerate(found.loci.items()):
        watch(number, len(found.loci))
        curves[name] = tried(locus, on)
    return {
        "name": found.sought.name,
        "weights": len(next(iter(found.spread.values())).row),
        "gap": on.gap,
        "curves": curves,
        "seconds": found.seconds,
        "agreement": {
            name: {o: _agree(locus, other) for o, other in found.spread.items()}
            for name, locus in found.spread.items()
        },
        "plane": plane(key, found.sought.evidence, on),
    }


def _agree(a: Locus, b: Locus) -> list[float | None]:
    """Rank correlation, and the share of the top percent in both; None if constant."""
    found = agreement(a, b, a.scores, share=TOP)
    correlation = found.correlation if np.isfinite(found.correlation) else None
    return [correlation, found.shared]


def _between(
    earlier: list[Located], last: Located
) -> dict[str, list[list[float | None]]]:
    """Each method's agreement with itself at earlier switches in the same direction."""
    alike = [found for found in earlier if found.sought.name == last.sought.name]
    return _with(alike, last)


def _beside(
    run: Run, last: Located, settings: Locate
) -> dict[str, list[list[float | None]]]:
    """Each method's agreement with itself in the run of another seed."""
    other = neighbour(run)
    if other is None:
        return {}
    goals = list(_goals(other, settings))[-1:]
    key = jax.random.key(other.run.seed())
    located = [_located(key, goal, settings) for goal in goals]
    return _with(located, last)


def _goals(source: RunSource, settings: Locate) -> Iterator[Sought]:
    """What a run offers under these settings."""
    return sought(
        source,
        switches=settings.switches,
        episodes=settings.episodes,
        least=settings.least,
    )


def _with(others: list[Located], last: Located) -> dict[str, list[list[float | None]]]:
    """Each method's agreement with itself elsewhere."""
    return {
        name: [_agree(locus, other.spread[name]) for other in others]
        for name, locus in last.spread.items()
    }
