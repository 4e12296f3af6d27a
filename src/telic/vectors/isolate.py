"""Task vectors: the weight changes of a stretch of training, and their algebra.

The task vector of a phase is θ_after - θ_before, a tree like the agent itself. The
founding study of LunarLander calls it an isolated update: added to an agent with a
coefficient it moves the agent's goal, subtracted it reverses the change.

Agents and vectors may have NumPy arrays, as read from files; results have JAX arrays.

Reference:
    Ilharco et al. 2022, "Editing Models with Task Arithmetic", arXiv 2212.04089.
"""

import functools
import math
from collections.abc import Sequence

import jax.numpy as jnp

from telic.core import trees
from telic.core.errors import InputError
from telic.core.trees import Arrays, Tree


def task_vector(before: Arrays, after: Arrays) -> Tree:
    """The task vector between two checkpoints: after - before.

    Of two agents that were trained from one base it is the difference of their task
    vectors, as the base cancels: what both trainings share is gone from it.

    Raises:
        InputError: If the agents are not of one shape.

    Example:
        >>> before, after = ({"actor/0/bias": x} for x in (jnp.ones(2), jnp.zeros(2)))
        >>> v = task_vector(before, after)
        >>> v["actor/0/bias"].tolist()
        [-1.0, -1.0]
    """
    return trees.add(after, trees.scale(before, -1.0))


def move_along(agent: Arrays, vector: Arrays, *, coefficient: float = 1.0) -> Tree:
    """An agent moved along a task vector: θ + coefficient · v.

    At coefficient 0 it is the agent itself, bit for bit; -1 subtracts.

    Raises:
        InputError: If they are not of one shape, or the coefficient is not finite.

    Example:
        >>> one = {"actor/0/bias": jnp.ones(2)}
        >>> move_along(one, one, coefficient=-1.0)["actor/0/bias"].tolist()
        [0.0, 0.0]
    """
    if not math.isfinite(coefficient):
        raise InputError(f"coefficient = {coefficient}", why="it must be finite")
    if coefficient == 0:
        trees.check_alike(agent, vector)
        return _unchanged(agent)
    return trees.add(agent, trees.scale(vector, coefficient))


def mean(vectors: Sequence[Arrays]) -> Tree:
    """The mean of several task vectors: their common part stays, the rest averages out.

    Raises:
        InputError: If there is none, or they are not of one shape.

    Example:
        >>> two = [{"a": jnp.zeros(1)}, {"a": jnp.full(1, 4.0)}]
        >>> mean(two)["a"].tolist()
        [2.0]
    """
    if not vectors:
        raise InputError("the mean of no task vector", why="at least one is needed")
    return trees.scale(functools.reduce(trees.add, vectors), 1 / len(vectors))


def interpolate(a: Arrays, b: Arrays, share: float) -> Tree:
    """The agent on the line from a to b: (1 - share) · a + share · b.

    Shares below 0 and above 1 extrapolate; at 0 and 1 the ends are exact.

    Raises:
        InputError: If the agents are not of one shape, or the share is not finite.

    Example:
        >>> ends = {"a": jnp.zeros(1)}, {"a": jnp.full(1, 4.0)}
        >>> interpolate(*ends, 0.25)["a"].tolist()
        [1.0]
    """
    trees.check_alike(a, b)
    if share in (0, 1):
        return _unchanged(b if share else a)
    return move_along(a, task_vector(a, b), coefficient=share)


def restrict(vector: Arrays, *prefixes: str) -> Tree:
    """A copy of a vector with zeros in all leaves that have none of some prefixes.

    `restrict(v, "actor/")` is its actor, `restrict(v, "actor/0/", "actor/1/")` two
    layers. The result can be added to an agent like the vector itself.

    Raises:
        InputError: If a prefix is that of no leaf.

    Example:
        >>> v = {"actor/0/bias": jnp.ones(1), "critic/0/bias": jnp.ones(1)}
        >>> {path: leaf.tolist() for path, leaf in restrict(v, "actor/").items()}
        {'actor/0/bias': [1.0], 'critic/0/bias': [0.0]}
    """
    for prefix in prefixes:
        if not any(path.startswith(prefix) for path in vector):
            raise InputError(
                f"no weights under {prefix!r}",
                why=f"there are {', '.join(sorted(vector))}",
            )
    return {
        path: jnp.asarray(leaf) if path.startswith(prefixes) else jnp.zeros_like(leaf)
        for path, leaf in vector.items()
    }


def _unchanged(agent: Arrays) -> Tree:
    """The agent as JAX arrays; θ + 0 · v would be NaN where v is infinite."""
    return {path: jnp.asarray(leaf) for path, leaf in agent.items()}
