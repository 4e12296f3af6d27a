"""The first layer, computed directly from integer codes.

An observation is one integer code per cell, and each code has fixed channel values
(`Spec.encoding`, a codes × channels table P). The ordinary input is x = P[codes], 500
wide in Keys, of which 75 entries are 1. Since x·W = onehot(codes)·(P·W), the layer can
be computed with P folded into W, and since the one-hots of a cell sum to one, with the
first code of each cell folded into the bias: 200 wide instead of 500. Values and
gradients equal those of the ordinary formulation up to rounding; the parameters keep
their ordinary shape. Where folding does not make the input narrower, as with raw
integers, x itself is used.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float, Float32
from numpy import ndarray

from telic.core.errors import InputError
from telic.policies.spec import Spec

MOST = 10_000
"""The most inputs to flatten; a larger observation is treated as an image."""


def first_layer(
    kernel: Float[Array, "inputs units"],
    bias: Float[Array, " units"],
    spec: Spec,
    observations: Array,
) -> Float[Array, "batch units"]:
    """The first layer's output: x·W + b, by the narrowest matrix product.

    The goal at the end of an observation, if there is one, is left out.

    Example:
        >>> from telic.worlds import Keys
        >>> seen = jnp.zeros((2, 5, 5), jnp.uint8)
        >>> layer = jnp.ones((500, 3)), jnp.zeros(3)
        >>> first_layer(*layer, Spec.of(Keys()), seen).shape
        (2, 3)
    """
    flat = observations.reshape(len(observations), -1)
    if spec.encoding is None:
        x = flat[:, : kernel.shape[0]]
    else:
        table, codes = spec.table, flat[:, : kernel.shape[0] // spec.channels]
        if table.shape[0] > table.shape[1]:
            x = jnp.asarray(table)[codes].reshape(len(codes), -1)
        else:
            x = _one_hot(codes, len(table))
            kernel, bias = _folded(kernel, bias, table)
    return x @ kernel + bias[None]


def check_row(spec: Spec, who: str) -> None:
    """Raise if observations are images, for a policy that flattens them.

    Raises:
        InputError: If they are; it names their shape and the limit.
    """
    if len(spec.observation) > 1 and spec.inputs > MOST:
        raise InputError(
            f"observations of {' x '.join(map(str, spec.observation))} for {who}",
            why=f"it would see {spec.inputs:,} numbers in a row; at most {MOST:,} "
            "are flattened unasked",
            fix="make them smaller (gymnasium.wrappers.ResizeObservation), or ask "
            "for it (FlattenObservation); for images there is the policy `conv`",
        )


def _one_hot(codes: Array, count: int) -> Float[Array, "batch cells_and_codes"]:
    """One-hot codes without the first code: (batch, cells · (count - 1))."""
    hot = codes[:, :, None] == jnp.arange(1, count, dtype=codes.dtype)[None, None]
    return hot.astype(jnp.float32).reshape(len(codes), -1)


def _folded(
    kernel: Float[Array, "inputs units"],
    bias: Float[Array, " units"],
    table: Float32[ndarray, "codes channels"],
) -> tuple[Float[Array, "cells_and_codes units"], Float[Array, " units"]]:
    """The kernel for one-hot codes, and the bias with each cell's first code."""
    cells = kernel.shape[0] // table.shape[1]
    by_cell = kernel.reshape(cells, table.shape[1], -1)
    folded = jnp.einsum("kc,ncu->nku", jnp.asarray(table), by_cell)
    # The one-hots of a cell sum to one, so the first is 1 minus the others: its row
    # moves into the bias, and is subtracted from the rows of the others. The agent's
    # own kernel keeps its 500 rows, which edits and loci address; this folding is
    # redone in every pass, and gradients flow through it.
    narrow = folded[:, 1:] - folded[:, :1]
    return narrow.reshape(-1, kernel.shape[1]), bias + folded[:, 0].sum(axis=0)
