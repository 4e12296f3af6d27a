"""The contract of a policy: a network kind, without its weights.

A policy is static, hashable data, such as `MLP(width=128)`. Parameters are a flat dict
of arrays by path. One function computes everything: `apply`. It calls `tap(site, x)` at
every named site of the computation and continues with the result, so capture, patching,
steering, ablation, goal inputs, partial forward passes and gradients at a site are all
taps, and policies need no code for any of them.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from telic.core.trees import Tree
from telic.policies.spec import Spec

Params = Mapping[str, Array]
"""The parameters of an agent by path."""

Carry = Any
"""A policy's memory between two steps: a pytree with a leading axis of the batch; an
empty tuple for policies without memory."""

Tap = Callable[[str, Array], Array]
"""A function of a site's name and its activations, which returns activations."""

LOGITS, VALUE = "logits", "value"
HEADS = (LOGITS, VALUE)
"""The outputs of a policy; the leaves on the path to the logits are the actor."""

NETS = {LOGITS: "actor", VALUE: "critic"}
"""The prefix of the paths of each head's leaves and sites."""

LOG_STD = "actor/log_std"
"""The leaf of the logarithms of the standard deviations of continuous actions."""

INPUT = "input"
"""The key of the input in a table of units. It is not a site: no tap is called."""


class Output(NamedTuple):
    """The output of a policy for a batch of observations.

    Attributes:
        logits: What determines the distribution of actions (`Spec.distribution`):
            unnormalised log-probabilities; for continuous actions means, then the
            logarithms of standard deviations; None if not requested.
        value: Estimate of the discounted return; None if not requested.
        carry: The memory after this step.
    """

    logits: Float[Array, "batch actions"] | None
    value: Float[Array, " batch"] | None
    carry: Carry


class Use(NamedTuple):
    """One axis of one leaf that runs over the units of a site.

    Attributes:
        leaf: The leaf's path.
        axis: The axis of the leaf.
        makes: Whether the leaf makes the site's units; otherwise it reads them.
        places: The number of places that the axis runs over besides units. Its length
            is places times units, and units vary fastest.
    """

    leaf: str
    axis: int
    makes: bool
    places: int = 1


Units = Mapping[str, tuple[Use, ...]]
"""The axes that run over the units of every site that has any, and of `INPUT`.

Reference:
    Ainsworth, Hayase & Srinivasa 2022, "Git Re-Basin", arXiv 2209.04836, whose
    permutation specification this is.
"""


@runtime_checkable
class Policy(Protocol):
    """A network kind; policies are frozen dataclasses without arrays."""

    def check(self, spec: Spec) -> None:
        """Raise `InputError` unless the policy fits a spec."""
        ...

    def init(self, key: jax.Array, spec: Spec) -> Tree:
        """Fresh parameters."""
        ...

    def initial_carry(self, batch: int) -> Carry:
        """The memory at the start of an episode; an empty tuple if there is none."""
        ...

    def apply(
        self,
        params: Params,
        spec: Spec,
        observations: Array,
        carry: Carry,
        *,
        tap: Tap,
        heads: tuple[str, ...],
    ) -> Output:
        """One step of the network for a batch of observations.

        Args:
            params: At least the leaves on the path to the heads.
            spec: The form of observations and actions.
            observations: (batch, *spec.observation).
            carry: The memory before this step.
            tap: Called once for every site, in the order of the computation.
            heads: The outputs to compute, a subset of `HEADS`.
        """
        ...

    def units(self, spec: Spec) -> Units:
        """The axes of leaves that run over the units of each site, sites in order."""
        ...

    def without_goal(self) -> "Policy":
        """The same policy without a goal input; itself, if it has none."""
        ...

    def homogeneous(self, site: str) -> bool:
        """True if units of a site may be rescaled: f(a x) = a f(x) for a > 0."""
        ...


def spread(spec: Spec) -> Tree:
    """The leaf that continuous actions need besides a network: deviations of 1."""
    return {LOG_STD: jnp.zeros(len(spec.bounds))} if spec.bounds else {}


def with_spread(params: Params, spec: Spec, numbers: Array | None) -> Array | None:
    """What a network computed, for continuous actions with their deviations."""
    if numbers is None or not spec.bounds:
        return numbers
    log_std = jnp.broadcast_to(params[LOG_STD][None], numbers.shape)
    return jnp.concatenate([numbers, log_std], axis=1)


def renewed(begins: Bool[Array, " batch"], fresh: Carry, carry: Carry) -> Carry:
    """The memory before a step: reset in the rows in which an episode begins.

    Example:
        >>> row = jnp.array([True, False])
        >>> renewed(row, jnp.zeros((2, 1)), jnp.ones((2, 1))).tolist()
        [[0.0], [1.0]]
    """

    def chosen(new: Array, old: Array) -> Array:
        return jnp.where(begins.reshape(-1, *[1] * (new.ndim - 1)), new, old)

    return jax.tree.map(chosen, fresh, carry)


def identity(site: str, x: Array) -> Array:
    """The tap that returns the activations unchanged."""
    del site
    return x
