"""Convolutional policies for images and grids: a shared trunk, and two heads.

Layer i of the trunk is `trunk/i/kernel` (3, 3, inputs, outputs) and `trunk/i/bias`,
with the sites `trunk/i/pre` and, after its ReLU, `trunk/i/post`, (batch, height, width,
units). Each head has one hidden layer, `actor/0/kernel` (height, width, inputs,
outputs), and a last one, `actor/1/kernel` (inputs, outputs); likewise the critic.
Kernels have separate axes for places, so that one axis runs over units.

A convolution is written as matrix products. XLA's convolution is faster forwards, but
its gradient inside a `scan`, as in training, is fifty times slower on a CPU.
"""

import dataclasses
import itertools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.policies.base import (
    INPUT,
    LOGITS,
    NETS,
    VALUE,
    Output,
    Params,
    Tap,
    Units,
    Use,
    spread,
    with_spread,
)
from telic.policies.spec import Spec

SIDE = 3
"""Height and width of a kernel."""

LAYERS, CHANNELS = 16, 1024
"""The most layers of a trunk, and the most channels of one."""

NARROW = 8
"""The most columns for which a row is computed by one matrix product."""


@dataclasses.dataclass(frozen=True)
class Conv:
    """A convolutional trunk with dense heads for actor and critic.

    With the default sizes an agent learns Keys as well and as fast as an MLP.

    Example:
        >>> from telic.policies.agent import create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), Conv(), Keys())
        >>> agent["trunk/0/kernel"].shape, agent["actor/0/kernel"].shape
        ((3, 3, 20, 16), (5, 5, 16, 64))
    """

    channels: tuple[int, ...] = (16, 16)
    """Units per place of each layer of the trunk."""
    width: int = 64
    """Units in the hidden layer of each head."""
    stride: int = 1
    """The stride of each layer of the trunk; 2 for images."""

    def __post_init__(self) -> None:
        """Check every field."""
        count = len(self.channels)
        allowed = {
            f"channels = {self.channels}": 1 <= count <= LAYERS
            and all(1 <= units <= CHANNELS for units in self.channels),
            f"width = {self.width}": self.width >= 1,
            f"stride = {self.stride}": 1 <= self.stride <= SIDE,
        }
        whys = (
            f"allowed: 1 to {LAYERS} layers of 1 to {CHANNELS} channels",
            "allowed: 1 or more",
            f"allowed: 1 to {SIDE}",
        )
        for (field, fine), why in zip(allowed.items(), whys, strict=True):
            if not fine:
                raise InputError(f"Conv.{field}", why=why)

    def check(self, spec: Spec) -> None:
        """Raise unless observations have two axes of places, and no goal.

        Raises:
            InputError: If not; it names the shape, and the allowed ones.
        """
        if len(spec.places) != 2 or spec.goals:
            seen = " x ".join(map(str, spec.observation))
            kind = "floats" if spec.encoding is None else "codes"
            raise InputError(
                f"the policy `conv` on observations of {seen} {kind}"
                + (" that tell a goal" if spec.goals else ""),
                why="it needs a plane: codes (height, width), or floats "
                "(height, width, channels), and reads no goal",
                fix="use the policy `mlp`",
            )

    def init(self, key: jax.Array, spec: Spec) -> Tree:
        """Fresh parameters: orthogonal kernels, biases of zero, gains as in the MLP."""
        shapes = self._shapes(spec)
        gains = {"actor/1": 0.01, "critic/1": 1.0}
        tree = {}
        for k, (name, shape) in zip(
            jax.random.split(key, len(shapes)), shapes.items(), strict=True
        ):
            kernel = jax.nn.initializers.orthogonal(gains.get(name, math.sqrt(2)))
            tree[f"{name}/kernel"] = kernel(k, shape, jnp.float32)
            tree[f"{name}/bias"] = jnp.zeros(shape[-1])
        return tree | spread(spec)

    def initial_carry(self, batch: int) -> tuple[()]:
        """An empty tuple, as there is no memory."""
        del batch
        return ()

    def apply(
        self,
        params: Params,
        spec: Spec,
        observations: Array,
        carry: tuple[()],
        *,
        tap: Tap,
        heads: tuple[str, ...],
    ) -> Output:
        """Logits and value from one pass through the trunk."""
        x, into = _planes(spec, observations)
        for i in range(len(self.channels)):
            kernel, bias = params[f"trunk/{i}/kernel"], params[f"trunk/{i}/bias"]
            kernel = kernel if i else into(kernel)
            out = convolved(x, kernel, self.stride) + bias[None, None, None]
            x = tap(f"trunk/{i}/pre", out)
            x = tap(f"trunk/{i}/post", jax.nn.relu(x))
        found = {head: _head(params, head, x, tap) for head in heads}
        value = found[VALUE][:, 0] if VALUE in found else None
        logits = with_spread(params, spec, found.get(LOGITS))
        return Output(logits, value, carry)

    def units(self, spec: Spec) -> Units:
        """The channels of the input and of the trunk, and the units of the heads."""
        del spec
        last = len(self.channels) - 1
        table: dict[str, tuple[Use, ...]] = {}
        table[INPUT] = (Use("trunk/0/kernel", 2, False),)
        for i in range(len(self.channels)):
            nets = NETS.values() if i == last else ()
            reads = [f"{net}/0/kernel" for net in nets] or [f"trunk/{i + 1}/kernel"]
            feeds = (Use(leaf, 2, False) for leaf in reads)
            table[f"trunk/{i}/post"] = (*_makes(f"trunk/{i}", 3), *feeds)
        for head, net in NETS.items():
            feeds = (Use(f"{net}/1/kernel", 0, False),)
            table[f"{net}/0/post"] = (*_makes(f"{net}/0", 3), *feeds)
            table[f"{net}/{head}"] = _makes(f"{net}/1", 1)
        return table

    def without_goal(self) -> "Conv":
        """Itself, as it reads no goal."""
        return self

    def homogeneous(self, site: str) -> bool:
        """True if the site is a ReLU."""
        return site.endswith("/post")

    def _shapes(self, spec: Spec) -> dict[str, tuple[int, ...]]:
        """The shape of the kernel of every layer."""
        step = self.stride ** len(self.channels)
        places = tuple(math.ceil(count / step) for count in spec.places)
        counts = itertools.pairwise((spec.channels, *self.channels))
        trunk = {f"trunk/{i}": (SIDE, SIDE, *pair) for i, pair in enumerate(counts)}
        ends = {LOGITS: spec.distribution.outputs, VALUE: 1}
        heads = {}
        for head, net in NETS.items():
            heads[f"{net}/0"] = (*places, self.channels[-1], self.width)
            heads[f"{net}/1"] = (self.width, ends[head])
        return trunk | heads


def convolved(
    x: Float[Array, "batch height width inputs"],
    kernel: Float[Array, "side side inputs units"],
    stride: int = 1,
    *,
    padding: int = 1,
) -> Float[Array, "batch rows columns units"]:
    """The convolution of a kernel, at every `stride`-th place.

    Args:
        x: The planes.
        kernel: The kernel.
        stride: The distance of the places, in both directions.
        padding: The zeros on every side of a plane.

    Example:
        >>> convolved(jnp.ones((1, 3, 3, 1)), jnp.ones((3, 3, 1, 1)))[0, :, :, 0]
        Array([[4., 6., 4.],
               [6., 9., 6.],
               [4., 6., 4.]], dtype=float32)
    """
    if (kernel.shape[0], stride, padding) == (SIDE, 1, 1) and x.shape[2] <= NARROW:
        return _by_rows(x, kernel)
    return _by_patches(x, kernel, stride, padding)


def _by_rows(x: Array, kernel: Array) -> Float[Array, "batch height width units"]:
    """The convolution by whole rows: one banded matrix for all three input rows."""
    batch, height, width, inputs = x.shape
    shifts = [np.eye(width, k=1 - j, dtype=np.float32) for j in range(SIDE)]
    bands = jnp.einsum("jpq,ijcu->ipcqu", jnp.asarray(np.stack(shifts)), kernel)
    rows = x.reshape(batch, height, width * inputs)
    rows = jnp.pad(rows, ((0, 0), (1, 1), (0, 0)))
    seen = [rows[:, i : i + height] for i in range(SIDE)]
    flat = jnp.concatenate(seen, axis=2).reshape(batch * height, -1)
    out = flat @ bands.reshape(flat.shape[1], -1)
    return out.reshape(batch, height, width, -1)


def _by_patches(
    x: Array, kernel: Array, stride: int, padding: int
) -> Float[Array, "batch rows columns units"]:
    """The convolution by patches: less work than `_by_rows` where rows are wide."""
    side = kernel.shape[0]
    edge = (padding, padding)
    padded = jnp.pad(x, ((0, 0), edge, edge, (0, 0)))
    high, wide = (size - side + 1 for size in padded.shape[1:3])
    seen = [
        padded[:, i : i + high : stride, j : j + wide : stride]
        for i in range(side)
        for j in range(side)
    ]
    patches = jnp.concatenate(seen, axis=3)
    flat = patches.reshape(-1, side * side * x.shape[3])
    out = flat @ kernel.reshape(flat.shape[1], -1)
    return out.reshape(*patches.shape[:3], -1)


def _planes(
    spec: Spec, observations: Array
) -> tuple[Float[Array, "batch height width inputs"], Callable[[Array], Array]]:
    """The input of the first layer, and a function that adapts its kernel to it.

    Codes are one-hot where that is narrower than their channels, as in the first layer
    of an MLP (`telic.policies.first_layer`).
    """
    if spec.encoding is None or len(spec.encoding) >= spec.channels:
        return spec.channel_values(observations).astype(jnp.float32), lambda k: k
    codes = jnp.arange(len(spec.encoding), dtype=observations.dtype)
    hot = observations[..., None] == codes[None, None, None]
    table = jnp.asarray(spec.table)
    return hot.astype(jnp.float32), lambda k: jnp.einsum("oc,ijcu->ijou", table, k)


def _head(
    params: Params, head: str, x: Array, tap: Tap
) -> Float[Array, "batch outputs"]:
    """One head, from the trunk's last layer."""
    net = NETS[head]
    kernel, bias = params[f"{net}/0/kernel"], params[f"{net}/0/bias"]
    flat = x.reshape(len(x), -1) @ kernel.reshape(-1, kernel.shape[-1])
    hidden = tap(f"{net}/0/pre", flat + bias[None])
    hidden = tap(f"{net}/0/post", jax.nn.relu(hidden))
    out = hidden @ params[f"{net}/1/kernel"] + params[f"{net}/1/bias"][None]
    return tap(f"{net}/{head}", out)


def _makes(name: str, axis: int) -> tuple[Use, Use]:
    """The uses of a layer's leaves that make its units."""
    return Use(f"{name}/kernel", axis, True), Use(f"{name}/bias", 0, True)
