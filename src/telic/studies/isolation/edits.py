"""The edits of the isolation study: a second phase's vector, subtracted and added.

The *plain update* is the whole change of a second phase, part of which any further
training would make. Its *reward-specific part* is the difference from a control agent
that trained for as many steps, from the same base and the same data, under the old
objective.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from telic.core import trees
from telic.core.trees import Tree, at
from telic.edits import Add, Chain, Edit, Graft, LowRank, Noise, top
from telic.policies import Agent
from telic.trials import Condition
from telic.vectors import matched, task_vector

PLAIN, SPECIFIC = "plain update", "reward-specific part"
VECTORS = (PLAIN, SPECIFIC)
"""The groups of doses: the value of a condition is the vector's strength."""

PARTS, SHARES, RANKS = "part of it", "largest weights", "rank"
NOISE = "with noise"
PARTIAL = (PARTS, RANKS, SHARES, NOISE)
"""The groups that subtract the reward-specific part in part. The value of a condition
is a layer, or the critic; the rank; per cent of the weights; the length of the noise
in lengths of the vector."""

CRITIC = "critic"
CONTINUATION = "continuation"
"""The null from more training under the old objective."""

RANK = (1, 2, 4, 8)
SHARE = (0.01, 0.05, 0.1, 0.2, 0.5)
AMOUNT = (0.25, 0.5, 1.0, 2.0)

Edits = dict[Condition, Edit]


class Update(NamedTuple):
    """The agents before and after a second phase, and the control agent.

    Attributes:
        base: The agent before the phase.
        after: The agent after the phase.
        same: The control: the base after as many steps under the old objective.
        foreign: By vector, the same vector of another seed's run; empty if there is no
            other run.
    """

    base: Agent
    after: Agent
    same: Agent
    foreign: Mapping[str, Tree]

    @property
    def vectors(self) -> dict[str, Tree]:
        """The plain update and its reward-specific part, over actor and critic."""
        return {
            PLAIN: task_vector(self.base, self.after),
            SPECIFIC: task_vector(self.same, self.after),
        }


def update_doses(update: Update, strengths: Sequence[float]) -> Edits:
    """Edits that add both vectors at all strengths; negative ones subtract."""
    return {
        Condition(name, s): Add(at(vector, update.base.actor), strength=s)
        for name, vector in update.vectors.items()
        for s in strengths
    }


def parts(update: Update) -> Edits:
    """Edits that subtract only a part of the reward-specific part, or add noise too."""
    vector, base = update.vectors[SPECIFIC], update.base.actor
    own = at(vector, base)
    aim = trees.add(base, trees.scale(own, -1.0))
    length = float(trees.norm(own))
    rest = {path: leaf for path, leaf in vector.items() if path not in base}
    found: Edits = {
        Condition(PARTS, layer): Add(trees.select(vector, f"{layer}/"), strength=-1.0)
        for layer in sorted(layer.name for layer in base.layers)
    }
    if rest:
        found[Condition(PARTS, CRITIC)] = Add(rest, strength=-1.0)
    found |= {Condition(RANKS, float(r)): LowRank(aim, r) for r in RANK}
    found |= {Condition(SHARES, 100 * s): Graft(aim, top(base, aim, s)) for s in SHARE}
    found |= {
        Condition(NOISE, a): Chain((Add(own, strength=-1.0), Noise(a * length)))
        for a in AMOUNT
    }
    return found


def nulls(
    update: Update, strengths: Sequence[float]
) -> dict[Condition, dict[str, Edit]]:
    """The nulls of every dose: further training's vector, and another seed's vector.

    Both are rescaled to the norm of the vector.
    """
    actor = update.base.actor
    drift = task_vector(actor, update.same.actor)
    found: dict[Condition, dict[str, Edit]] = {}
    for name, vector in update.vectors.items():
        others = {CONTINUATION: drift}
        if name in update.foreign:
            others["another seed"] = at(update.foreign[name], actor)
        for s in strengths:
            found[Condition(name, s)] = {
                null: Add(matched(other, at(vector, actor)), strength=s)
                for null, other in others.items()
            }
    return found
