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
    kernels, biases = [], []
    for name in (*CONVOLUTIONS, DENSE):
        kernel, bias = (
            held.get(f"{before}{TRUNK}{name}.{part}") for part in ("weight", "bias")
        )
        axes = 2 if name == DENSE else 4
        if kernel is None or bias is None or kernel.ndim != axes:
            raise InputError(f"{what}: {before}{TRUNK}{name} is no layer of NatureCNN")
        kernels.append(np.asarray(kernel, np.float32))
        biases.append(np.asarray(bias, np.float32))
    usual = Nature()
    sides = tuple((x.shape[2], x.shape[3]) for x in kernels[:3])
    if sides != tuple((side, side) for side in usual.sides):
        raise InputError(
            f"{what}: its kernels are {sides}",
            why=f"those of NatureCNN are {usual.sides}, by strides of {usual.strides}",
        )
    used = {
        f"{before}{TRUNK}{name}.{part}"
        for name in (*CONVOLUTIONS, DENSE)
        for part in ("weight", "bias")
    }
    used |= _copies(held, what)
    heads = layers.network(held, layout, what=what)
    inner = heads.policy.policy if isinstance(heads.policy, Adapted) else heads.policy
    assert isinstance(inner, MLP)
    policy = Nature(
        channels=tuple(len(x) for x in kernels[:3]),
        width=len(kernels[3]),
        scale=scale,
        heads=inner,
    )
    shape = (image[1], image[2], image[0])
    *_, (high, wide, units) = policy.planes(shape)
    into = (len(kernels[3]), units, high, wide)
    planes = [image[0], *policy.channels[:-1]]
    seen = [x.shape[1] for x in kernels[:3]]
    if min(high, wide) < 1 or kernels[3].size != np.prod(into) or seen != planes:
        raise InputError(
            f"{what}: its convolutions do not fit images of {tuple(image)}",
            why="due are channels, height and width",
        )
    kernels[3] = kernels[3].reshape(into)
    params = {}
    for i, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        params[f"trunk/{i}/kernel"] = np.ascontiguousarray(kernel.transpose(2, 3, 1, 0))
        params[f"trunk/{i}/bias"] = bias
    whole = (
        dataclasses.replace(heads.policy, policy=policy)
        if isinstance(heads.policy, Adapted)
        else policy
    )
    found = Network(whole, params | heads.params, heads.used | used)
    return found, shape


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
