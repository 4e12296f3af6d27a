"""Recipients and donors: the agent's parent, its child, a sibling, a stranger.

A donor that is the recipient's own parent makes every graft a partial rollback of the
last phase. The others have never been what the recipient was:

- `parent`: the agent one phase before the recipient, which wanted the aim;
- `child`: the agent one phase after it, which learned the aim from it;
- `sibling`: the recipient is a branch that went on with its goal, and the donor is one
  that learned the aim, for as long and from the same ancestor;
- `stranger`: the agent of another seed that wants the aim, as it is; the same with its
  units in the order in which its weights fit the recipient's (`stranger by weights`),
  or in which they do the same on what the recipient sees (`stranger by activations`).
"""

from collections.abc import Iterator
from typing import NamedTuple

from telic.core.trees import Tree
from telic.locators import contrast_pair
from telic.policies import Agent, remembers
from telic.runs.source import RunSource
from telic.studies.branches import branch
from telic.studies.hard_nulls import directions
from telic.studies.keys import key_of
from telic.studies.late import Switch
from telic.studies.work import Work
from telic.vectors import aligned, match_activations, match_weights, task_vector
from telic.worlds.host import HostWorld

PARENT, CHILD, SIBLING = "parent", "child", "sibling"
STRANGER = "stranger"
BY_WEIGHTS, BY_ACTIVATIONS = "stranger by weights", "stranger by activations"

DONORS = {
    PARENT: "the agent one phase before: its weights are a rollback",
    CHILD: "the agent one phase after, which learned the aim from the recipient",
    SIBLING: "a branch from the recipient’s ancestor that learned the aim as long as "
    "the recipient went on with its goal",
    STRANGER: "an agent of another seed, as it is",
    BY_WEIGHTS: "the same, its units in the order in which weights fit best",
    BY_ACTIVATIONS: "the same, its units in the order in which activations fit best",
}
"""Every donor, in the order of the page."""


class Pair(NamedTuple):
    """A recipient and a donor, with the directions of the nulls of edits.

    Attributes:
        agent: The recipient.
        donor: The donor, which wants the aim.
        ways: By the name of a null, its direction.
        ancestor: The agent from which both were trained, if the recipient is not it.
    """

    agent: Agent
    donor: Agent
    ways: dict[str, Tree]
    ancestor: Agent | None = None


def pairs(
    source: RunSource, other: RunSource | None, late: Switch, work: Work
) -> Iterator[tuple[str, Pair]]:
    """Every donor's pair at a late switch that has a phase after it.

    Two branches are trained, each as long as that phase: the recipient's sibling, and
    its twin with other data, whose difference is a null. Strangers are left out if
    there is no other run; those by activations also for agents with memory.
    """
    recipient, after = source.agent(late.phase), source.agent(late.phase + 1)
    plan, rollouts = source.plan, source.plan.schedule[late.phase + 1].rollouts
    watch = work.counting(2 * rollouts)
    went_on, twin = (
        branch(
            source.state(late.phase),
            plan,
            late.wants,
            at=[rollouts],
            repeat=repeat,
            watch=watch,
        ).agents[rollouts]
        for repeat in (1, 2)
    )
    ways = directions(
        source,
        late,
        key=key_of(source.run, "labels", late.phase),
        other=other,
        went_on=went_on,
    )
    yield PARENT, Pair(recipient, source.agent(late.phase - 1), ways)
    yield CHILD, Pair(recipient, after, ways)
    same = {**ways, "same goal": task_vector(went_on, twin)}
    yield SIBLING, Pair(went_on, after, same, recipient)
    if other is None:
        return
    stranger = other.agent(late.phase - 1)
    yield STRANGER, Pair(recipient, stranger, ways)
    orders = match_weights(stranger.actor, recipient.actor)
    yield BY_WEIGHTS, Pair(recipient, aligned(stranger, recipient, orders), ways)
    if remembers(recipient.initial_carry(1)) or isinstance(plan.world, HostWorld):
        return
    key = key_of(source.run, "evidence", late.phase)
    seen = contrast_pair(recipient, stranger, key=key, world=plan.world).observations
    orders = match_activations(stranger.actor, recipient.actor, seen)
    yield BY_ACTIVATIONS, Pair(recipient, aligned(stranger, recipient, orders), ways)
