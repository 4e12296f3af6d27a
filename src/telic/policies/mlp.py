"""Multi-layer perceptrons, one for the actor and one for the critic.

Layer i of the actor is `actor/i/kernel` (inputs, outputs) and `actor/i/bias`; likewise
the critic. The sites are `actor/i/pre`, a layer's output, and `actor/i/post`, after its
activation function; the last ones are `actor/logits` and `critic/value`.
"""

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from telic.core.errors import InputError
from telic.core.names import check_name, lookup
from telic.core.trees import Tree
from telic.policies import interventions
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

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "elu": jax.nn.elu,
    "gelu": functools.partial(jax.nn.gelu, approximate=False),
    "leaky_relu": jax.nn.leaky_relu,
    "sigmoid": jax.nn.sigmoid,
    "silu": jax.nn.silu,
}
"""Activation functions by name, each as torch's default of that name."""

HOMOGENEOUS = ("relu", "leaky_relu")
"""Those with f(a x) = a f(x) for a > 0."""


@dataclasses.dataclass(frozen=True)
class MLP:
    """Two perceptrons; the defaults are the founding study's.

    Example:
        >>> from telic.policies.agent import create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(), Keys())
        >>> agent["actor/0/kernel"].shape, agent["critic/2/kernel"].shape
        ((500, 128), (128, 1))
    """

    width: int = 128
    """Units in every hidden layer."""
    actor_layers: int = 4
    """Linear layers of the actor, the last one to the actions."""
    critic_layers: int = 3
    """Linear layers of the critic, the last one to the value."""
    activation: str = "relu"
    """The activation function after every layer but the last: `relu`, `tanh`, …"""
    goal_layer: int = 0
    """The actor's layer at which a goal-conditioned agent reads its goal."""
    goal_units: int = 0
    """The number of its units that the goal is added to; 0: not goal-conditioned."""
    actor_widths: tuple[int, ...] = ()
    """Units in each hidden layer of the actor; empty: `width` in each."""
    critic_widths: tuple[int, ...] = ()
    """Units in each hidden layer of the critic; empty: `width` in each."""

    def __post_init__(self) -> None:
        """Check every field."""
        check_name(self.activation, ACTIVATIONS, kind="activation")
        for field in ("width", "actor_layers", "critic_layers"):
            if getattr(self, field) < 1:
                raise InputError(
                    f"MLP.{field} = {getattr(self, field)}",
                    why="allowed: 1 or more",
                )
        for net, count in self._nets():
            given = getattr(self, f"{net}_widths")
            fits = len(given) == count - 1 and min(given, default=1) >= 1
            if given and not fits:
                raise InputError(
                    f"MLP.{net}_widths = {given}",
                    why=f"{count - 1} hidden layers, each of 1 unit or more",
                )
        if not 0 <= self.goal_layer < self.actor_layers:
            raise InputError(
                f"MLP.goal_layer = {self.goal_layer}",
                why=f"allowed: 0 to {self.actor_layers - 1}",
            )
        last = self.goal_layer == self.actor_layers - 1 or self.critic_layers == 1
        if self.goal_units and last:
            raise InputError(
                f"MLP.goal_layer = {self.goal_layer} of {self.actor_layers} layers",
                why="a goal is read before an activation function: not in a last layer",
            )
        read = self.hidden("actor")[self.goal_layer :][:1] + self.hidden("critic")[:1]
        if not 0 <= self.goal_units <= min(read, default=0):
            raise InputError(
                f"MLP.goal_units = {self.goal_units}",
                why=f"allowed: 0 to the width of the layer, {min(read, default=0)}",
            )

    def check(self, spec: Spec) -> None:
        """Raise unless observations can be flattened, and the world has any goal input.

        Raises:
            InputError: If the observation is an image, or lacks the goal that is read.
        """
        check_row(spec, "an MLP")
        if self.goal_units and not spec.goals:
            raise InputError(
                f"MLP.goal_units = {self.goal_units}",
                why=f"the world {spec.name} tells no goal",
                fix="use the world `goal-keys`",
            )

    def init(self, key: jax.Array, spec: Spec) -> Tree:
        """Fresh parameters: orthogonal kernels, biases of zero.

        The gain is √2 for hidden layers, 0.01 for the last layer of the actor (so that
        every action is about as likely) and 1 for that of the critic. Tables of goals
        are standard Gaussian.

        Reference:
            Saxe, McClelland & Ganguli 2013, "Exact solutions to the nonlinear dynamics
            of learning in deep linear neural networks", arXiv 1312.6120.
        """
        actor, critic = jax.random.split(key)
        return {
            **self._net(
                actor, "actor", spec.inputs, spec.distribution.outputs, gain=0.01
            ),
            **self._net(critic, "critic", spec.inputs, 1, gain=1.0),
            **spread(spec),
            **self._goals(jax.random.fold_in(key, 1), spec.goals),
        }

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
        """Logits and value; the first layers of both nets are one matrix product."""
        # One product for both nets, so that the input is made one-hot, and the kernel
        # folded (`first_layer`), once instead of twice.
        nets = [NETS[head] for head in heads]
        kernel = jnp.concatenate([params[f"{net}/0/kernel"] for net in nets], axis=1)
        bias = jnp.concatenate([params[f"{net}/0/bias"] for net in nets])
        both = first_layer(kernel, bias, spec, observations)
        widths = [params[f"{net}/0/bias"].shape[0] for net in nets]
        firsts = jnp.split(both, np.cumsum(widths)[:-1], axis=1)
        found = {
            head: self._rest(params, net, first, tap)
            for head, net, first in zip(heads, nets, firsts, strict=True)
        }
        value = found[VALUE][:, 0] if VALUE in found else None
        logits = with_spread(params, spec, found.get(LOGITS))
        return Output(logits, value, carry)

    def units(self, spec: Spec) -> Units:
        """The units of every layer, and the channels of every place of the input."""
        first = "actor/0/kernel", "critic/0/kernel"
        places = math.prod(spec.places)
        table = {INPUT: tuple(Use(leaf, 0, False, places) for leaf in first)}
        for net, count in self._nets():
            for i in range(count):
                layer = f"{net}/{i}"
                uses = [Use(f"{layer}/kernel", 1, True), Use(f"{layer}/bias", 0, True)]
                if i < count - 1:
                    uses.append(Use(f"{net}/{i + 1}/kernel", 0, False))
                table[self._sites(net, i)[-1]] = tuple(uses)
        return table

    def without_goal(self) -> "MLP":
        """The same policy without a goal input."""
        return dataclasses.replace(self, goal_layer=0, goal_units=0)

    def homogeneous(self, site: str) -> bool:
        """True if the site is a ReLU."""
        return site.endswith("/post") and self.activation in HOMOGENEOUS

    def _nets(self) -> tuple[tuple[str, int], ...]:
        """The nets, with their numbers of layers."""
        return ("actor", self.actor_layers), ("critic", self.critic_layers)

    def hidden(self, net: str) -> tuple[int, ...]:
        """The units of a net's hidden layers."""
        given = getattr(self, f"{net}_widths")
        return given or (self.width,) * (dict(self._nets())[net] - 1)

    def _sites(self, net: str, layer: int) -> tuple[str, ...]:
        """The sites of one layer."""
        if layer == dict(self._nets())[net] - 1:
            head = {net: head for head, net in NETS.items()}[net]
            return (f"{net}/{head}",)
        return f"{net}/{layer}/pre", f"{net}/{layer}/post"

    def _rest(
        self, params: Params, net: str, first: Float[Array, "batch units"], tap: Tap
    ) -> Float[Array, "batch outputs"]:
        """The output of one net, from its first layer's output."""
        act = lookup(self.activation, ACTIVATIONS, kind="activation")
        x = first
        for i in range(dict(self._nets())[net]):
            if i:
                x = x @ params[f"{net}/{i}/kernel"] + params[f"{net}/{i}/bias"][None]
            for site in self._sites(net, i):
                x = tap(site, act(x) if site.endswith("/post") else x)
        return x

    def _net(
        self, key: jax.Array, net: str, inputs: int, outputs: int, gain: float
    ) -> Tree:
        """The parameters of one net."""
        shapes = list(itertools.pairwise([inputs, *self.hidden(net), outputs]))
        tree = {}
        keys = jax.random.split(key, len(shapes))
        for i, shape in enumerate(shapes):
            scale = gain if i == len(shapes) - 1 else float(np.sqrt(2))
            kernel = jax.nn.initializers.orthogonal(scale)
            tree[f"{net}/{i}/kernel"] = kernel(keys[i], shape, jnp.float32)
            tree[f"{net}/{i}/bias"] = jnp.zeros(shape[1])
        return tree

    def _goals(self, key: jax.Array, goals: int) -> Tree:
        """The tables of goals, added where goals are read; empty if none is read."""
        if not self.goal_units:
            return {}
        sites = (f"actor/{self.goal_layer}/pre", "critic/0/pre")
        shape = (goals, self.goal_units)
        return {
            interventions.path(site, 0, "goal"): jax.random.normal(k, shape)
            for site, k in zip(sites, jax.random.split(key), strict=True)
        }
