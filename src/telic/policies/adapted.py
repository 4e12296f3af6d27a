"""A network with the ways in which it was used: what it saw, and how it acted.

Agents of other libraries were often trained behind a normaliser of observations, and
some act greedily. Both belong to the agent: without them it is another one. They are
static, so edits change weights alone, and whatever captures, edits or exports the
agent carries them.
"""

import dataclasses
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from telic.core.errors import InputError
from telic.core.trees import Arrays, Tree
from telic.policies.base import INPUT, Carry, Output, Params, Policy, Tap, Units
from telic.policies.mlp import MLP
from telic.policies.spec import Spec


@dataclasses.dataclass(frozen=True)
class Adapted:
    """A policy that sees clip((observation - mean) / std), or acts greedily, or both.

    Example:
        >>> policy = Adapted(MLP(), mean=(1.0,), std=(2.0,), clip=10.0)
        >>> policy.seen(jnp.array([[5.0], [99.0]])).tolist()
        [[2.0], [10.0]]
    """

    policy: Policy = dataclasses.field(default_factory=MLP)
    """The network."""
    mean: tuple[float, ...] = ()
    """What is subtracted from each number of a flat observation; empty: nothing is
    normalised."""
    std: tuple[float, ...] = ()
    """What the difference is divided by."""
    clip: float = 0.0
    """The greatest size of a normalised number; 0: any."""
    greedy: bool = False
    """Whether the agent always takes its most probable action."""

    def __post_init__(self) -> None:
        """Check every field."""
        numbers = (*self.mean, *self.std, self.clip)
        if len(self.mean) != len(self.std) or not all(map(math.isfinite, numbers)):
            raise InputError(
                f"a normaliser: {len(self.mean)} means, {len(self.std)} deviations",
                why="each number of an observation has one of both, and all are finite",
            )
        if min(self.std, default=1.0) <= 0 or self.clip < 0:
            raise InputError(
                f"a normaliser with std {min(self.std, default=1.0)}, clip {self.clip}",
                why="allowed: deviations above 0, and 0 or more to clip at",
            )
        if isinstance(self.policy, Adapted):
            raise InputError("Adapted within Adapted", why="one has all ways of use")

    def check(self, spec: Spec) -> None:
        """Raise unless the policy fits a spec, and the normaliser its observations.

        Raises:
            InputError: If not; it names the numbers of inputs.
        """
        self.policy.check(spec)
        if self.mean and len(self.mean) != spec.inputs:
            raise InputError(
                f"a normaliser of {len(self.mean)} numbers",
                why=f"observations of {spec.name} have {spec.inputs}",
            )
        if self.mean and (spec.encoding is not None or spec.goals):
            raise InputError(
                f"a normaliser for observations of {spec.name}",
                why="they are codes, or tell a goal: only floats are normalised",
            )
        if self.mean and any(use.axis for use in self.policy.units(spec)[INPUT]):
            raise InputError(
                f"a normaliser before convolutions, on observations of {spec.name}",
                why="its numbers have the order of other axes, and differ by place",
            )

    def init(self, key: jax.Array, spec: Spec) -> Tree:
        """Fresh parameters of the network."""
        return self.policy.init(key, spec)

    def initial_carry(self, batch: int) -> Carry:
        """The memory of the network at the start of an episode."""
        return self.policy.initial_carry(batch)

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
        """One step of the network on normalised observations."""
        seen = self.seen(observations)
        return self.policy.apply(params, spec, seen, carry, tap=tap, heads=heads)

    def units(self, spec: Spec) -> Units:
        """The units of the network."""
        return self.policy.units(spec)

    def without_goal(self) -> Any:
        """The same without a goal input."""
        return dataclasses.replace(self, policy=self.policy.without_goal())

    def homogeneous(self, site: str) -> bool:
        """True if units of a site may be rescaled."""
        return self.policy.homogeneous(site)

    def seen(self, observations: Array) -> Array:
        """Observations as the network sees them.

        A mean may be far greater than the deviation, so it is subtracted in two parts,
        which together have the digits of a double.
        """
        if not self.mean:
            return observations
        shape = observations.shape[1:]
        whole, std = np.array(self.mean), np.array(self.std)
        first = whole.astype(np.float32)
        second = (whole - first).astype(np.float32)
        part = observations - jnp.asarray(first.reshape(shape))[None]
        x = (part - jnp.asarray(second.reshape(shape))[None]) / jnp.asarray(
            std.astype(np.float32).reshape(shape)
        )[None]
        return jnp.clip(x, -self.clip, self.clip) if self.clip else x


def network_of(policy: Policy) -> Policy:
    """The network of a policy: what is in `Adapted`, or the policy itself."""
    return policy.policy if isinstance(policy, Adapted) else policy


def rebased(params: Arrays, policy: Policy, onto: Policy, spec: Spec) -> Tree:
    """Parameters for another normaliser, with which the network computes the same.

    Checkpoints of one training have normalisers that moved with it, so their weights
    read different numbers. Both normalisers are affine, and the difference is folded
    into the layers that read the observation; where either of them clips, the network
    computes something else.

    Args:
        params: The parameters.
        policy: The network with the normaliser that they were trained behind.
        onto: The same network, with the other normaliser.
        spec: The form of observations.

    Returns:
        All parameters; the same ones if neither has a normaliser or both have the same.

    Raises:
        InputError: If the policies differ in more than the normaliser's numbers.
    """
    found = {path: jnp.asarray(leaf) for path, leaf in params.items()}
    if policy == onto:
        return found
    if not _differ_in_numbers(policy, onto):
        raise InputError(
            f"two networks: {onto} and {policy}",
            why="agents of one network differ in weights, and in the numbers of a "
            "normaliser",
            fix="import each into a run of its own, with --name",
        )
    assert isinstance(policy, Adapted) and isinstance(onto, Adapted)
    mine, theirs = (np.array([x.mean, x.std], np.float64) for x in (policy, onto))
    scale, shift = theirs[1] / mine[1], (theirs[0] - mine[0]) / mine[1]
    for use in policy.units(spec)[INPUT]:
        kernel = np.asarray(params[use.leaf], np.float64)
        wide = (len(kernel),) + (1,) * (kernel.ndim - 1)
        bias = use.leaf.replace("kernel", "bias")
        moved = np.asarray(params[bias], np.float64) + shift @ kernel
        found[use.leaf] = jnp.asarray(kernel * scale.reshape(wide), jnp.float32)
        found[bias] = jnp.asarray(moved, jnp.float32)
    return found


def _differ_in_numbers(policy: Policy, onto: Policy) -> bool:
    """True if policies differ in nothing but the numbers of their normalisers."""
    if not (isinstance(policy, Adapted) and isinstance(onto, Adapted)):
        return False
    moved = dataclasses.replace(policy, mean=onto.mean, std=onto.std)
    return moved == onto and bool(policy.mean) == bool(onto.mean)
