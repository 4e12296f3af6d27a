"""The contrast pairs of a run, with episodes to try grafts on.

A run of several objectives offers its late switches: recipient = agent at the end of a
phase, donor = agent at the end of the phase before, which had another goal. A run of
one objective offers its last agent as the recipient; the donor is that agent after
further training on a second objective of the plan.
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
from telic.studies.keys import key_of
from telic.studies.late import Switch, earlier_phases, late_switches, same_goal
from telic.training import ExperimentConfig, TrainState
from telic.trials import GraftEvaluator, graft_evaluator, reaching
from telic.trials.faithfulness import LEAST
from telic.worlds import competence_of, goals_of
from telic.worlds.host import HostWorld

OTHERS = 6
"""The most further switches between the same two goals that locators get."""

REPEATS = 2
"""The number of further donors trained on the second objective, with fresh data."""

COPIES, TIME = 32, 32
"""The copies of the world in which each agent acts; in a host world, the number of
observations taken in each."""

EPISODES = 100
"""The episodes of the competence check."""


class Offer(NamedTuple):
    """A contrast pair with a difference in behaviour to explain.

    Attributes:
        switch: The recipient's phase and objective, and the donor's objective.
        evidence: The input of locators.
        evaluator: The rates of recipient and donor on fixed episodes, to try grafts on.
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
    """The contrast pairs of a run, in order.

    Pairs whose behaviour hardly differs are left out, and so is an agent that fails the
    competence check on the first objective.

    Args:
        source: The run.
        switches: The number of last switches, if the run has several objectives.
        episodes: Episodes of each agent.
        second: The second objective of a run of one; empty: `second_of`.
        steps: The steps of training on the second objective.
        least: The least difference in behaviour; None: `LEAST` of the episodes for a
            rate, else `LEAST` of the larger of the two amounts.

    Raises:
        InputError: If the run offers no pair, or too few switches.
    """
    check_offer(source.plan, switches, second, steps)
    if alternates(source.plan):
        for switch in late_switches(source.plan, switches):
            found = _switch(source, switch)
            key = key_of(source.run, "boards", switch.phase)
            yield from _tried(source.plan, switch, found, key, episodes, least)
        return
    phase = len(source.schedule) - 1
    base, first = source.state(phase), source.schedule[phase]
    if is_able(base.agent, source.plan):
        switch = Switch(phase, first, second or second_of(source.plan))
        found = _second(base, source, switch.aim, steps)
        key = key_of(source.run, "boards")
        yield from _tried(source.plan, switch, found, key, episodes, least)


def kin_of(source: RunSource, switch: Switch, steps: int) -> Agent | None:
    """Another agent that wants what a pair's recipient does.

    In a run of several objectives it is the last one before the recipient that was
    trained for the same; in a run of one, the recipient after as much further training
    as the donor had, on the objective that it has.

    Args:
        source: The run.
        switch: The pair's phase and objectives.
        steps: The steps of training on the second objective.
    """
    plan = source.plan
    if alternates(plan):
        phase = same_goal(source, switch)
        return None if phase is None else source.agent(phase)
    rollouts = rollouts_of(steps, plan)
    base = source.state(switch.phase)
    return branch(base, plan, switch.wants, at=[rollouts]).agents[rollouts]


def check_offer(plan: ExperimentConfig, switches: int, second: str, steps: int) -> None:
    """Raise unless a run has switches or a second objective; nothing is computed.

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
    """True if a plan trains more than one objective."""
    return len({phase.objective for phase in plan.schedule}) > 1


def second_of(plan: ExperimentConfig) -> str:
    """The world's last goal among the plan's untrained objectives; "" if none."""
    trained = {phase.objective for phase in plan.schedule}
    known = {objective.name for objective in plan.objectives} - trained
    return next((g for g in reversed(list(goals_of(plan.world))) if g in known), "")


def is_able(agent: Agent, plan: ExperimentConfig) -> bool:
    """True if an agent is competent at the objective that it was trained on last."""
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
        key=key_of(source.run, "evidence", switch.phase),
        world=source.plan.world,
        switches=[
            (source.agent(old), source.agent(aim))
            for old, aim in earlier_phases(source.schedule, switch)[-OTHERS:]
        ],
        envs=COPIES,
    )


def _second(
    base: TrainState, source: RunSource, second: str, steps: int
) -> ContrastPair:
    """Contrast pair: recipient = base, donor = base after a second objective."""
    plan, key = source.plan, key_of(source.run, "evidence")
    rollouts = rollouts_of(steps, plan)
    donors = []
    for repeat in range(1 + REPEATS):
        grown = branch(base, plan, second, at=[rollouts], repeat=repeat)
        donors.append(grown.agents[rollouts])
    return contrast_pair(
        base.agent,
        donors[0],
        key=key,
        world=plan.world,
        switches=[(base.agent, donor) for donor in donors[1:]],
        observations=_seen((base.agent, donors[0]), plan, key),
        envs=COPIES,
    )


def _seen(
    agents: tuple[Agent, Agent], plan: ExperimentConfig, key: jax.Array
) -> Array | None:
    """The observations of both agents in a host world, at every eighth step.

    Consecutive observations of long episodes are nearly the same. None for agents with
    memory, which need whole sequences, and for worlds that are no host worlds.
    """
    world = plan.world
    if not isinstance(world, HostWorld) or remembers(agents[0].initial_carry(1)):
        return None
    found = []
    for agent in agents:
        copies = HostCollector(world, list(range(COPIES)))
        try:
            data, _ = copies.collect(key, agent, 8 * TIME)
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
    """The pair with its bench, if the two agents differ enough in behaviour."""
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
