"""The agent: separate MLPs for the actor and the critic, as one flat dict of arrays.

Layer i of the actor is `actor/i/kernel` (inputs, outputs) and `actor/i/bias`; so for
the critic. That is all an agent is: it maps one-to-one onto a safetensors file and a
torch state dict, and an edit of it is a function from dict to dict.

**The first layer.** An observation is integer codes, one a cell, and a code stands for
fixed channel values (`World.encoding`, a codes × channels table P). The ordinary input
is x = P[codes], 500 wide in Keys, of which 75 entries are 1. Since
x·W = onehot(codes)·(P·W), the layer can be computed with P folded into W, and since
the one-hots of a cell sum to one, with the first code of each cell folded into the
bias: 200 wide instead of 500. Values and gradients are those of the ordinary
formulation up to rounding; the parameters keep its shape. Where folding does not make
the input narrower, as with raw integers, x itself is used.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32

from telic.core.errors import InputError
from telic.core.names import check_name, lookup
from telic.core.trees import Tree
from telic.worlds.base import World, inputs

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
}

Parameters = Mapping[str, Array]


@dataclasses.dataclass(frozen=True)
class Network:
    """The shape of an agent; the defaults are the founding study's."""

    width: int = 128
    """Units in every hidden layer."""
    actor_layers: int = 4
    """Linear layers of the actor, the last one to the actions."""
    critic_layers: int = 3
    """Linear layers of the critic, the last one to the value."""
    activation: str = "relu"
    """`relu` or `tanh`, after every layer but the last."""

    def __post_init__(self) -> None:
        """Check every field."""
        check_name(self.activation, ACTIVATIONS, kind="activation")
        for field in ("width", "actor_layers", "critic_layers"):
            if getattr(self, field) < 1:
                raise InputError(
                    f"Network.{field} = {getattr(self, field)}",
                    why="allowed: 1 or more",
                )

    def layers(self, net: str) -> int:
        """How many linear layers `actor` or `critic` has."""
        return {"actor": self.actor_layers, "critic": self.critic_layers}[net]


def create(key: jax.Array, network: Network, world: World) -> Tree:
    """A fresh agent: orthogonal kernels, biases of zero.

    The gain is √2 for hidden layers, 0.01 for the last layer of the actor (so that
    every action is about as likely) and 1 for that of the critic.

    Reference:
        Saxe, McClelland & Ganguli 2013, "Exact solutions to the nonlinear dynamics of
        learning in deep linear neural networks", arXiv 1312.6120.

    Example:
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), Network(), Keys())
        >>> agent["actor/0/kernel"].shape, agent["critic/2/kernel"].shape
        ((500, 128), (128, 1))
    """
    actor, critic = jax.random.split(key)
    outputs = len(world.actions)
    return {
        **_net(actor, "actor", network, inputs(world), outputs, gain=0.01),
        **_net(critic, "critic", network, inputs(world), 1, gain=1.0),
    }


def logits(
    agent: Parameters, network: Network, world: World, observations: Array
) -> Float[Array, "batch actions"]:
    """The actor's preference for each action, before the softmax."""
    (first,) = _first(agent, ["actor"], world, observations)
    return _rest(agent, "actor", network, first)


def value(
    agent: Parameters, network: Network, world: World, observations: Array
) -> Float[Array, " batch"]:
    """The critic's estimate of the discounted return to come."""
    (first,) = _first(agent, ["critic"], world, observations)
    return _rest(agent, "critic", network, first)[:, 0]


def policy_and_value(
    agent: Parameters, network: Network, world: World, observations: Array
) -> tuple[Float[Array, "batch actions"], Float[Array, " batch"]]:
    """`logits` and `value` together, their first layers in one matrix product."""
    actor, critic = _first(agent, ["actor", "critic"], world, observations)
    return (
        _rest(agent, "actor", network, actor),
        _rest(agent, "critic", network, critic)[:, 0],
    )


def _net(
    key: jax.Array, net: str, network: Network, width: int, outputs: int, gain: float
) -> Tree:
    """The parameters of one MLP."""
    layers = network.layers(net)
    widths = [width, *[network.width] * (layers - 1), outputs]
    tree = {}
    for i, layer_key in enumerate(jax.random.split(key, layers)):
        scale = gain if i == layers - 1 else float(np.sqrt(2))
        kernel = jax.nn.initializers.orthogonal(scale)
        shape = (widths[i], widths[i + 1])
        tree[f"{net}/{i}/kernel"] = kernel(layer_key, shape, jnp.float32)
        tree[f"{net}/{i}/bias"] = jnp.zeros(widths[i + 1])
    return tree


def _first(
    agent: Parameters, nets: Sequence[str], world: World, observations: Array
) -> list[Float[Array, "batch units"]]:
    """The first layer's output for each net, by one matrix product for all of them."""
    kernel = jnp.concatenate([agent[f"{net}/0/kernel"] for net in nets], axis=1)
    bias = jnp.concatenate([agent[f"{net}/0/bias"] for net in nets])
    table = world.encoding
    if table is None:
        x = observations
    elif table.shape[0] > table.shape[1]:
        x = jnp.asarray(table)[observations].reshape(len(observations), -1)
    else:
        x = _one_hot(observations, len(table))
        kernel, bias = _folded(kernel, bias, table)
    widths = [agent[f"{net}/0/bias"].shape[0] for net in nets]
    return jnp.split(x @ kernel + bias[None], np.cumsum(widths)[:-1], axis=1)


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


def _rest(
    agent: Parameters, net: str, network: Network, first: Float[Array, "batch units"]
) -> Float[Array, "batch outputs"]:
    """Everything behind the first layer."""
    act = lookup(network.activation, ACTIVATIONS, kind="activation")
    x = first
    for i in range(1, network.layers(net)):
        x = act(x) @ agent[f"{net}/{i}/kernel"] + agent[f"{net}/{i}/bias"][None]
    return x
