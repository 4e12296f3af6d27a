"""Distributions of actions, given the numbers that a network computes.

`Output.logits` holds those numbers: for actions that are numbered, unnormalised
log-probabilities; for several choices at once, those of each choice in turn; for
continuous actions the means, then the logarithms of the standard deviations. Actions
are selected by uniform numbers, so that two agents with the same numbers act alike.
"""

import dataclasses
import functools
import math
from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)

TAIL = 2.0**-24
"""The least and, from 1, the greatest uniform number whose quantile is taken."""


@runtime_checkable
class Distribution(Protocol):
    """A family of distributions; frozen dataclasses without arrays.

    Attributes:
        outputs: What a network computes for an observation.
        draws: The shape of the uniform numbers that select an action.
    """

    @property
    def outputs(self) -> int: ...  # noqa: D102
    @property
    def draws(self) -> tuple[int, ...]: ...  # noqa: D102

    def select(self, numbers: Array, uniform: Array, *, greedy: bool) -> Array:
        """The actions that uniform numbers in [0, 1) select, or the most likely."""
        ...

    def log_prob(self, numbers: Array, actions: Array) -> Array:
        """The log-probability, or log-density, of actions."""
        ...

    def entropy(self, numbers: Array) -> Array:
        """The entropy, in nats."""
        ...

    def learnt(self, numbers: Array, actions: Array) -> tuple[Array, Array]:
        """`log_prob` and `entropy`, for a loss of both."""
        ...

    def kl(self, of: Array, numbers: Array) -> Array:
        """The divergence KL(of ‖ numbers), in nats."""
        ...

    def gap(self, mine: Array, theirs: Array) -> Array:
        """What `preference` needs to know of two policies."""
        ...

    def preference(self, gap: Array, numbers: Array) -> Array:
        """E log π(a) over actions of `theirs`, less that over actions of `mine`."""
        ...


@dataclasses.dataclass(frozen=True)
class Numbered:
    """One of some actions: a categorical distribution.

    Example:
        >>> one = Numbered(2)
        >>> logits = jnp.log(jnp.array([[0.25, 0.75]]))
        >>> one.select(logits, jnp.array([0.2]), greedy=False).tolist()
        [0]
        >>> float(one.kl(logits, logits)[0])
        0.0
    """

    count: int

    @property
    def outputs(self) -> int:
        """One for each action."""
        return self.count

    @property
    def draws(self) -> tuple[int, ...]:
        """One number."""
        return ()

    def select(self, numbers: Array, uniform: Array, *, greedy: bool) -> Array:
        """By inverting the distribution function."""
        cumulative = jnp.cumsum(jnp.exp(jax.nn.log_softmax(numbers)), axis=-1)
        action = (uniform[..., None] >= cumulative[..., :-1]).sum(axis=-1)
        return numbers.argmax(axis=-1).astype(action.dtype) if greedy else action

    def log_prob(self, numbers: Array, actions: Array) -> Array:
        """The log-softmax at the actions."""
        log_probs = jax.nn.log_softmax(numbers)
        return jnp.take_along_axis(log_probs, actions[..., None], axis=-1)[..., 0]

    def entropy(self, numbers: Array) -> Array:
        """-Σ p log p."""
        log_probs = jax.nn.log_softmax(numbers)
        return -(jnp.exp(log_probs) * log_probs).sum(axis=-1)

    def learnt(self, numbers: Array, actions: Array) -> tuple[Array, Array]:
        """Both from one log-softmax, whose gradient is then taken once."""
        log_probs = jax.nn.log_softmax(numbers)
        chosen = jnp.take_along_axis(log_probs, actions[..., None], axis=-1)[..., 0]
        return chosen, -(jnp.exp(log_probs) * log_probs).sum(axis=-1)

    def kl(self, of: Array, numbers: Array) -> Array:
        """Σ p (log p - log q)."""
        aim = jax.nn.log_softmax(of)
        return (jnp.exp(aim) * (aim - jax.nn.log_softmax(numbers))).sum(axis=-1)

    def gap(self, mine: Array, theirs: Array) -> Array:
        """The difference of the probabilities of each action."""
        return jax.nn.softmax(theirs) - jax.nn.softmax(mine)

    def preference(self, gap: Array, numbers: Array) -> Array:
        """Σ_a (π_theirs(a) - π_mine(a)) log π(a)."""
        return (gap * jax.nn.log_softmax(numbers)).sum(axis=-1)


@dataclasses.dataclass(frozen=True)
class Several:
    """Several numbered choices at once, independent of each other.

    Example:
        >>> both = Several((2, 3))
        >>> both.outputs, both.draws
        (5, (2,))
        >>> uniform = jnp.array([[0.9, 0.1]])
        >>> both.select(jnp.zeros((1, 5)), uniform, greedy=False).tolist()
        [[1, 0]]
    """

    counts: tuple[int, ...]

    @property
    def outputs(self) -> int:
        """One for each option of each choice."""
        return sum(self.counts)

    @property
    def draws(self) -> tuple[int, ...]:
        """One number for each choice."""
        return (len(self.counts),)

    def select(self, numbers: Array, uniform: Array, *, greedy: bool) -> Array:
        """Each choice by its own number."""
        parts = [
            one.select(part, uniform[..., i], greedy=greedy)
            for i, (one, part) in enumerate(self._parts(numbers))
        ]
        return jnp.stack(parts, axis=-1)

    def log_prob(self, numbers: Array, actions: Array) -> Array:
        """The sum over choices."""
        return self._sum(
            one.log_prob(part, actions[..., i])
            for i, (one, part) in enumerate(self._parts(numbers))
        )

    def entropy(self, numbers: Array) -> Array:
        """The sum over choices."""
        return self._sum(one.entropy(part) for one, part in self._parts(numbers))

    def learnt(self, numbers: Array, actions: Array) -> tuple[Array, Array]:
        """The sums over choices."""
        return self.log_prob(numbers, actions), self.entropy(numbers)

    def kl(self, of: Array, numbers: Array) -> Array:
        """The sum over choices."""
        both = zip(self._parts(of), self._parts(numbers), strict=True)
        return self._sum(one.kl(p, q) for (one, p), (_, q) in both)

    def gap(self, mine: Array, theirs: Array) -> Array:
        """The differences of the probabilities of every option."""
        both = zip(self._parts(mine), self._parts(theirs), strict=True)
        return jnp.concatenate([one.gap(p, q) for (one, p), (_, q) in both], axis=-1)

    def preference(self, gap: Array, numbers: Array) -> Array:
        """The sum over choices."""
        both = zip(self._parts(gap), self._parts(numbers), strict=True)
        return self._sum(one.preference(g, n) for (one, g), (_, n) in both)

    def _parts(self, numbers: Array) -> list[tuple[Numbered, Array]]:
        """The numbers of each choice."""
        ends = np.cumsum(self.counts)[:-1].tolist()
        parts = jnp.split(numbers, ends, axis=-1)
        return list(zip(map(Numbered, self.counts), parts, strict=True))

    def _sum(self, parts: Iterable[Array]) -> Array:
        """The sum of some arrays of one shape."""
        return functools.reduce(jnp.add, parts)


@dataclasses.dataclass(frozen=True)
class Gaussian:
    """A row of independent real numbers: Gaussians, not bounded.

    A world clips what leaves its bounds, and the log-probability is of the number
    before that, as in most libraries.

    Example:
        >>> two = Gaussian(2)
        >>> numbers = jnp.array([[1.0, -1.0, 0.0, 0.0]])
        >>> two.select(numbers, jnp.full((1, 2), 0.5), greedy=False).tolist()
        [[1.0, -1.0]]
        >>> float(two.kl(numbers, numbers + jnp.array([[1.0, 0.0, 0.0, 0.0]]))[0])
        0.5
    """

    size: int

    @property
    def outputs(self) -> int:
        """The means; the deviations do not depend on the observation (`LOG_STD`)."""
        return self.size

    @property
    def draws(self) -> tuple[int, ...]:
        """One number for each dimension."""
        return (self.size,)

    def select(self, numbers: Array, uniform: Array, *, greedy: bool) -> Array:
        """By the inverse of the distribution function; the mean if greedy."""
        mean, log_std = self._parts(numbers)
        if greedy:
            return mean
        # 0 has no finite quantile, and a float below 1 may round up to it.
        inside = jnp.clip(uniform, TAIL, 1 - TAIL)
        return mean + jnp.exp(log_std) * jax.scipy.special.ndtri(inside)

    def log_prob(self, numbers: Array, actions: Array) -> Array:
        """The log-density, summed over dimensions."""
        mean, log_std = self._parts(numbers)
        z = (actions - mean) * jnp.exp(-log_std)
        return -(0.5 * z**2 + log_std + HALF_LOG_TAU).sum(axis=-1)

    def entropy(self, numbers: Array) -> Array:
        """Σ (log σ + ½ log 2πe); it may be negative."""
        return (self._parts(numbers)[1] + HALF_LOG_TAU + 0.5).sum(axis=-1)

    def learnt(self, numbers: Array, actions: Array) -> tuple[Array, Array]:
        """Both."""
        return self.log_prob(numbers, actions), self.entropy(numbers)

    def kl(self, of: Array, numbers: Array) -> Array:
        """Σ (log σ_q - log σ_p + (σ_p² + (μ_p - μ_q)²) / 2σ_q² - ½)."""
        p, log_p = self._parts(of)
        q, log_q = self._parts(numbers)
        spread = jnp.exp(2 * (log_p - log_q)) + ((p - q) * jnp.exp(-log_q)) ** 2
        return (log_q - log_p + 0.5 * spread - 0.5).sum(axis=-1)

    def gap(self, mine: Array, theirs: Array) -> Array:
        """The numbers of both policies."""
        return jnp.concatenate([mine, theirs], axis=-1)

    def preference(self, gap: Array, numbers: Array) -> Array:
        """KL(mine ‖ π) + H(mine) - KL(theirs ‖ π) - H(theirs)."""
        mine, theirs = jnp.split(gap, 2, axis=-1)
        return (
            self.kl(mine, numbers)
            + self.entropy(mine)
            - self.kl(theirs, numbers)
            - self.entropy(theirs)
        )

    def _parts(self, numbers: Array) -> tuple[Array, Array]:
        """Means, and logarithms of standard deviations."""
        return numbers[..., : self.size], numbers[..., self.size :]
