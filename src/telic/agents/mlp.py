"""The agent: separate MLPs for the actor and the critic, as one flat dict of arrays.

Layer i of the actor is `actor/i/kernel` (inputs, outputs) and `actor/i/bias`; so for
the critic. That is all an agent is: it maps one-to-one onto a safetensors file and a
torch state dict, and an edit of it is a function from dict to dict.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from telic.agents import interventions
from telic.agents.first import first_layer
from telic.agents.fit import check_fit
from telic.agents.observations import Observations, observed
from telic.core.errors import InputError
from telic.core.names import check_name, lookup
from telic.core.trees import Tree
from telic.worlds.base import Telling, World, inputs

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
}

Parameters = Mapping[str, Array]
Hook = Callable[[str, Array], Array]
OUTPUTS = {"actor": "logits", "critic": "value"}
"""The name of each net's last site."""


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
    wish_layer: int = 0
    """The actor's layer at which a goal-conditioned agent reads the wish."""
    wish_units: int = 0
    """How many units of that layer read it; 0: the agent is not goal-conditioned."""

    def __post_init__(self) -> None:
        """Check every field."""
        check_name(self.activation, ACTIVATIONS, kind="activation")
        for field in ("width", "actor_layers", "critic_layers"):
            if getattr(self, field) < 1:
                raise InputError(
                    f"Network.{field} = {getattr(self, field)}",
                    why="allowed: 1 or more",
                )
        if not 0 <= self.wish_layer < self.actor_layers:
            raise InputError(
                f"Network.wish_layer = {self.wish_layer}",
                why=f"allowed: 0 to {self.actor_layers - 1}",
            )
        if not 0 <= self.wish_units <= self.width:
            raise InputError(
                f"Network.wish_units = {self.wish_units}",
                why=f"allowed: 0 to the width, {self.width}",
            )
        last = self.wish_layer == self.actor_layers - 1 or self.critic_layers == 1
        if self.wish_units and last:
            raise InputError(
                f"Network.wish_layer = {self.wish_layer} of {self.actor_layers} layers",
                why="a wish is read before an activation function: not in a last layer",
            )

    def layers(self, net: str) -> int:
        """How many linear layers `actor` or `critic` has."""
        return {"actor": self.actor_layers, "critic": self.critic_layers}[net]


def create(key: jax.Array, network: Network, world: World) -> Tree:
    """A fresh agent: orthogonal kernels, biases of zero.

    The gain is √2 for hidden layers, 0.01 for the last layer of the actor (so that
    every action is about as likely) and 1 for that of the critic. Tables of wishes are
    standard Gaussian.

    Reference:
        Saxe, McClelland & Ganguli 2013, "Exact solutions to the nonlinear dynamics of
        learning in deep linear neural networks", arXiv 1312.6120.

    Raises:
        InputError: If the network reads wishes and the world tells none.

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
        **_wishes(jax.random.fold_in(key, 1), network, world),
    }


def logits(
    agent: Parameters, network: Network, world: World, observations: Observations
) -> Float[Array, "batch actions"]:
    """The actor's preference for each action, before the softmax."""
    return of_actor(agent, network, world, observations)["actor/logits"]


def value(
    agent: Parameters, network: Network, world: World, observations: Observations
) -> Float[Array, " batch"]:
    """The critic's estimate of the discounted return to come."""
    observations = _given(agent, ["critic"], network, world, observations)
    (first,) = first_layer(agent, ["critic"], world, observations)
    hook = _hook(agent, network, world, observations)
    return _rest(agent, "critic", network, first, hook)["critic/value"][:, 0]


def policy_and_value(
    agent: Parameters, network: Network, world: World, observations: Observations
) -> tuple[Float[Array, "batch actions"], Float[Array, " batch"]]:
    """`logits` and `value` together, their first layers in one matrix product."""
    found = activations(agent, network, world, observations)
    return found["actor/logits"], found["critic/value"][:, 0]


def of_actor(
    agent: Parameters, network: Network, world: World, observations: Observations
) -> dict[str, Float[Array, "batch units"]]:
    """Every site of the actor, as `activations` has them; the critic is not needed."""
    observations = _given(agent, ["actor"], network, world, observations)
    (first,) = first_layer(agent, ["actor"], world, observations)
    hook = _hook(agent, network, world, observations)
    return _rest(agent, "actor", network, first, hook)


def activations(
    agent: Parameters, network: Network, world: World, observations: Observations
) -> dict[str, Float[Array, "batch units"]]:
    """Every site of both nets in one forward pass, by its name, in order.

    Sites are `actor/0/pre` (a layer's output), `actor/0/post` (behind its activation
    function), ..., `actor/logits`, and so for the critic up to `critic/value`; `sites`
    lists them. What an intervention changed is shown as changed.

    Example:
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), Network(), Keys())
        >>> found = activations(agent, Network(), Keys(), jnp.zeros((2, 25), jnp.uint8))
        >>> found["actor/2/post"].shape, found["actor/logits"].shape
        ((2, 128), (2, 7))
    """
    observations = _given(agent, list(OUTPUTS), network, world, observations)
    firsts = first_layer(agent, list(OUTPUTS), world, observations)
    hook = _hook(agent, network, world, observations)
    found = {}
    for net, first in zip(OUTPUTS, firsts, strict=True):
        found |= _rest(agent, net, network, first, hook)
    return found


def onward(
    agent: Parameters, network: Network, layer: int, x: Float[Array, "batch units"]
) -> Float[Array, "batch actions"]:
    """The actor's logits, from what its layer gives to the next one.

    Args:
        agent: The agent; interventions do not act.
        network: Its shape.
        layer: Whose activations they are: those at `actor/LAYER/post`, or the logits
            themselves of the last layer.
        x: The activations.

    Example:
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), Network(), Keys())
        >>> found = activations(agent, Network(), Keys(), jnp.zeros((2, 25), jnp.uint8))
        >>> again = onward(agent, Network(), 1, found["actor/1/post"])
        >>> bool((again == found["actor/logits"]).all())
        True
    """
    act = lookup(network.activation, ACTIVATIONS, kind="activation")
    for i in range(layer + 1, network.actor_layers):
        x = x @ agent[f"actor/{i}/kernel"] + agent[f"actor/{i}/bias"][None]
        x = act(x) if i + 1 < network.actor_layers else x
    return x


def sites(network: Network) -> tuple[str, ...]:
    """The names of all sites of an agent, in the order of `activations`.

    Example:
        >>> sites(Network(actor_layers=2, critic_layers=1))
        ('actor/0/pre', 'actor/0/post', 'actor/logits', 'critic/value')
    """
    return tuple(
        site
        for net in OUTPUTS
        for i in range(network.layers(net))
        for site in _sites(net, i, network)
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


def _wishes(key: jax.Array, network: Network, world: World) -> Tree:
    """What each wish adds where it is read; nothing if the agent reads none."""
    if not network.wish_units:
        return {}
    if not isinstance(world, Telling):
        raise InputError(
            f"Network.wish_units = {network.wish_units}",
            why=f"the world {type(world).__name__} tells no wish",
            fix="use the world `wishes`",
        )
    places = (f"actor/{network.wish_layer}/pre", "critic/0/pre")
    shape = (world.told, network.wish_units)
    return {
        f"{interventions.PREFIX}{site}/0/wish": jax.random.normal(k, shape)
        for site, k in zip(places, jax.random.split(key), strict=True)
    }


def _given(
    agent: Parameters,
    nets: Sequence[str],
    network: Network,
    world: World,
    observations: Observations,
) -> Array:
    """The observations as they are computed from, once all that is given fits."""
    check_fit(agent, nets, world, {net: network.layers(net) for net in nets})
    return observed(world, observations)


def _rest(
    agent: Parameters,
    net: str,
    network: Network,
    first: Float[Array, "batch units"],
    hook: Hook,
) -> dict[str, Float[Array, "batch units"]]:
    """Every site of one net, from its first layer's output on."""
    act = lookup(network.activation, ACTIVATIONS, kind="activation")
    found, x = {}, first
    for i in range(network.layers(net)):
        if i:
            x = x @ agent[f"{net}/{i}/kernel"] + agent[f"{net}/{i}/bias"][None]
        for site in _sites(net, i, network):
            x = hook(site, act(x) if site.endswith("/post") else x)
            found[site] = x
    return found


def _sites(net: str, layer: int, network: Network) -> tuple[str, ...]:
    """The sites of one layer."""
    if layer == network.layers(net) - 1:
        return (f"{net}/{OUTPUTS[net]}",)
    return f"{net}/{layer}/pre", f"{net}/{layer}/post"


def _hook(
    agent: Parameters, network: Network, world: World, observations: Array
) -> Hook:
    """What the agent's own interventions do at each site; nothing where it has none."""
    held = interventions.read(agent)
    for site in held:
        check_name(site, sites(network), kind="site")

    def donor_at(site: str, donor: Parameters) -> Array:
        net = site.partition("/")[0]
        (first,) = first_layer(donor, [net], world, observations)
        upto = {**agent, **donor}
        return _rest(upto, net, network, first, lambda _, x: x)[site]

    def hook(site: str, x: Array) -> Array:
        for leaves in held.get(site, ()):
            run_donor = functools.partial(donor_at, site)
            x = interventions.intervene(leaves, x, run_donor, observations)
        return x

    return hook
