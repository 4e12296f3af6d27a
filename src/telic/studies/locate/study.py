"""The locate study: where is the goal in trained agents, and which locators find it?

A trained agent has no ground truth, so a locator is scored causally: graft the donor's
weights at the top of its locus and measure the behaviour. The study also measures how
far methods agree with one another, between switches and between seeds, and at every
site how well a probe decodes the agent, beside one for a pair of the same goal, and how
far edits move its behaviour.
"""

import dataclasses
import time
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

import jax

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.locators import LOCATORS, agreement, check_locus
from telic.locators.locus import Locus
from telic.policies import Agent
from telic.render.page import Page
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import Identity, Row, Rows
from telic.studies.base import Presets
from telic.studies.curve_scores import rows_of_curve
from telic.studies.keys import key_of
from telic.studies.locate import page, summary
from telic.studies.locate.pairs import COPIES, Offer, check_offer, kin_of, offers
from telic.studies.locate.plane import plane_of
from telic.studies.locate.summary import SEEDS, SWITCHES, TOP
from telic.studies.other_seed import other_seed
from telic.studies.work import Work
from telic.training import ExperimentConfig
from telic.trials import faithfulness

NATURAL = tuple(name for name in LOCATORS if name != "oracle")
"""The locators that need no ground truth."""


@dataclasses.dataclass(frozen=True)
class Locate:
    """Find the goals of trained agents by every method, and graft what is found."""

    switches: int = 4
    """The number of last switches to study, in a run of several objectives."""
    episodes: int = 256
    """Episodes of each agent, from the same initial states for all."""
    locators: tuple[str, ...] = ()
    """Only these locators; all but the oracle if empty."""
    least: float | None = None
    """The least difference in behaviour between recipient and donor; None: 0.05 of the
    episodes, or of the larger amount where no rate is measured."""
    second: str = ""
    """The second objective for a run of one; empty: the last of its world's goals."""
    steps: int = 393_216
    """Steps of training on the second objective."""

    revision: ClassVar[int] = 2
    question: ClassVar[str] = (
        "where does the goal sit? every method, scored by what grafting it does"
    )
    presets: ClassVar[Presets] = {
        "full": {},
        "lander": {"episodes": 64, "second": "thrift-5", "least": 1.0},
        "small": {
            "switches": 2,
            "episodes": 64,
            "locators": ("magnitude", "activation patching", "low rank", "random"),
            "least": 1e-6,
        },
    }

    def __post_init__(self) -> None:
        """Check the fields."""
        for name in self.locators:
            check_name(name, NATURAL, kind="locator")
        if self.episodes < 1:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 1 or more")

    def check(self, run: Run) -> None:
        """Raise unless the run has a contrast pair to offer.

        Raises:
            InputError: If it has too few switches, or no second objective.
        """
        check_offer(run.plan(), self.switches, self.second, self.steps)

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The curves of every contrast pair of one run, and agreement of methods."""
        found: list[Located] = []
        source = RunSource(run)
        key = jax.random.key(run.seed())
        for number, offer in enumerate(self._pairs(source)):
            at = jax.random.fold_in(key, number)
            goal = work.part(number, self.switches + 1, "goal, ")
            finding = goal.stretch(0.0, 0.5, f"{goal.text}method")
            located = self._located(at, offer, finding)
            found.append(located)
            trying = goal.stretch(0.5, 1.0, f"{goal.text}curve")
            yield from _tried(located, trying)
            yield from _plane(source, offer, kin_of(source, offer.switch, self.steps))
        yield Row("run", "goals", float(len(found)))
        if found:
            last = found[-1]
            alike = [
                each
                for each in found[:-1]
                if each.offer.switch[1:] == last.offer.switch[1:]
            ]
            yield from _again(SWITCHES, alike, last)
            rest = self.switches / (self.switches + 1)
            beside = work.stretch(rest, 1.0, "another seed’s goal, method")
            yield from _again(SEEDS, self._elsewhere(run, beside), last)

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> summary.LocateEffects:
        """The scores over seeds."""
        return summary.summarise(rows)

    def page(self, effects: summary.LocateEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)

    def _pairs(self, source: RunSource) -> Iterator[Offer]:
        """The contrast pairs of a run under these settings."""
        return offers(
            source,
            switches=self.switches,
            episodes=self.episodes,
            second=self.second,
            steps=self.steps,
            least=self.least,
        )

    def _located(self, key: jax.Array, offer: Offer, work: Work) -> "Located":
        """Every locator's locus for one pair, with the time that it took."""
        names = self.locators or NATURAL
        recipient, loci, seconds = offer.evidence.recipient, {}, {}
        for number, name in enumerate(names):
            work(number, len(names))
            began = time.perf_counter()
            loci[name] = check_locus(LOCATORS[name](offer.evidence, key), recipient)
            seconds[name] = time.perf_counter() - began
        spread = {name: locus.weights(recipient) for name, locus in loci.items()}
        return Located(offer, loci, spread, seconds)

    def _elsewhere(self, run: Run, work: Work) -> list["Located"]:
        """The last pair of another seed's run; none if there is no such run."""
        other = other_seed(run)
        work(0, 1)
        if other is None:
            return []
        key = jax.random.key(other.run.seed())
        last = list(self._pairs(other))[-1:]
        return [self._located(key, offer, work) for offer in last]


class Located(NamedTuple):
    """The loci of one contrast pair.

    Attributes:
        offer: The pair.
        loci: The locus of each locator.
        spread: The same loci over single weights.
        seconds: The time that each locator took.
    """

    offer: Offer
    loci: dict[str, Locus]
    spread: dict[str, Locus]
    seconds: dict[str, float]


def _tried(found: Located, work: Work) -> Iterator[Row]:
    """The rows of one pair: curves, times, and agreement of methods."""
    switch, on = tuple(found.offer.switch), found.offer.evaluator
    yield Row("goal", "weights", float(len(next(iter(found.spread.values())).flat)))
    yield Row("goal", "gap", on.gap, switch)
    for number, (name, locus) in enumerate(found.loci.items()):
        work(number, len(found.loci))
        yield Row("locator", "seconds", found.seconds[name], switch, name)
        yield from rows_of_curve(faithfulness(locus, on), switch, name)
    for name, locus in found.spread.items():
        for other, theirs in found.spread.items():
            yield from _agreement(locus, theirs, switch, (name, other))


def _plane(source: RunSource, offer: Offer, kin: Agent | None) -> Iterator[Row]:
    """The rows of the plane of one pair."""
    key = key_of(source.run, "probes", offer.switch.phase)
    found = plane_of(key, offer.evidence, offer.evaluator, kin, copies=COPIES)
    for site, measures in found.items():
        for name, value in measures.items():
            yield Row("plane", name, value, tuple(offer.switch), site)


def _again(where: str, others: Sequence[Located], last: Located) -> Iterator[Row]:
    """The agreement of each method with itself at other switches or seeds."""
    for name, locus in last.spread.items():
        for other in others:
            trial = (where, *other.offer.switch)
            yield from _agreement(locus, other.spread[name], trial, name)


def _agreement(
    a: Locus, b: Locus, trial: Identity, condition: Identity
) -> Iterator[Row]:
    """The agreement of two loci; the correlation is NaN if a locus is constant."""
    found = agreement(a, b, a.scores, share=TOP)
    yield Row("agreement", "correlation", found.correlation, trial, condition)
    yield Row("agreement", "shared", found.shared, trial, condition)
