"""Sought: what a run offers to locators, a goal to be found and boards to try it on.

An alternation run offers its late switches: the agent at the end of a phase, and the
one at the end of the phase before, which wanted another colour. A lander offers itself
and what a second, thrifty objective made of it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.core.errors import InputError
from telic.locate import ContrastPair, contrast_pair
from telic.policies import Agent
from telic.rollouts import EpisodeSeeds, HostCollector, episode_seeds
from telic.runs.source import RunSource
from telic.studies.branches import branch, rollouts_of
from telic.studies.isolation import gate, passed
from telic.studies.planting import reaching
from telic.studies.splice import Late, Splice, late_switches
from telic.training.plan import Plan
from telic.training.state import Training
from telic.trials import Bench, Measure, bench
from telic.trials.faithfulness import LEAST
from telic.worlds.host import HostWorld
from telic.worlds.land import MAIN, SIDE

OTHERS = 6
"""How many other switches between the same two wants are shown to locators."""

SECOND, STEPS = "thrift-5", 393_216
"""The second objective of landers, and for how many steps it is trained: the longest of
the isolation study."""

REPEATS = 2
"""How often more, with fresh data."""

COPIES, TIME = 32, 32
"""Copies of a lander, and steps in each, in which observations are made."""

LEAST_FUEL = 1.0
"""How much less fuel the thrifty agent must burn an episode."""


class Sought(NamedTuple):
    """A goal to be found.

    Attributes:
        name: What leads from the recipient to the donor: `purple → blue`.
        evidence: What locators are shown.
        bench: Recipient and donor on boards, to try grafts.
    """

    name: str
    evidence: ContrastPair
    bench: Bench


def sought(
    source: RunSource, *, switches: int, episodes: int, least: float | None = None
) -> Iterator[Sought]:
    """What a run offers, first to last.

    Two agents that hardly differ in what they do are left out, and so is a lander that
    does not pass the gate.

    Args:
        source: The run.
        switches: How many of the last switches of an alternation run.
        episodes: Episodes of each agent.
        least: How much the two must differ; None: by `LEAST`.

    Raises:
        InputError: If the run is of another kind, or has too few switches.
    """
    check_offer(source, switches)
    plan = source.plan
    if alternates(plan):
        for late in late_switches(plan, Splice(switches=switches)):
            yield from _switch(
                source, late, episodes, LEAST if least is None else least
            )
    else:
        base = source.state(len(source.schedule) - 1)
        if passed(gate(base.agent, plan)):
            yield from _thrift(base, plan, episodes, least or LEAST_FUEL)


def check_offer(source: RunSource, switches: int) -> None:
    """Raise unless a run may offer a goal to be found; nothing is computed.

    Raises:
        InputError: If the run is of another kind, or has too few switches.
    """
    plan = source.plan
    if alternates(plan):
        late_switches(plan, Splice(switches=switches))
    elif not isinstance(plan.world, HostWorld) or SECOND not in _names(plan):
        raise InputError(
            f"{source.run.name} offers no goal to be found",
            why="that takes switches between two goals, or a lander",
            fix="telic train alternation, or telic train landing",
        )


def alternates(plan: Plan) -> bool:
    """Whether a plan trains more than one objective."""
    return len({phase.objective for phase in plan.schedule}) > 1


def _names(plan: Plan) -> list[str]:
    """The objectives that a plan knows."""
    return [objective.name for objective in plan.objectives]


def _switch(
    source: RunSource, late: Late, episodes: int, least: float
) -> Iterator[Sought]:
    """One late switch, the other way: from what is wanted now to what was before."""
    plan, phase = source.plan, late.phase
    recipient, donor = source.agent(phase), source.agent(phase - 1)
    found = contrast_pair(
        recipient,
        donor,
        key=jax.random.key(phase),
        world=plan.world,
        switches=_earlier(source, late)[-OTHERS:],
    )
    given = episode_seeds(plan.world, episodes, key=jax.random.key(phase))
    yield from _tried(
        late.direction, found, given, reaching(plan.world, late.aim), least
    )


def _earlier(source: RunSource, late: Late) -> list[tuple[Agent, Agent]]:
    """Pairs of agents at earlier switches that want what the two of this one do."""
    wanted, found = source.schedule, []
    for after in range(1, late.phase - 1):
        pair = {wanted[after]: after, wanted[after - 1]: after - 1}
        if set(pair) == {late.wants, late.aim}:
            found.append((source.agent(pair[late.wants]), source.agent(pair[late.aim])))
    return found


def _thrift(
    base: Training, plan: Plan, episodes: int, least: float
) -> Iterator[Sought]:
    """A lander, and what the second objective makes of it, several times."""
    rollouts = rollouts_of(STEPS, plan)
    donors = []
    for repeat in range(1 + REPEATS):
        grown = branch(base, plan, SECOND, at=[rollouts], repeat=repeat)
        assert grown is not None  # nobody asks it to stop
        donors.append(grown.agents[rollouts])
    found = contrast_pair(
        base.agent,
        donors[0],
        key=jax.random.key(0),
        world=plan.world,
        switches=[(base.agent, donor) for donor in donors[1:]],
        observations=jnp.concatenate(
            [_flown(agent, plan) for agent in (base.agent, donors[0])]
        ),
    )
    given = episode_seeds(plan.world, episodes, key=jax.random.key(0))
    saved = Measure(
        lambda rates: -MAIN * rates["main"] - SIDE * rates["side"], ("crash",)
    )
    yield from _tried(f"land → {SECOND}", found, given, saved, least)


def _tried(
    name: str, found: ContrastPair, given: EpisodeSeeds, measure: Measure, least: float
) -> Iterator[Sought]:
    """The goal, if the two agents differ by it."""
    try:
        on = bench(found.recipient, found.donor, given, measure, least=least)
    except InputError:
        return
    yield Sought(name, found, on)


def _flown(agent: Agent, plan: Plan) -> Array:
    """What a lander sees while it flies: (steps · copies, 8)."""
    assert isinstance(plan.world, HostWorld)
    copies = HostCollector(plan.world, list(range(COPIES)))
    try:
        data, _ = copies.rollout(jax.random.key(0), agent, 8 * TIME)
    finally:
        copies.close()
    # Every eighth step: neighbours in time are nearly the same.
    seen = data.observations[::8]
    return seen.reshape(-1, *seen.shape[2:])
