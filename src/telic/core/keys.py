"""Random keys: JAX keys, or integer seeds for them."""

import jax
import jax.numpy as jnp

from telic.core.errors import InputError


def as_key(key: int | jax.Array) -> jax.Array:
    """A JAX key from a seed; a key is returned unchanged.

    Raises:
        InputError: If it is neither an integer nor a key.

    Example:
        >>> as_key(3) == jax.random.key(3), as_key(jax.random.key(3)).shape
        (Array(True, dtype=bool), ())
    """
    if isinstance(key, int) and not isinstance(key, bool):
        return jax.random.key(key)
    if isinstance(key, jax.Array) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        return key
    raise InputError(
        f"key = {key!r}"[:80],
        why="a whole number or one of JAX's keys is needed",
        fix="for example key=0, or key=jax.random.key(0)",
    )
