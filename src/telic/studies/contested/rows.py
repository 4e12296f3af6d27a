"""The trials of one late switch as rows: shifts, doses, and vectors of branches."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array

from telic.edits import Edit
from telic.policies import Agent
from telic.rollouts import (
    EpisodeSeeds,
    Rates,
    episode_seeds,
    observations_of,
    play,
    rates,
)
from telic.runs.source import RunSource
from telic.stats.rows import Identity, Row
from telic.studies.contested.branching import (
    branch_agreement,
    family,
    targets,
    transfers,
)
from telic.studies.contested.doses import KL, dosed_edits, drift_from
from telic.studies.contested.shift import Edits, Nulls, ShiftCase, shifts_at
from telic.studies.contested.summary import DOSED, GAP, SHIFT, TRANSFER
from telic.studies.goal_metrics import by_goal
from telic.studies.hard_nulls import directions, nulls_of
from telic.studies.keys import Purpose, key_of
from telic.studies.late import Switch, earlier_mean, same_goal
from telic.studies.tables import rows_of_trial
from telic.studies.work import Work
from telic.trials import trial
from telic.worlds import roles

TIME, COPIES = 64, 64
"""Steps and copies of the world from which an agent's states are taken."""

Drift = Callable[[Agent], Rates]


class LateSwitch(NamedTuple):
    """A late switch, and the boards on which its trials are played.

    Attributes:
        source: The run.
        late: The switch.
        episodes: Episodes of each agent.
    """

    source: RunSource
    late: Switch
    episodes: int

    def boards(self, purpose: Purpose) -> EpisodeSeeds:
        """The boards for a purpose."""
        key = key_of(self.source.run, purpose, self.late.phase)
        return episode_seeds(self.source.plan.world, self.episodes, key=key)

    def states(self, agent: Agent) -> Array:
        """Observations of an agent that acts from fresh episodes on."""
        key = key_of(self.source.run, "evidence", self.late.phase)
        world = self.source.plan.world
        return observations_of(key, agent, world, steps=TIME, envs=COPIES)

    @property
    def recipient(self) -> Agent:
        """The agent after the switch."""
        return self.source.agent(self.late.phase)

    @property
    def donor(self) -> Agent:
        """The agent before the switch, which wants the aim."""
        return self.source.agent(self.late.phase - 1)


def shift_rows(place: LateSwitch, steps: int, work: Work) -> Iterator[Row]:
    """Trained shifts and read directions at every site of the actor.

    Args:
        place: The switch.
        steps: The steps of imitation.
        work: Progress over sites, then over edits.
    """
    case = _case(place, steps)
    key = key_of(place.source.run, "fits", place.late.phase)
    sites = list(place.recipient.actor.sites)
    fits = work.stretch(0.0, 0.6, "site")
    edits: Edits = {}
    nulls: Nulls = {}
    for number, site in enumerate(sites):
        fits(number, len(sites))
        made, extra = shifts_at(site, case, key)
        edits, nulls = edits | made, nulls | extra
    apart = drift_from(place.donor, case.states)
    yield from _tried(
        place,
        place.recipient,
        edits,
        nulls,
        donor=place.donor,
        part=SHIFT,
        name=tuple(place.late),
        of_agent=lambda agent: {GAP: apart(agent)[KL]},
        watch=work.stretch(0.6, 1.0, "shift"),
    )


def dose_rows(place: LateSwitch, other: RunSource | None, work: Work) -> Iterator[Row]:
    """Edits of weights at several doses, with the distances that they move the agent.

    Args:
        place: The switch.
        other: The run of another seed.
        work: Progress over edits.
    """
    source, late = place.source, place.late
    agent, labels = place.recipient, key_of(source.run, "labels", late.phase)
    edits = dosed_edits(agent, place.donor, earlier_mean(source, late))
    ways = directions(source, late, key=labels, other=other)
    yield from _tried(
        place,
        agent,
        edits,
        nulls_of(edits, agent, ways),
        donor=place.donor,
        part=DOSED,
        name=tuple(late),
        of_agent=drift_from(agent, place.states(agent)),
        watch=work.stretch(0.0, 1.0, "edit"),
    )


def branch_rows(
    place: LateSwitch, other: RunSource | None, count: int, work: Work
) -> Iterator[Row]:
    """Branches from one base: whether they agree, and whether their vectors transfer.

    Args:
        place: The switch whose recipient is the base.
        other: The run of another seed.
        count: The number of branches that learn the aim.
        work: Progress over rollouts, then over trials.
    """
    training = work.stretch(0.0, 0.6, "branches, rollout")
    found = family(place.source, place.late, count, training)
    yield from branch_agreement(found)
    agents = targets(place.source, other, place.late)
    for number, (target, agent) in enumerate(agents.items()):
        low, high = (0.6 + 0.4 * (number + i) / len(agents) for i in (0, 1))
        mine = work.stretch(low, high, f"{target}, branch")
        drift = drift_from(agent, place.states(agent))
        for each, (learned, edits, nulls) in enumerate(transfers(found, target)):
            mine(each, count)
            yield from _tried(
                place,
                agent,
                edits,
                nulls,
                donor=learned,
                part=TRANSFER,
                name=(target, each, *place.late),
                of_agent=drift,
            )


def _case(place: LateSwitch, steps: int) -> ShiftCase:
    """The agents and states of a switch; strengths have boards of their own."""
    source, late = place.source, place.late
    world, boards = source.plan.world, place.boards("choice")
    aim = roles(world, aim=late.aim, old=late.wants).aim
    before = same_goal(source, late)

    def score(agent: Agent) -> float:
        return rates(play(agent, world, boards), world, source.plan.objectives)[aim]

    agents = (place.recipient, place.donor)
    return ShiftCase(
        *agents,
        None if before is None else source.agent(before),
        jnp.concatenate([place.states(agent) for agent in agents]),
        score,
        steps,
    )


def _tried(
    place: LateSwitch,
    agent: Agent,
    edits: Mapping[Any, Edit],
    nulls: Mapping[Any, Mapping[str, Edit]],
    *,
    donor: Agent,
    part: str,
    name: Identity,
    of_agent: Drift | None = None,
    watch: Work | None = None,
) -> Iterator[Row]:
    """The rows of one trial, by the roles of goals."""
    source, late = place.source, place.late
    results = trial(
        agent,
        edits,
        place.boards("boards"),
        key=key_of(source.run, "nulls", late.phase),
        world=source.plan.world,
        objectives=source.plan.objectives,
        donor=donor,
        extra=nulls,
        of_agent=of_agent,
        watch=watch,
    )
    scored = by_goal(results, source.plan.world, aim=late.aim, old=late.wants)
    yield from rows_of_trial(scored, name, part=part)
