"""The convolutions of Stable-Baselines3's `CnnPolicy`, its `NatureCNN`.

torch stores a kernel as (outputs, inputs, height, width), sees planes as (channels,
height, width), and flattens them in that order; telic's arrays are (height, width,
inputs, outputs), so nothing but the order of axes changes.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from telic.adapters import layers
from telic.adapters.layers import Arrays, Layout, Network
from telic.core.errors import InputError
from telic.policies import MLP, Adapted, Nature

TRUNK = "features_extractor."
"""The prefix of its weights."""

COPIES = ("pi_features_extractor.", "vf_features_extractor.")
"""The prefixes of the same weights, where actor and critic share them."""

CONVOLUTIONS = ("cnn.0", "cnn.2", "cnn.4")
"""The modules of its convolutions."""

DENSE = "linear.0"
"""The module of its dense layer."""


def network(
    held: Arrays,
    layout: Layout,
    image: Sequence[int],
    *,
    before: str,
    scale: float,
    what: str,
) -> tuple[Network, tuple[int, ...]]:
    """The network of a policy with `NatureCNN`.

    Args:
        held: The tensors.
        layout: Where the layers after it are.
        image: The shape of an observation: channels, height, width.
        before: What stands before `features_extractor`.
        scale: What the numbers of an observation are divided by.
        what: The file, for messages.

    Returns:
        The network, and the shape of an image: height, width, channels.

    Raises:
        InputError: If its layers are others, or actor and critic have their own.
    """
    trunk, used = _trunk(held, f"{before}{TRUNK}", what)
    heads = layers.network(held, dataclasses.replace(layout, greedy=False), what=what)
    assert isinstance(heads.policy, MLP)
    kernels = [kernel for kernel, _ in trunk]
    policy = Nature(
        channels=tuple(len(kernel) for kernel in kernels[:-1]),
        width=len(kernels[-1]),
        scale=scale,
        heads=heads.policy,
    )
    shape, into = _fitting(policy, image, kernels, what)
    kernels[-1] = kernels[-1].reshape(into)
    params = {f"trunk/{i}/bias": bias for i, (_, bias) in enumerate(trunk)}
    for i, kernel in enumerate(kernels):
        params[f"trunk/{i}/kernel"] = np.ascontiguousarray(kernel.transpose(2, 3, 1, 0))
    found = Network(
        Adapted(policy, greedy=True) if layout.greedy else policy,
        params | heads.params,
        heads.used | used | _copies(held, what),
    )
    return found, shape


def _trunk(
    held: Arrays, before: str, what: str
) -> tuple[list[tuple[np.ndarray, np.ndarray]], set[str]]:
    """Kernel and bias of each layer, as torch has them, and their names."""
    found, used = [], set()
    for name in (*CONVOLUTIONS, DENSE):
        names = [f"{before}{name}.{part}" for part in ("weight", "bias")]
        kernel, bias = map(held.get, names)
        axes = 2 if name == DENSE else 4
        if kernel is None or bias is None or kernel.ndim != axes:
            raise InputError(f"{what}: {before}{name} is no layer of NatureCNN")
        if bias.shape != kernel.shape[:1]:
            raise InputError(
                f"{what}: {before}{name}.bias has the shape {bias.shape}",
                why=f"its layer has {len(kernel)} outputs",
            )
        found.append((np.asarray(kernel, np.float32), np.asarray(bias, np.float32)))
        used |= set(names)
    return found, used


def _fitting(
    policy: Nature, image: Sequence[int], kernels: Sequence[np.ndarray], what: str
) -> tuple[tuple[int, int, int], tuple[int, int, int, int]]:
    """The shape of an image and of the dense kernel, if the layers fit them."""
    sides = tuple(kernel.shape[2:] for kernel in kernels[:-1])
    if sides != tuple((side, side) for side in policy.sides):
        raise InputError(
            f"{what}: its kernels are {sides}",
            why=f"those of NatureCNN are {policy.sides}, by strides of "
            f"{policy.strides}",
        )
    if len(image) != 3:
        raise InputError(
            f"{what}: it convolves observations of {tuple(image)}",
            why="due are channels, height and width",
        )
    channels, *size = image
    shape = (size[0], size[1], channels)
    high, wide, units = policy.planes(shape)[-1]
    into = (policy.width, units, high, wide)
    planes = [channels, *policy.channels[:-1]]
    seen = [kernel.shape[1] for kernel in kernels[:-1]]
    if min(high, wide) < 1 or kernels[-1].size != np.prod(into) or seen != planes:
        raise InputError(
            f"{what}: its convolutions do not fit images of {tuple(image)}",
            why="due are channels, height and width",
        )
    return shape, into


def _copies(held: Arrays, what: str) -> set[str]:
    """The names of weights that stand in the file again, the same."""
    found = set()
    for copy in COPIES:
        for name, values in held.items():
            if not name.startswith(copy):
                continue
            own = held.get(TRUNK + name.removeprefix(copy))
            if own is None or not np.array_equal(values, own):
                raise InputError(
                    f"{what}: actor and critic have convolutions of their own",
                    why=f"{name} is not that of {TRUNK}*; telic has one trunk for both",
                )
            found.add(name)
    return found
