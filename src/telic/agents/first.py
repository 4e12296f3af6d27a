"""The first layer, computed for what an observation is: a few integer codes.

An observation is integer codes, one a cell, and a code stands for
fixed channel values (`World.encoding`, a codes × channels table P). The ordinary input
is x = P[codes], 500 wide in Keys, of which 75 entries are 1. Since
x·W = onehot(codes)·(P·W), the layer can be computed with P folded into W, and since
the one-hots of a cell sum to one, with the first code of each cell folded into the
bias: 200 wide instead of 500. Values and gradients are those of the ordinary
formulation up to rounding; the parameters keep its shape. Where folding does not make
the input narrower, as with raw integers, x itself is used.
"""

from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32

from telic.worlds.base import World


def first_layer(
    agent: Mapping[str, Array], nets: Sequence[str], world: World, observations: Array
) -> list[Float[Array, "batch units"]]:
    """The first layer's output for each net, by one matrix product for all of them.

    What an observation has beyond the kernel's inputs is left to interventions.
    """
    kernel = jnp.concatenate([agent[f"{net}/0/kernel"] for net in nets], axis=1)
    bias = jnp.concatenate([agent[f"{net}/0/bias"] for net in nets])
    table = world.encoding
    if table is None:
        x = observations[:, : kernel.shape[0]]
    elif table.shape[0] > table.shape[1]:
        x = channels(world, observations[:, : kernel.shape[0] // table.shape[1]])
    else:
        x = _one_hot(observations[:, : kernel.shape[0] // table.shape[1]], len(table))
        kernel, bias = _folded(kernel, bias, table)
    widths = [agent[f"{net}/0/bias"].shape[0] for net in nets]
    return jnp.split(x @ kernel + bias[None], np.cumsum(widths)[:-1], axis=1)


def channels(world: World, observations: Array) -> Float[Array, "batch inputs"]:
    """The ordinary input x: the channel values of every cell, or the floats themselves.

    Example:
        >>> from telic.worlds import Keys
        >>> channels(Keys(), jnp.zeros((2, 25), jnp.uint8)).shape
        (2, 500)
    """
    if world.encoding is None:
        return observations
    return jnp.asarray(world.encoding)[observations].reshape(len(observations), -1)


def _one_hot(codes: Array, count: int) -> Float[Array, "batch cells_and_codes"]:
    """One-hot codes without the first code: (batch, cells · (count - 1))."""
    hot = codes[:, :, None] == jnp.arange(1, count, dtype=codes.dtype)[None, None]
    return hot.astype(jnp.float32).reshape(len(codes), -1)


def _folded(
    kernel: Float[Array, "inputs units"],
    bias: Float[Array, " units"],
    table: Float32[np.ndarray, "codes channels"],
) -> tuple[Float[Array, "cells_and_codes units"], Float[Array, " units"]]:
    """The kernel for one-hot codes, and the bias with each cell's first code in it."""
    cells = kernel.shape[0] // table.shape[1]
    by_cell = kernel.reshape(cells, table.shape[1], -1)
    folded = jnp.einsum("kc,ncu->nku", jnp.asarray(table), by_cell)
    narrow = folded[:, 1:] - folded[:, :1]
    return narrow.reshape(-1, kernel.shape[1]), bias + folded[:, 0].sum(axis=0)
