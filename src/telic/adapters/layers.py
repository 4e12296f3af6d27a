"""Dense layers among named arrays, and the layout that says which network they make.

Libraries name the same arrays differently. A `Layout` is that difference as data: the
modules of the actor and of the critic, in the order of the computation. A module is a
dense layer, or a row of layers with an activation function after each.
"""

import dataclasses
import itertools
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from telic.core.errors import InputError
from telic.policies import MLP, Adapted, Policy
from telic.policies.base import LOG_STD

Arrays = Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Layout:
    """Where the layers of two perceptrons are.

    Example:
        >>> Layout(("actor_mean",), ("critic",), log_std="actor_logstd").activation
        'tanh'
    """

    actor: tuple[str, ...]
    """The modules from the observation to the actions."""
    critic: tuple[str, ...] = ()
    """The modules from the observation to the value; empty: there is none, and the
    agent's value is 0."""
    log_std: str = ""
    """The logarithms of the deviations of continuous actions; empty: none."""
    activation: str = "tanh"
    """The activation function between layers."""
    greedy: bool = False
    """Whether the agent always takes its most probable action."""


class Dense(NamedTuple):
    """A dense layer: x W + b.

    Attributes:
        kernel: (inputs, outputs).
        bias: (outputs,).
    """

    kernel: np.ndarray
    bias: np.ndarray


class Network(NamedTuple):
    """The network that a layout finds.

    Attributes:
        policy: The policy.
        params: Its parameters.
        used: The names of the arrays that they are made of.
    """

    policy: Policy
    params: dict[str, np.ndarray]
    used: frozenset[str]


def network(held: Arrays, layout: Layout, *, what: str) -> Network:
    """The network among some arrays.

    Args:
        held: The arrays by name, parts of a name joined by dots.
        layout: Where its layers are.
        what: The file, for messages.

    Raises:
        InputError: If layers are missing, do not fit each other, or are something else
            than dense.

    Example:
        >>> held = {"pi.weight": np.ones((2, 4)), "pi.bias": np.zeros(2)}
        >>> found = network(held, Layout(actor=("pi",)), what="it")
        >>> found.params["actor/0/kernel"].shape, sorted(found.used)
        ((4, 2), ['pi.bias', 'pi.weight'])
    """
    used: set[str] = set()
    actor, critic = (
        [layer for module in modules for layer in _module(held, module, used, what)]
        for modules in (layout.actor, layout.critic)
    )
    if not actor:
        raise InputError(
            f"{what} has no layers in {', '.join(layout.actor)}",
            why=f"it holds {', '.join(sorted(held)[:8])}",
            fix="say where they are: telic.Layout(actor=…, critic=…)",
        )
    critic = critic or [_zero(len(actor[0].kernel))]
    _check(actor, critic, what)
    params = {
        f"{net}/{i}/{name}": leaf
        for net, layers in (("actor", actor), ("critic", critic))
        for i, layer in enumerate(layers)
        for name, leaf in layer._asdict().items()
    }
    policy: Policy = _policy(actor, critic, layout.activation)
    if layout.log_std:
        if layout.log_std not in held:
            raise InputError(f"{what} has no {layout.log_std}")
        params[LOG_STD] = np.asarray(held[layout.log_std], np.float32).ravel()
        used.add(layout.log_std)
    if layout.greedy:
        policy = Adapted(policy, greedy=True)
    return Network(policy, params, frozenset(used))


def _module(held: Arrays, name: str, used: set[str], what: str) -> list[Dense]:
    """The layers of one module: itself, or those that it numbers; none if it has none.

    `torch.nn.Sequential` counts activation functions too, so its layers are numbered
    0, 2, 4; other libraries write `Dense_0`, `Dense_1`.
    """
    if f"{name}.weight" in held or f"{name}.kernel" in held:
        return [_dense(held, name, used, what)]
    inside = re.compile(
        re.escape(name) + r"(?:\.(\d+)|[./]Dense_(\d+))\.(weight|kernel)"
    )
    found = [m for key in held if (m := inside.fullmatch(key))]
    step = 2 if any(m[1] for m in found) else 1
    numbers = sorted(int(m[1] or m[2]) for m in found)
    if numbers != list(range(0, step * len(numbers), step)):
        raise InputError(
            f"{what}: {name} has weights in its modules {numbers}",
            why="telic knows dense layers with one activation function after each",
        )
    names = sorted(found, key=lambda m: int(m[1] or m[2]))
    return [_dense(held, m[0].rpartition(".")[0], used, what) for m in names]


def _dense(held: Arrays, name: str, used: set[str], what: str) -> Dense:
    """A layer: torch's `weight` is (outputs, inputs), flax's `kernel` the other way."""
    torch = f"{name}.weight" in held
    path = f"{name}.weight" if torch else f"{name}.kernel"
    given = held[path]
    if given.ndim != 2:
        raise InputError(
            f"{what}: {path} has the shape {given.shape}",
            why="a dense layer has two axes; telic reads no other layer here",
        )
    kernel = np.ascontiguousarray(given.T if torch else given, np.float32)
    bias = held.get(f"{name}.bias", np.zeros(kernel.shape[1]))
    if bias.shape != kernel.shape[1:]:
        raise InputError(
            f"{what}: {name}.bias has the shape {bias.shape}",
            why=f"its layer has {kernel.shape[1]} outputs",
        )
    used |= {path, f"{name}.bias"} & held.keys()
    return Dense(kernel, np.asarray(bias, np.float32))


def _zero(inputs: int) -> Dense:
    """A layer to a value that is always 0."""
    return Dense(np.zeros((inputs, 1), np.float32), np.zeros(1, np.float32))


def _check(actor: Sequence[Dense], critic: Sequence[Dense], what: str) -> None:
    """Raise unless layers fit each other, and the critic ends in one number."""
    for net, layers in (("actor", actor), ("critic", critic)):
        for i, (before, after) in enumerate(itertools.pairwise(layers)):
            if len(after.kernel) != len(before.bias):
                raise InputError(
                    f"{what}: layer {i + 1} of the {net} takes {len(after.kernel)} "
                    "numbers",
                    why=f"the one before it gives {len(before.bias)}",
                )
    if len(actor[0].kernel) != len(critic[0].kernel) or len(critic[-1].bias) != 1:
        raise InputError(
            f"{what}: the actor sees {len(actor[0].kernel)} numbers, the critic "
            f"{len(critic[0].kernel)}, and gives {len(critic[-1].bias)}",
            why="both see the same, and a value is one number",
        )


def _policy(actor: Sequence[Dense], critic: Sequence[Dense], activation: str) -> MLP:
    """The policy of some layers, in the shortest of telic's ways to say it."""
    hidden = [tuple(len(layer.bias) for layer in net[:-1]) for net in (actor, critic)]
    every = {*hidden[0], *hidden[1]}
    widths = dict(zip(("actor_widths", "critic_widths"), hidden, strict=True))
    return MLP(
        width=min(every, default=1),
        actor_layers=len(actor),
        critic_layers=len(critic),
        activation=activation,
        **(widths if len(every) > 1 else {}),
    )
