"""Same base, other data: branches from one checkpoint, and what their vectors share.

From the recipient of the last switch several branches learn the aim, as long as a phase
and each with other data; two more go on with the goal that the base has. Two questions
are asked of the branches' vectors (branch less base): do they agree, in direction and
in which weights move most; and does one of them move the goal of *another* agent? Added
to its own base a vector gives the branch itself, so it is added to an earlier agent of
the run with the same goal, and to an agent of another seed.

Reference:
    Mukherjee et al. 2025, "Reinforcement Learning Finetunes Small Subnetworks in Large
    Language Models", arXiv 2505.11711; "The Sparsity Curse", arXiv 2606.18521.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from telic.core.trees import Tree, at
from telic.edits import Add, Edit, top
from telic.policies import Agent
from telic.runs.source import RunSource
from telic.stats.rows import Row
from telic.studies.branches import branch
from telic.studies.late import Switch, same_goal
from telic.studies.work import Work
from telic.trials import Condition
from telic.vectors import aligned, cosine, match_weights, matched, task_vector

AGREE = "agree"
COSINE, OVERLAP = "cosine", "overlap"
"""The part of the rows about agreement, and its measures."""

OTHER_GOAL, CHANCE = "other goal", "chance"
"""The nulls of agreement: a branch that learned the aim beside one that went on with
the old goal, which share base and optimiser; and vectors that share nothing."""

SHARE = 0.025
"""The fraction of weights, those that move most, whose overlap is counted."""

TWINS = 2
"""The number of branches that go on with the base's goal."""

BRANCH = "branch vector"
EARLIER, SEED, ALIGNED = "earlier", "another seed", "another seed, aligned"
"""The group of the edits, and the agents that they are applied to: the run's last agent
before the base with the same goal; another run's agent as it is; the same with its
units in the order that fits the base's."""

SAME_GOAL = "same goal"
"""The null of a branch's vector: that of a branch that went on with the old goal."""


class Branches(NamedTuple):
    """Branches from one base.

    Attributes:
        base: The agent that all began as.
        learned: The branches that learned the aim.
        stayed: The branches that went on with the base's goal.
    """

    base: Agent
    learned: tuple[Agent, ...]
    stayed: tuple[Agent, ...]

    def vectors(self) -> tuple[list[Tree], list[Tree]]:
        """What each branch learned, of the actor: those of the aim, and the others."""
        actor = self.base.actor
        learned, stayed = (
            [at(task_vector(actor, one.actor), actor) for one in each]
            for each in (self.learned, self.stayed)
        )
        return learned, stayed


def family(source: RunSource, late: Switch, count: int, work: Work) -> Branches:
    """The branches from the recipient of a switch, each with other data.

    Args:
        source: The run.
        late: The switch; its recipient is the base.
        count: The number of branches that learn the aim.
        work: Progress over all branches.
    """
    plan, state = source.plan, source.state(late.phase)
    length = plan.schedule[late.phase].rollouts
    watch = work.counting((count + TWINS) * length)
    wanted = [late.aim] * count + [late.wants] * TWINS
    agents = [
        branch(state, plan, goal, at=[length], repeat=number, watch=watch).agents[
            length
        ]
        for number, goal in enumerate(wanted, start=1)
    ]
    base = source.agent(late.phase)
    return Branches(base, tuple(agents[:count]), tuple(agents[count:]))


def branch_agreement(family: Branches) -> Iterator[Row]:
    """How far vectors of branches agree: a mean over pairs, with the two nulls."""
    learned, stayed = family.vectors()
    pairs = {
        "": list(itertools.combinations(learned, 2)),
        OTHER_GOAL: list(itertools.product(learned, stayed)),
    }
    for null, each in pairs.items():
        for measure, value in ((COSINE, cosine), (OVERLAP, overlap)):
            found = float(np.mean([value(a, b) for a, b in each]))
            yield Row(AGREE, measure, found, condition=BRANCH, null=null)
    for measure, value in ((COSINE, 0.0), (OVERLAP, SHARE)):
        yield Row(AGREE, measure, value, condition=BRANCH, null=CHANCE)


def overlap(first: Tree, second: Tree) -> float:
    """The fraction of the weights that one vector moves most which the other does too.

    Of two random sets it is `SHARE` in the mean.

    Example:
        >>> import jax.numpy as jnp
        >>> one = {"a": jnp.array([0.0, 1.0, 2.0, 3.0] * 10)}
        >>> overlap(one, one)
        1.0
    """
    nothing = {path: 0 * leaf for path, leaf in first.items()}
    a, b = (top(nothing, each, SHARE) for each in (first, second))
    both = sum(int((a[path] & b[path]).sum()) for path in a)
    return both / sum(int(leaf.sum()) for leaf in a.values())


def targets(
    source: RunSource, other: RunSource | None, late: Switch
) -> dict[str, Agent]:
    """The agents that vectors are applied to; all want what the base wants."""
    base, before = source.agent(late.phase), same_goal(source, late)
    found = {} if before is None else {EARLIER: source.agent(before)}
    if other is not None:
        stranger = other.agent(late.phase)
        found[SEED] = stranger
        orders = match_weights(stranger.actor, base.actor)
        found[ALIGNED] = aligned(stranger, base, orders)
    return found


def transfers(
    family: Branches, target: str
) -> Iterator[tuple[Agent, dict[Condition, Edit], dict[Condition, dict[str, Edit]]]]:
    """For each branch: itself, the edit that adds its vector, and a further null."""
    learned, stayed = family.vectors()
    which = Condition(BRANCH, target)
    for number, (one, vector) in enumerate(zip(family.learned, learned, strict=True)):
        twin = matched(stayed[number % TWINS], vector)
        yield one, {which: Add(vector)}, {which: {SAME_GOAL: Add(twin)}}
