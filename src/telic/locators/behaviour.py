"""A differentiable measure of behaviour: an agent's preference for the donor's goal.

On states s that both agents visit, with π_R and π_D the recipient's and the donor's
policies,

    logit_gap(θ) = E_s Σ_a (π_D(a|s) - π_R(a|s)) log π_θ(a|s)

is the difference between the log-probabilities of the donor's preferred actions and the
recipient's: of heading for one colour or the other, wherever the two differ. States in
which they agree have no weight, and the measure needs no definition of heading for a
goal from the world.

Reference:
    The logit difference of circuit discovery, for two policies; Mueller et al. 2025,
    "MIB: A Mechanistic Interpretability Benchmark", arXiv 2504.13151.
"""

import dataclasses
import functools
from collections.abc import Mapping

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from telic.core.trees import Tree, outline
from telic.policies import LOGITS, Agent, renewed
from telic.policies.base import Carry

Activations = dict[str, Float[Array, "rows ..."]]


@functools.partial(
    jax.tree_util.register_dataclass,
    data_fields=["observations", "gap", "first"],
    meta_fields=[],
)
@dataclasses.dataclass(frozen=True)
class Behaviour:
    """The states on which two agents are compared, and the gap of their policies.

    Attributes:
        observations: (batch, ...) the first half seen by the recipient, the second by
            the donor. For agents with memory (batch, time, ...): whole sequences.
        gap: The donor's probability of each action minus the recipient's; for
            continuous actions, what determines both policies (`Gaussian.gap`).
        first: (batch, time) whether a step begins an episode; empty without memory.
    """

    observations: Array
    gap: Float[Array, "rows actions"]
    first: Bool[Array, "batch time"] | tuple[()] = ()

    __repr__ = outline

    @property
    def rows(self) -> Array:
        """(rows, ...) every observation as a row: sequence by sequence."""
        if isinstance(self.first, tuple):
            return self.observations
        return self.observations.reshape(-1, *self.observations.shape[2:])

    def some(self, batch: Int[Array, " some"]) -> "Behaviour":
        """The behaviour on some states, or on some sequences."""
        steps = len(self.gap) // len(self.observations)
        gap = self.gap.reshape(-1, steps, self.gap.shape[1])[batch]
        first = self.first if isinstance(self.first, tuple) else self.first[batch]
        return Behaviour(
            self.observations[batch], gap.reshape(-1, self.gap.shape[1]), first
        )


def forward(
    agent: Agent,
    observations: Array,
    first: Bool[Array, "batch time"] | tuple[()] = (),
    given: Mapping[str, Float[Array, "rows ..."]] | None = None,
) -> tuple[Float[Array, "rows actions"], Activations]:
    """An agent's logits on the states of a behaviour, and all of its actor's sites.

    Args:
        agent: The agent.
        observations: The observations of a behaviour.
        first: The episode starts of a behaviour.
        given: Activations to use instead of the agent's own, by site. Anything needed
            only for the replaced ones is not computed.

    Returns:
        The logits, and the activations by site, with a row for each state.
    """
    given = given or {}
    if isinstance(first, tuple):
        # For an agent with memory, every row is then the first of an episode.
        return _step(agent, observations, None, given)[:2]
    count, length = first.shape
    parts = {s: x.reshape(count, length, *x.shape[1:]) for s, x in given.items()}
    carry, fresh = agent.initial_carry(count), agent.initial_carry(count)
    logits, found = [], []
    for time in range(length):  # unrolled, as values cannot leave a scan through a tap
        carry = renewed(first[:, time], fresh, carry)
        now = {site: x[:, time] for site, x in parts.items()}
        out, sites, carry = _step(agent, observations[:, time], carry, now)
        logits.append(out)
        found.append(sites)
    together = {s: _by_row([step[s] for step in found]) for s in found[0]}
    return _by_row(logits), together


def _step(
    agent: Agent, seen: Array, carry: Carry, given: Mapping[str, Array]
) -> tuple[Array, Activations, Carry]:
    """Logits, activations and memory of one step."""
    found: Activations = {}

    def tap(site: str, x: Array) -> Array:
        found[site] = given.get(site, x)
        return found[site]

    output = agent(seen, carry, tap=tap, heads=(LOGITS,))
    assert output.logits is not None
    return output.logits, found, output.carry


def _by_row(steps: list[Array]) -> Array:
    """Arrays of every step as rows, sequence by sequence."""
    both = jnp.stack(steps, axis=1)
    return both.reshape(-1, *both.shape[2:])


@jax.jit
def policy_gap(
    recipient: Agent,
    donor: Agent,
    observations: Array,
    first: Bool[Array, "batch time"] | tuple[()] = (),
) -> Float[Array, "rows actions"]:
    """The gap of two policies: differences of probabilities, or both policies."""
    mine, theirs = (
        forward(agent, observations, first)[0] for agent in (recipient, donor)
    )
    return recipient.spec.distribution.gap(mine, theirs)


def logit_gap(behaviour: Behaviour, agent: Agent) -> Float[Array, ""]:
    """An agent's preference for the donor's behaviour, in nats.

    Example:
        >>> from telic.locators.toys import toy
        >>> found = toy()
        >>> mine, theirs = (
        ...     float(logit_gap(found.behaviour, agent))
        ...     for agent in (found.recipient, found.donor)
        ... )
        >>> theirs > mine
        True
    """
    logits, _ = forward(agent, behaviour.observations, behaviour.first)
    return logit_gap_from_logits(behaviour, agent, logits)


def logit_gap_from_logits(
    behaviour: Behaviour, agent: Agent, logits: Float[Array, "rows actions"]
) -> Float[Array, ""]:
    """`logit_gap`, computed from an agent's logits."""
    return agent.spec.distribution.preference(behaviour.gap, logits).mean()


@jax.jit
def grad_logit_gap(behaviour: Behaviour, agent: Agent) -> Tree:
    """The gradient of `logit_gap` with respect to every weight."""
    return dict(jax.grad(lambda weights: logit_gap(behaviour, weights))(agent))
