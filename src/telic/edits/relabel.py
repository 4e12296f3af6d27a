"""Relabel: exchange two groups of input channels, so that they swap roles.

The trivial ceiling of every retargeting: the agent treats one colour exactly as it did
the other. It is no evidence of a goal inside the agent.
"""

import dataclasses

from telic.core.trees import Tree
from telic.edits.base import Edit, Params, lerp
from telic.edits.weights import WeightEdit
from telic.policies import INPUT
from telic.policies.agent import check_agent
from telic.vectors.swap import readers, swap_inputs


@dataclasses.dataclass(frozen=True)
class Relabel(WeightEdit):
    """Exchange input channels, at all places, in every leaf that reads the input.

    `Keys.channels(colour)` gives the channels of a colour.

    Example:
        >>> import jax
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(width=2), Keys())
        >>> edited = Relabel((13,), (12,))(agent)
        >>> before, after = (x["actor/0/kernel"] for x in (agent, edited))
        >>> bool((before[13] == after[12]).all() and (before[33] == after[32]).all())
        True
    """

    first: tuple[int, ...]
    """The channels of one colour."""
    second: tuple[int, ...]
    """As many channels of another colour."""

    def changed(self, agent: Params) -> Tree:
        """The leaves that read the input, also those of donors of earlier patches.

        Raises:
            InputError: If it is a plain dict, whose input leaves are not known.
        """
        only = "knows which of its weights read the input"
        agent = check_agent(agent, what="what is relabelled", only=only)
        uses = agent.units[INPUT]
        plain = {path: agent[path] for path, _ in readers(agent, uses)}
        swapped = swap_inputs(plain, uses, self.first, self.second)
        return {p: lerp(plain[p], swapped[p], self.strength) for p in plain}

    def reversed(self) -> Edit:
        """The same exchange; at a strength other than 1 there is no reverse."""
        return self if self.strength == 1 else super().reversed()
