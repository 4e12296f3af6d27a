"""A gated recurrent unit between a first layer and linear heads: a policy with memory.

With x the first layer after its ReLU and h the state before the step,

    r  = σ(x·W_r + h·U_r + b_r)              reset gate
    z  = σ(x·W_z + h·U_z + b_z)              update gate: the fraction of h to keep
    h̃  = tanh(x·W_h + (r ∗ h)·U_h + b_h)     candidate state
    h' = z ∗ h + (1 − z) ∗ h̃

and logits and value are linear in h'. The leaves are `trunk/gru/input` (inputs, 3,
units), `trunk/gru/hidden` (units, 3, units) and `trunk/gru/bias` (3, units), each in
the order r, z, h̃; the rest are `trunk/0`, `actor/0` and `critic/0`, as in the MLP.
The memory is the result of the tap at the site `trunk/gru/state`, so that an
intervention there also acts on later steps.

Reference:
    Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for
    Statistical Machine Translation", arXiv 1406.1078.
"""

import dataclasses
import math

import jax
import jax.numpy as jnp
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
from telic.policies.first_layer import check_row, first_layer
from telic.policies.spec import Spec

STATE = "trunk/gru/state"
"""The site of the memory."""


@dataclasses.dataclass(frozen=True)
class Recurrent:
    """A first layer, a gated recurrent unit, and linear heads for actor and critic.

    Example:
        >>> from telic.policies.agent import create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), Recurrent(), Keys(view=3))
        >>> agent["trunk/gru/hidden"].shape, agent.initial_carry(2).shape
        ((128, 3, 128), (2, 128))
    """

    width: int = 128
    """Units of the first layer."""
    memory: int = 128
    """Units of the state."""

    def __post_init__(self) -> None:
        """Check every field."""
        for field in ("width", "memory"):
            if not 1 <= getattr(self, field) <= 4096:
                raise InputError(
                    f"Recurrent.{field} = {getattr(self, field)}",
                    why="allowed: 1 to 4096",
                )

    def check(self, spec: Spec) -> None:
        """Raise unless observations can be flattened, and have no goal.

        Raises:
            InputError: If the observation is an image, or has a goal.
        """
        check_row(spec, "a recurrent policy")
        if spec.goals:
            raise InputError(
                f"the policy `recurrent` in the world {spec.name}, which tells a goal",
                why="it reads no goal: it would act as if none were told",
                fix="use the policy `mlp` with goal_units",
            )

    def init(self, key: jax.Array, spec: Spec) -> Tree:
        """Fresh parameters: orthogonal matrices, biases of zero, gains as in the MLP.

        Each of the three gates has a separate orthogonal matrix, of gain 1.
        """
        first, into, within, actor, critic = jax.random.split(key, 5)
        return {
            **_dense(first, "trunk/0", (spec.inputs, self.width), math.sqrt(2)),
            "trunk/gru/input": _gates(into, (self.width, self.memory)),
            "trunk/gru/hidden": _gates(within, (self.memory, self.memory)),
            "trunk/gru/bias": jnp.zeros((3, self.memory)),
            **_dense(actor, "actor/0", (self.memory, spec.distribution.outputs), 0.01),
            **_dense(critic, "critic/0", (self.memory, 1), 1.0),
            **spread(spec),
        }

    def initial_carry(self, batch: int) -> Float[Array, "batch units"]:
        """A state of zeros."""
        return jnp.zeros((batch, self.memory))

    def apply(
        self,
        params: Params,
        spec: Spec,
        observations: Array,
        carry: Float[Array, "batch units"],
        *,
        tap: Tap,
        heads: tuple[str, ...],
    ) -> Output:
        """Logits and value from the state after this step."""
        kernel, bias = params["trunk/0/kernel"], params["trunk/0/bias"]
        x = tap("trunk/0/pre", first_layer(kernel, bias, spec, observations))
        x = tap("trunk/0/post", jax.nn.relu(x))
        state = tap(STATE, stepped(params, x, carry))
        found = {}
        for head in heads:
            net = NETS[head]
            kernel, bias = params[f"{net}/0/kernel"], params[f"{net}/0/bias"]
            found[head] = tap(f"{net}/{head}", state @ kernel + bias[None])
        value = found[VALUE][:, 0] if VALUE in found else None
        logits = with_spread(params, spec, found.get(LOGITS))
        return Output(logits, value, state)

    def units(self, spec: Spec) -> Units:
        """The input's channels, and the units of the first layer, state and heads."""
        places = math.prod(spec.places)
        reads = (Use(f"{net}/0/kernel", 0, False) for net in NETS.values())
        ends = {
            f"{net}/{head}": (
                Use(f"{net}/0/kernel", 1, True),
                Use(f"{net}/0/bias", 0, True),
            )
            for head, net in NETS.items()
        }
        return {
            INPUT: (Use("trunk/0/kernel", 0, False, places),),
            "trunk/0/post": (
                Use("trunk/0/kernel", 1, True),
                Use("trunk/0/bias", 0, True),
                Use("trunk/gru/input", 0, False),
            ),
            STATE: (
                Use("trunk/gru/input", 2, True),
                Use("trunk/gru/hidden", 2, True),
                Use("trunk/gru/bias", 1, True),
                Use("trunk/gru/hidden", 0, False),
                *reads,
            ),
            **ends,
        }

    def without_goal(self) -> "Recurrent":
        """Itself, as it reads no goal."""
        return self

    def homogeneous(self, site: str) -> bool:
        """True if the site is a ReLU."""
        return site == "trunk/0/post"


def stepped(
    params: Params, x: Float[Array, "batch inputs"], h: Float[Array, "batch units"]
) -> Float[Array, "batch units"]:
    """The state after a step, by the equations above."""
    W, U, b = (params[f"trunk/gru/{leaf}"] for leaf in ("input", "hidden", "bias"))
    units = b.shape[1]
    given = (x @ W.reshape(len(W), -1)).reshape(len(x), 3, units) + b[None]
    read = (h @ U[:, :2].reshape(len(U), -1)).reshape(len(h), 2, units)
    r = jax.nn.sigmoid(given[:, 0] + read[:, 0])
    z = jax.nn.sigmoid(given[:, 1] + read[:, 1])
    new = jnp.tanh(given[:, 2] + (r * h) @ U[:, 2])
    return z * h + (1 - z) * new


def _dense(key: jax.Array, name: str, shape: tuple[int, int], gain: float) -> Tree:
    """The parameters of one dense layer."""
    kernel = jax.nn.initializers.orthogonal(gain)(key, shape, jnp.float32)
    return {f"{name}/kernel": kernel, f"{name}/bias": jnp.zeros(shape[1])}


def _gates(key: jax.Array, shape: tuple[int, int]) -> Float[Array, "inputs 3 units"]:
    """A matrix for each of the three gates."""
    kernel = jax.nn.initializers.orthogonal()
    made = [kernel(k, shape, jnp.float32) for k in jax.random.split(key, 3)]
    return jnp.stack(made, axis=1)
