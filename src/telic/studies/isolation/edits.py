"""The edits of the isolation study: a second phase's vector, subtracted and added.

The *plain update* is the whole change of a second phase, part of which any further
training would make. Its *reward-specific part* is the difference from a control agent
that trained for as many steps, from the same base and the same data, under the old
objective. The *contrastive vector* is the difference from an agent that trained for as
many steps under the opposite objective, so that what both trainings share cancels.

Beside noise, an edit of weights has nulls that training made and no new reward did
(`studies/hard_nulls.py` has those of switches), each brought to the edit's norm in the
leaves that it changes:

- `continuation`: from the base to the control agent, as further training goes,
  whether the edit is added or subtracted. The reward-specific part, subtracted, has
  this change in it: it is base − after + control;
- `continuation undone`: the same, subtracted;
- `twin continuation`: from the control agent to another one, trained alike with other
  draws. This is the recipe of the reward-specific part where there is no new reward;
- `another seed`: the same vector of another run, with its units as they are;
- `no new reward, as trained`: the vector's own recipe without the new reward, not
  rescaled; of doses alone.

There is no null of flipped labels: one run has one second phase, and half of one vector
cannot be turned round.

Reference:
    Zbeeb, Hammoud & Ghanem 2025, "Reasoning Vectors", arXiv 2509.01363: the difference
    of two trainings of one base, of which one had the reward.
    Fierro & Roger 2025, "Steering Language Models with Weight Arithmetic", arXiv
    2511.05408: the difference of two opposite trainings.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import jax

from telic.core import trees
from telic.core.trees import Tree, at
from telic.edits import Add, Edit, Graft, LowRank, top
from telic.policies import Agent
from telic.studies.hard_nulls import nulls_of
from telic.trials import Condition
from telic.vectors import task_vector
from telic.vectors.nulls import gaussian

PLAIN, SPECIFIC = "plain update", "reward-specific part"
CONTRAST = "contrastive vector"
VECTORS = (PLAIN, SPECIFIC)
"""The vectors that need no third training."""
DOSES = (SPECIFIC, PLAIN, CONTRAST)
"""The groups of doses: the value of a condition is the vector's strength. Worlds that
declare no contrast lack the last one."""

PARTS, SHARES, RANKS = "part of it", "largest weights", "rank"
NOISE = "with noise"
PARTIAL = (PARTS, RANKS, SHARES, NOISE)
"""The groups that subtract the reward-specific part in part. The value of a condition
is a layer, or the critic; the rank; per cent of the weights; the length of the noise
in lengths of the vector."""

CRITIC = "critic"
CONTINUATION, UNDONE = "continuation", "continuation undone"
TWIN = "twin continuation"
ELSEWHERE, AS_TRAINED = "another seed", "no new reward, as trained"
"""The nulls that training made."""

RANK = (1, 2, 4, 8)
SHARE = (0.01, 0.05, 0.1, 0.2, 0.5)
AMOUNT = (0.25, 0.5, 1.0, 2.0)

Edits = dict[Condition, Edit]


class Update(NamedTuple):
    """The agents before and after a second phase, and the control agents.

    Attributes:
        base: The agent before the phase.
        after: The agent after the phase.
        same: The control: the base after as many steps under the old objective.
        twin: Another control, trained as `same` was, with other draws.
        opposite: The base after as many steps under the opposite of the second
            objective; None if the world declares none.
        foreign: By vector, the same vector of another seed's run; empty if there is no
            other run.
    """

    base: Agent
    after: Agent
    same: Agent
    twin: Agent
    opposite: Agent | None
    foreign: Mapping[str, Tree]

    @property
    def vectors(self) -> dict[str, Tree]:
        """The vector of each group of doses, over actor and critic."""
        return vectors_of(self.base, self.after, self.same, self.opposite)

    @property
    def unrewarded(self) -> dict[str, Tree]:
        """What the recipe of each vector gives without the new reward."""
        pair = task_vector(self.same, self.twin)
        drift = task_vector(self.base, self.same)
        return {name: drift if name == PLAIN else pair for name in self.vectors}


def vectors_of(
    base: Agent, after: Agent, same: Agent, opposite: Agent | None
) -> dict[str, Tree]:
    """The vectors of a second phase, by name, over actor and critic.

    Args:
        base: The agent before the phase.
        after: The agent after the phase.
        same: The control agent.
        opposite: The agent after the opposite phase, if there is one.
    """
    found = {SPECIFIC: task_vector(same, after), PLAIN: task_vector(base, after)}
    if opposite is not None:
        found[CONTRAST] = task_vector(opposite, after)
    return found


def update_doses(update: Update, strengths: Sequence[float]) -> Edits:
    """Edits that add every vector at all strengths; negative ones subtract."""
    return {
        Condition(name, s): Add(at(vector, update.base.actor), strength=s)
        for name, vector in update.vectors.items()
        for s in strengths
    }


def parts(update: Update, key: jax.Array) -> Edits:
    """Edits that subtract only a part of the reward-specific part, or add noise too.

    Args:
        update: The agents of the second phase.
        key: The random key of the noise, of which there is more or less.
    """
    vector, base = update.vectors[SPECIFIC], update.base.actor
    own = at(vector, base)
    aim = trees.add(base, trees.scale(own, -1.0))
    drawn = gaussian(key, own)
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
        Condition(NOISE, a): Add(
            trees.add(trees.scale(own, -1.0), trees.scale(drawn, a))
        )
        for a in AMOUNT
    }
    return found


def nulls(update: Update, made: Edits) -> dict[Condition, dict[str, Edit]]:
    """The nulls of all edits that training made.

    Where an edit subtracts, its nulls are subtracted; continuation is both added and
    subtracted. All but `AS_TRAINED` have the edit's norm in the leaves that it changes.

    Args:
        update: The agents of the second phase.
        made: The edits, from `update_doses` and `parts`.
    """
    base, unrewarded = update.base, update.unrewarded
    drift, twin = unrewarded[PLAIN], unrewarded[SPECIFIC]
    both = {CONTINUATION: drift, UNDONE: trees.scale(drift, -1.0)}
    found: dict[Condition, dict[str, Edit]] = {}
    for condition, edit in made.items():
        name, strength = SPECIFIC, -1.0
        if condition.group in unrewarded:
            name, strength = condition.group, float(condition.value)
        known = {TWIN: twin}
        if name in update.foreign:
            known[ELSEWHERE] = update.foreign[name]
        sign = 1.0 if strength > 0 else -1.0
        turned = {null: trees.scale(way, sign) for null, way in known.items()}
        found |= nulls_of({condition: edit}, base, both | turned)
        if condition.group in unrewarded:
            own = at(unrewarded[name], base.actor)
            found[condition][AS_TRAINED] = Add(own, strength=strength)
    return found
