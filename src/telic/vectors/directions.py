"""Directions in activation space, for steering."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


def difference_of_means(
    towards: Float[Array, "batch units"], away: Float[Array, "others units"]
) -> Float[Array, " units"]:
    """The direction from one set of activations to another: mean - mean.

    The sets may be of two agents on the same observations, or of one agent in two
    contexts.

    Reference:
        Turner et al. 2023, "Activation Addition: Steering Language Models Without
        Optimization", arXiv 2308.10248; Marks & Tegmark 2023, "The Geometry of Truth",
        arXiv 2310.06824.

    Example:
        >>> difference_of_means(jnp.ones((2, 3)), jnp.zeros((4, 3))).tolist()
        [1.0, 1.0, 1.0]
    """
    return towards.mean(axis=0) - away.mean(axis=0)


def random_unit(key: jax.Array, units: int) -> Float[Array, " units"]:
    """A direction of length 1, uniform over the sphere: the null of every direction.

    Example:
        >>> round(float(jnp.linalg.norm(random_unit(jax.random.key(0), 8))), 5)
        1.0
    """
    drawn = jax.random.normal(key, (units,))
    return drawn / jnp.linalg.norm(drawn)
