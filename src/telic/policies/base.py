"""The contract of a policy: a network kind, without its weights.

A policy is static, hashable data, such as `MLP(width=128)`. Parameters are a flat dict
of arrays by path. One function computes everything: `apply`. It calls `tap(site, x)` at
every named place of the computation and goes on with what the tap returns, so reading,
patching, steering, ablating, goal inputs, running from a place onwards and gradients at
a place are all taps, and no policy knows of any of them.
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
"""What a policy can be asked for; the leaves on the path to the logits: the actor."""

NETS = {LOGITS: "actor", VALUE: "critic"}
"""What the paths of a head's own leaves and sites begin with."""

INPUT = "input"
"""The name, in a table of units, of what is seen. It is no site: no tap is called."""


class Output(NamedTuple):
    """What a policy computes from a batch of observations.

    Attributes:
        logits: Unnormalised log-probabilities of the actions; None if not asked for.
        value: Estimate of the discounted return to come; None if not asked for.
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
        places: How many places the axis runs over besides units. Its length is places
            times units, and units vary fastest.
    """

    leaf: str
    axis: int
    makes: bool
    places: int = 1


Units = Mapping[str, tuple[Use, ...]]
"""For every site with units of its own, and for `INPUT`: the axes that run over them.

Reference:
    Ainsworth, Hayase & Srinivasa 2022, "Git Re-Basin", arXiv 2209.04836, whose
    permutation specification this is.
"""


@runtime_checkable
class Policy(Protocol):
    """A network kind; policies are frozen dataclasses without arrays."""

    def check(self, spec: Spec) -> None:
        """Raise `InputError` unless the policy can see and act as `spec` says."""
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
            spec: What is seen, and what may be done.
            observations: (batch, *spec.observation).
            carry: The memory before this step.
            tap: Called once for every site, in the order of the computation.
            heads: What is asked for, a subset of `HEADS`; the rest is not computed.
        """
        ...

    def units(self, spec: Spec) -> Units:
        """Which axes of which leaves belong to which units, sites in their order."""
        ...

    def without_goal(self) -> "Policy":
        """The same policy that reads no goal; itself, if it reads none."""
        ...

    def homogeneous(self, site: str) -> bool:
        """Whether a unit of a site may be scaled: f(a x) = a f(x) for every a > 0."""
        ...


def renewed(begins: Bool[Array, " batch"], fresh: Carry, carry: Carry) -> Carry:
    """The memory before a step: fresh in the rows in which an episode begins.

    Example:
        >>> row = jnp.array([True, False])
        >>> renewed(row, jnp.zeros((2, 1)), jnp.ones((2, 1))).tolist()
        [[0.0], [1.0]]
    """

    def chosen(new: Array, old: Array) -> Array:
        return jnp.where(begins.reshape(-1, *[1] * (new.ndim - 1)), new, old)

    return jax.tree.map(chosen, fresh, carry)


def identity(site: str, x: Array) -> Array:
    """The tap that leaves everything as it is."""
    del site
    return x
