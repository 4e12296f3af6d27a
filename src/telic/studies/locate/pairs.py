"""Pairs that a run offers to locators: a goal to be found, and boards to try it on.

A run of several objectives offers its late switches: the agent at the end of a phase,
and the one at the end of the phase before, which wanted something else. A run of one
objective offers its last agent, and what training on under a second objective makes of
that; which objectives may come second is said by its plan.
"""

from collections.abc import Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.locators import ContrastPair, contrast_pair
from telic.policies import Agent, remembers
from telic.rollouts import HostCollector, episode_seeds, play, rates
from telic.runs.source import RunSource
from telic.studies.branches import branch, rollouts_of
from telic.studies.late import Switch, late_switches
from telic.training import ExperimentConfig, TrainState
from telic.trials import GraftEvaluator, graft_evaluator, reaching
from telic.trials.faithfulness import LEAST
from telic.worlds import competence_of, goals_of
from telic.worlds.host import HostWorld

OTHERS = 6
"""How many other switches between the same two wants are shown to locators."""

REPEATS = 2
"""How often more a second objective is trained, with fresh data."""

COPIES, TIME = 32, 32
"""Copies of a host world, and steps in each, in which observations are made."""

EPISODES = 100
"""In how many episodes an agent must prove itself."""


class Offer(NamedTuple):
    """A goal to be found.

    Attributes:
        switch: The phase of the recipient, what it wants, and what the donor wants.
        evidence: What locators are shown.
        evaluator: Recipient and donor on boards, to try grafts.
    """

    switch: Switch
    evidence: ContrastPair
    evaluator: GraftEvaluator


def offers(
    source: RunSource,
    *,
    switches: int,
    episodes: int,
    second: str = "",
    steps: int = 0,
    least: float | None = None,
) -> Iterator[Offer]:
    """What a run offers, first to last.

    Two agents that hardly differ in what they do are left out, and so is one that is
    not able to reach the first objective.

    Args:
        source: The run.
        switches: How many of the last switches, if it has several objectives.
        episodes: Episodes of each agent.
        second: The second objective of a run of one; empty: `second_of`.
        steps: For how many steps that is trained.
        least: How much the two must differ; None: `LEAST` of the episodes, or of the
            larger of two amounts that are no rates.

    Raises:
        InputError: If the run offers no pair, or too few switches.
    """
    check_offer(source.plan, switches, second, steps)
    if alternates(source.plan):
        for switch in late_switches(source.plan, switches):
            found = _switch(source, switch)
            key = jax.random.key(switch.phase)
            yield from _tried(source.plan, switch, found, key, episodes, least)
        return
    phase = len(source.schedule) - 1
    base, first = source.state(phase), source.schedule[phase]
    if is_able(base.agent, source.plan):
        switch = Switch(phase, first, second or second_of(source.plan))
        found = _second(base, source.plan, switch.aim, steps)
        key = jax.random.key(0)
        yield from _tried(source.plan, switch, found, key, episodes, least)


def check_offer(plan: ExperimentConfig, switches: int, second: str, steps: int) -> None:
    """Raise unless a run may offer a pair; nothing is computed.

    Raises:
        InputError: If it has too few switches, or no second objective.
    """
    if alternates(plan):
        late_switches(plan, switches)
        return
    if second:
        check_name(second, [each.name for each in plan.objectives], kind="objective")
    elif not second_of(plan):
        raise InputError(
            "a run of one objective offers no goal to be found",
            why="that takes switches between two goals, or a second objective",
            fix="telic train alternation, or telic train landing",
        )
    rollouts_of(steps, plan)


def alternates(plan: ExperimentConfig) -> bool:
    """Whether a plan trains more than one objective."""
    return len({phase.objective for phase in plan.schedule}) > 1


def second_of(plan: ExperimentConfig) -> str:
    """The last goal of the world that a plan knows and does not train; perhaps none."""
    trained = {phase.objective for phase in plan.schedule}
    known = {objective.name for objective in plan.objectives} - trained
    return next((g for g in reversed(list(goals_of(plan.world))) if g in known), "")


def is_able(agent: Agent, plan: ExperimentConfig) -> bool:
    """Whether an agent can do in its world what it was trained for last."""
    world = plan.world
    wanted = competence_of(world, plan.schedule[-1].objective)
    played = play(agent, world, episode_seeds(world, EPISODES, key=jax.random.key(4)))
    goals = [goal.objective for goal in goals_of(world).values()]
    found = rates(played, world, goals)
    return all(found[name] >= least for name, least in wanted.items())


def _switch(source: RunSource, switch: Switch) -> ContrastPair:
    """Contrast pair: recipient = agent after a switch, donor = agent before it."""
    return contrast_pair(
        source.agent(switch.phase),
        source.agent(switch.phase - 1),
        key=jax.random.key(switch.phase),
        world=source.plan.world,
        switches=_earlier(source, switch)[-OTHERS:],
    )


def _earlier(source: RunSource, switch: Switch) -> list[tuple[Agent, Agent]]:
    """Pairs of agents at earlier switches that want what the two of this one do."""
    wanted, found = source.schedule, []
    for after in range(1, switch.phase - 1):
        pair = {wanted[after]: after, wanted[after - 1]: after - 1}
        if set(pair) == {switch.wants, switch.aim}:
            each = (source.agent(pair[name]) for name in (switch.wants, switch.aim))
            found.append(tuple(each))
    return found


def _second(
    base: TrainState, plan: ExperimentConfig, second: str, steps: int
) -> ContrastPair:
    """An agent and what a second objective made of it, several times."""
    rollouts = rollouts_of(steps, plan)
    donors = []
    for repeat in range(1 + REPEATS):
        grown = branch(base, plan, second, at=[rollouts], repeat=repeat)
        donors.append(grown.agents[rollouts])
    return contrast_pair(
        base.agent,
        donors[0],
        key=jax.random.key(0),
        world=plan.world,
        switches=[(base.agent, donor) for donor in donors[1:]],
        observations=_seen((base.agent, donors[0]), plan),
    )


def _seen(agents: tuple[Agent, Agent], plan: ExperimentConfig) -> Array | None:
    """What each of two agents sees in a host world: every eighth step of long episodes.

    Neighbours in time are nearly the same there. None for agents with memory, which
    must be shown whole sequences, and for worlds whose episodes are short.
    """
    world = plan.world
    if not isinstance(world, HostWorld) or remembers(agents[0].initial_carry(1)):
        return None
    found = []
    for agent in agents:
        copies = HostCollector(world, list(range(COPIES)))
        try:
            data, _ = copies.collect(jax.random.key(0), agent, 8 * TIME)
        finally:
            copies.close()
        seen = data.observations[::8]
        found.append(seen.reshape(-1, *seen.shape[2:]))
    return jnp.concatenate(found)


def _tried(
    plan: ExperimentConfig,
    switch: Switch,
    found: ContrastPair,
    key: jax.Array,
    episodes: int,
    least: float | None,
) -> Iterator[Offer]:
    """The pair, if the two agents differ by what they do."""
    aim = next(each for each in plan.objectives if each.name == switch.aim)
    measure = reaching(plan.world, aim, old=switch.wants)
    seeds = episode_seeds(plan.world, episodes, key=key)
    on = graft_evaluator(found.recipient, found.donor, seeds, measure, least=0.0)
    if least is None:
        amounts = [
            abs(measure.behaviour(each))
            for each in (on.recipient_rates, on.donor_rates)
        ]
        least = LEAST * (1.0 if measure.rate else max(amounts))
    if on.gap and abs(on.gap) >= least:
        yield Offer(switch, found, on)
