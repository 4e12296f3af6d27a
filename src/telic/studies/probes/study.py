"""The probes study: one network, told one of several goals, and probed for it.

A probe of two networks may learn which one it is. Here there is one: the goal is told
to it as an input, and is all that differs. It acts under one goal and under another, on
the same boards; a probe at each site tells the two apart on boards held out. Who wants
another key walks elsewhere, so beside it stands a probe of the same site that tells
the same *states* apart while the network is told the first goal in all of them: what is
above that shows the told goal. There are also probes on the observation, and of
shuffled labels. At the layer that the goal enters it is added to the activations, so
that it can be read there is nearly given; behind that layer it is not. Then the
network that is told the first goal is steered along what was found, and it is counted
how often it reaches the second.
"""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from telic.core.errors import InputError
from telic.locators import ContrastPair, contrast_pair
from telic.planted import fold
from telic.policies import Agent
from telic.render.page import Page
from telic.rollouts import episode_seeds, play, rates
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import Row, Rows
from telic.studies.base import Presets
from telic.studies.keys import key_of
from telic.studies.planting.study import goals_read
from telic.studies.probes import page, summary
from telic.studies.probes.summary import AIM, OBSERVATION, STATES, TOLD
from telic.studies.probing import Features, boards_of, features_of, steered, tell_apart
from telic.studies.work import Work
from telic.training import ExperimentConfig
from telic.trials import reaching
from telic.worlds import JaxWorld, objective_of


@dataclasses.dataclass(frozen=True)
class Probes:
    """Probe one goal-conditioned network for the goal that it was told."""

    episodes: int = 256
    """Episodes of each agent, on the same boards for all."""
    copies: int = 128
    """Copies of the world in which the network acts for the probes; half of them, with
    all of their episodes, are held out."""
    steps: int = 16
    """Steps in each copy."""

    revision: ClassVar[int] = 1
    question: ClassVar[str] = (
        "does one network show at which layer what it was told to want?"
    )
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {"episodes": 8, "copies": 8, "steps": 4},
    }

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.episodes < 1 or self.copies < 2 or self.steps < 1:
            raise InputError(
                f"episodes = {self.episodes}, copies = {self.copies}, "
                f"steps = {self.steps}",
                why="allowed: 1 or more; 2 copies or more, as half are held out",
            )

    def check(self, run: Run) -> None:
        """Raise unless the run's agents are told their goals.

        Raises:
            InputError: If they are not.
        """
        goals_read(run)

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The probes of one run: each goal beside the next."""
        (world, goals), source = goals_read(run), RunSource(run)
        agent = source.agent(len(source.schedule) - 1)
        for number, told in enumerate(goals):
            other = (number + 1) % len(goals)
            pair = contrast_pair(
                fold(agent, number),
                fold(agent, other),
                key=key_of(run, "evidence", number),
                world=world,
                steps=self.steps,
                envs=self.copies,
            )
            watch = work.part(number, len(goals), "goal, site")
            yield from self._rows(run, world, pair, (number, told, goals[other]), watch)

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> summary.ProbesEffects:
        """The effects over seeds."""
        return summary.summarise(rows)

    def page(self, effects: summary.ProbesEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)

    def _rows(
        self,
        run: Run,
        world: JaxWorld,
        pair: ContrastPair,
        trial: tuple[int, str, str],
        watch: Work,
    ) -> Iterator[Row]:
        """The rows of the network under one goal and under another."""
        number, told, aim = trial
        measure = reaching(world, objective_of(world, aim), old=told)
        seeds = episode_seeds(world, self.episodes, key=key_of(run, "boards", number))

        def reached(agent: Agent) -> float:
            """The rate at which an agent reaches the second goal."""
            return measure.behaviour(rates(play(agent, world, seeds), world))

        yield Row("agent", TOLD, reached(pair.recipient), (told, aim))
        yield Row("agent", AIM, reached(pair.donor), (told, aim))
        boards = boards_of(pair.behaviour, self.copies)[: self.copies * self.steps]
        key = key_of(run, "probes", number)
        classes = acted(pair)
        for place, (site, (first, second, same)) in enumerate(classes.items()):
            watch(place, len(classes))
            found = tell_apart(key, first, second, boards)
            measures = {"accuracy": found.accuracy, "shuffled": found.shuffled}
            if site != OBSERVATION:
                measures[STATES] = tell_apart(key, first, same, boards).accuracy
                drawn = key_of(run, "nulls", 100 * number + place)
                measures |= steered(drawn, site, found, pair.recipient, reached)
            for name, value in measures.items():
                yield Row("probe", name, value, (told, aim), site)


def acted(
    pair: ContrastPair,
) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """What is computed, and what is seen, while acting on either goal.

    Returns:
        By site, a row for each state that the recipient was in; the same for the donor;
        and what the recipient computes in the donor's states. `OBSERVATION` is what was
        seen, without the goal.
    """
    rows = pair.behaviour.rows
    seen = np.asarray(pair.recipient.spec.channel_values(rows), np.float64)
    alone = seen.reshape(len(rows), -1)
    under: list[Features] = [
        {OBSERVATION: alone} | features_of(pair.behaviour, agent)
        for agent in (pair.recipient, pair.donor)
    ]
    half = len(rows) // 2
    mine, theirs = under
    return {
        site: (mine[site][:half], theirs[site][half:], mine[site][half:])
        for site in mine
    }
