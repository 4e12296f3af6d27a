"""The network of the Atari agents: convolutions, a dense layer, and two heads.

Layer i of the trunk is `trunk/i/kernel` (side, side, inputs, outputs) and
`trunk/i/bias`; the dense layer after the convolutions is the last of the trunk, and its
kernel has separate axes for places (height, width, inputs, outputs). All of them have a
ReLU. The heads are perceptrons on its output, `actor/i` and `critic/i` as in `MLP`.

Reference:
    Mnih et al. 2015, "Human-level control through deep reinforcement learning", Nature
    518. It is what Stable-Baselines3 and CleanRL use for images.
"""

import dataclasses
import math

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.policies.base import INPUT, Output, Params, Policy, Tap, Units, Use
from telic.policies.conv import convolved
from telic.policies.mlp import MLP
from telic.policies.spec import Spec

HEADS = MLP(width=512, actor_layers=1, critic_layers=1, activation="tanh")
"""The heads of the original: linear in the dense layer."""


@dataclasses.dataclass(frozen=True)
class Nature:
    """Three convolutions without padding, a dense layer, and two perceptrons on it.

    Example:
        >>> Nature().planes((84, 84, 4))
        [(84, 84, 4), (20, 20, 32), (9, 9, 64), (7, 7, 64)]
    """

    channels: tuple[int, ...] = (32, 64, 64)
    """Units per place of each convolution."""
    sides: tuple[int, ...] = (8, 4, 3)
    """Height and width of each kernel."""
    strides: tuple[int, ...] = (4, 2, 1)
    """The stride of each."""
    width: int = 512
    """Units of the dense layer."""
    scale: float = 255.0
    """What the numbers of an observation are divided by: 255 for bytes."""
    heads: Policy = HEADS
    """The perceptrons from the dense layer to actions and value, an `MLP`."""

    def __post_init__(self) -> None:
        """Check every field."""
        layers = len(self.channels), len(self.sides), len(self.strides)
        numbers = (*self.channels, *self.sides, *self.strides, self.width)
        if len(set(layers)) > 1 or not layers[0] or min(numbers) < 1:
            raise InputError(
                f"Nature with channels {self.channels}, sides {self.sides}, strides "
                f"{self.strides}, width {self.width}",
                why="each layer has one of each, and all are 1 or more",
            )
        if not 0 < self.scale < math.inf:
            raise InputError(f"Nature.scale = {self.scale}", why="allowed: above 0")
        if not isinstance(self.heads, MLP) or self.heads.goal_units:
            raise InputError(
                f"Nature.heads = {self.heads}", why="an MLP is due that reads no goal"
            )

    def planes(self, image: tuple[int, ...]) -> list[tuple[int, int, int]]:
        """The shape of an image and of each convolution: height, width, channels."""
        high, wide, seen = image
        found = [(high, wide, seen)]
        layers = zip(self.channels, self.sides, self.strides, strict=True)
        for units, side, stride in layers:
            high, wide = ((size - side) // stride + 1 for size in (high, wide))
            found.append((high, wide, units))
        return found

    def check(self, spec: Spec) -> None:
        """Raise unless observations are images, and large enough.

        Raises:
            InputError: If not; it names the shape.
        """
        image = spec.encoding is None and len(spec.observation) == 3 and not spec.goals
        if not image or min(min(size) for size in self.planes(spec.observation)) < 1:
            seen = " x ".join(map(str, spec.observation))
            raise InputError(
                f"the policy `nature` on observations of {seen}",
                why=f"it needs images (height, width, channels) that its kernels of "
                f"{self.sides} by strides of {self.strides} fit into",
                fix="use the policy `conv` or `mlp`",
            )

    def init(self, key: jax.Array, spec: Spec) -> Tree:
        """Fresh parameters: orthogonal kernels of gain √2, biases of zero."""
        planes = self.planes(spec.observation)
        into = [seen for *_, seen in planes]
        sizes = [(side, side) for side in self.sides] + [planes[-1][:2]]
        tree, keys = {}, jax.random.split(key, len(sizes) + 1)
        make = jax.nn.initializers.orthogonal(math.sqrt(2))
        for i, units in enumerate((*self.channels, self.width)):
            kernel = make(keys[i], (*sizes[i], into[i], units), jnp.float32)
            tree |= {f"trunk/{i}/kernel": kernel, f"trunk/{i}/bias": jnp.zeros(units)}
        return tree | self.heads.init(keys[-1], self._features(spec))

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
        x = observations.astype(jnp.float32) / self.scale
        for i in range(len(self.channels) + 1):
            kernel, bias = params[f"trunk/{i}/kernel"], params[f"trunk/{i}/bias"]
            if i < len(self.channels):
                out = convolved(x, kernel, self.strides[i], padding=0)
            else:
                out = x.reshape(len(x), -1) @ kernel.reshape(-1, kernel.shape[-1])
            x = tap(f"trunk/{i}/pre", out + bias.reshape((1,) * (out.ndim - 1) + (-1,)))
            x = tap(f"trunk/{i}/post", jax.nn.relu(x))
        seen = self._features(spec)
        return self.heads.apply(params, seen, x, carry, tap=tap, heads=heads)

    def units(self, spec: Spec) -> Units:
        """The channels of the input and of the convolutions, and the dense units."""
        table = dict(self.heads.units(self._features(spec)))
        read = tuple(Use(use.leaf, 0, False) for use in table[INPUT])
        table[INPUT] = (Use("trunk/0/kernel", 2, False),)
        last = len(self.channels)
        for i in range(last + 1):
            feeds = (Use(f"trunk/{i + 1}/kernel", 2, False),) if i < last else read
            table[f"trunk/{i}/post"] = (
                Use(f"trunk/{i}/kernel", 3, True),
                Use(f"trunk/{i}/bias", 0, True),
                *feeds,
            )
        return table

    def without_goal(self) -> "Nature":
        """Itself, as it reads no goal."""
        return self

    def homogeneous(self, site: str) -> bool:
        """True if the site is a ReLU."""
        trunk = site.startswith("trunk/") and site.endswith("/post")
        return trunk or self.heads.homogeneous(site)

    def _features(self, spec: Spec) -> Spec:
        """The spec of the heads, which see the dense layer."""
        return dataclasses.replace(spec, observation=(self.width,))
