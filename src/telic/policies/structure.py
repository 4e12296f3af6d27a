"""The structure of a policy: its leaves, its sites, and its layers.

All of it is found by tracing the policy on shapes, without computing anything: the
leaves from the dependencies of the traced program, the sites from a tap that records
its calls. So a policy declares nothing twice.
"""

import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal
from jaxtyping import Array, Shaped

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.trees import Arrays
from telic.policies.base import (
    HEADS,
    INPUT,
    LOGITS,
    VALUE,
    Output,
    Params,
    Policy,
    Tap,
    Use,
)
from telic.policies.spec import Spec

Shapes = tuple[tuple[str, tuple[int, ...]], ...]
"""The shape of every leaf, by path."""


class Layer(NamedTuple):
    """The leaves that make the units of one site.

    Attributes:
        name: The prefix of the paths of its leaves, such as `actor/0`.
        site: The site of its units, such as `actor/0/post`.
        leaves: The path of each leaf, and its axis of units.
    """

    name: str
    site: str
    leaves: tuple[tuple[str, int], ...]

    def matrix(self, tree: Arrays) -> Shaped[np.ndarray, "rows units"]:
        """All leaves as one matrix, a column for each unit; a bias is its last row.

        Example:
            >>> layer = Layer("actor/0", "", (("kernel", 1), ("bias", 0)))
            >>> layer.matrix({"kernel": np.ones((2, 3)), "bias": np.zeros(3)}).shape
            (3, 3)
        """
        return np.concatenate([_columns(tree[p], axis) for p, axis in self.leaves])

    def split(self, matrix: np.ndarray, like: Arrays) -> dict[str, np.ndarray]:
        """The leaves of a matrix made by `matrix`, in the shapes of `like`."""
        found, start = {}, 0
        for path, axis in self.leaves:
            shape = np.moveaxis(np.empty(np.shape(like[path])), axis, -1).shape
            rows = int(np.prod(shape[:-1]))
            part = matrix[start : start + rows].reshape(shape)
            found[path], start = np.moveaxis(part, -1, axis), start + rows
        return found

    def broadcast(self, scores: np.ndarray, like: Arrays) -> dict[str, np.ndarray]:
        """The scores of units, broadcast to every weight that makes them."""
        return {
            path: np.broadcast_to(_along(scores, axis, like[path]), like[path].shape)
            for path, axis in self.leaves
        }


def shapes_of(params: Mapping[str, Any]) -> Shapes:
    """The shapes of parameters, as a hashable value."""
    return tuple((path, tuple(leaf.shape)) for path, leaf in sorted(params.items()))


@functools.lru_cache(maxsize=128)
def initial_shapes(policy: Policy, spec: Spec) -> Shapes:
    """The shapes of a policy's fresh parameters."""
    return shapes_of(jax.eval_shape(lambda: policy.init(jax.random.key(0), spec)))


@functools.lru_cache(maxsize=256)
def leaves_of(policy: Policy, spec: Spec, heads: tuple[str, ...] = HEADS) -> frozenset:
    """The paths of the parameters that heads depend on; for the logits, the actor.

    Example:
        >>> from telic.policies.mlp import MLP
        >>> from telic.worlds import Keys
        >>> sorted(leaves_of(MLP(actor_layers=1), Spec.of(Keys()), (LOGITS,)))
        ['actor/0/bias', 'actor/0/kernel']
    """
    return _read(policy, spec, heads)


@functools.lru_cache(maxsize=512)
def sites(
    policy: Policy, spec: Spec, shapes: Shapes, heads: tuple[str, ...] = HEADS
) -> Mapping[str, tuple[int, ...]]:
    """The shape of the activations at each site, without the batch, in order.

    Example:
        >>> from telic.policies.mlp import MLP
        >>> from telic.worlds import Keys
        >>> policy, spec = MLP(actor_layers=2, critic_layers=1), Spec.of(Keys())
        >>> list(sites(policy, spec, initial_shapes(policy, spec)))
        ['actor/0/pre', 'actor/0/post', 'actor/logits', 'critic/value']
    """
    found: dict[str, tuple[int, ...]] = {}

    def note(site: str, x: Array) -> Array:
        found[site] = x.shape[1:]
        return x

    jax.eval_shape(
        lambda p: _run(policy, spec, p, heads, note)[:2], _floats(dict(shapes))
    )
    return found


@functools.lru_cache(maxsize=128)
def layers(policy: Policy, spec: Spec, head: str = LOGITS) -> tuple[Layer, ...]:
    """The layers on the path to a head, in the order of the computation."""
    reached = leaves_of(policy, spec, (head,))
    found = []
    for site, uses in policy.units(spec).items():
        made = tuple((u.leaf, u.axis) for u in uses if u.makes and u.leaf in reached)
        if made:
            found.append(Layer(made[0][0].rpartition("/")[0], site, made))
    return tuple(found)


def net_of(policy: Policy, spec: Spec, shapes: Shapes, site: str) -> str:
    """The head whose computation passes a site; the logits, if both do.

    Raises:
        InputError: If there is no such site; the message holds the nearest name.
    """
    if site in sites(policy, spec, shapes, (LOGITS,)):
        return LOGITS  # first, as an actor alone has no leaves for the value
    check_name(site, sites(policy, spec, initial_shapes(policy, spec)), kind="site")
    return VALUE


@functools.lru_cache(maxsize=256)
def upstream(policy: Policy, spec: Spec, site: str) -> tuple[str, ...]:
    """The paths of the leaves on which the activations at a site depend, sorted.

    Example:
        >>> from telic.policies.mlp import MLP
        >>> from telic.worlds import Keys
        >>> upstream(MLP(), Spec.of(Keys()), "actor/0/post")
        ('actor/0/bias', 'actor/0/kernel')
    """
    head = net_of(policy, spec, initial_shapes(policy, spec), site)
    return tuple(sorted(_read(policy, spec, (head,), site)))


def check_shapes(
    policy: Policy, spec: Spec, params: Arrays, heads: tuple[str, ...]
) -> None:
    """Raise unless parameters fit a policy, as far as the heads need them.

    A site may have more or fewer units than the policy's own number, if all leaves that
    make or read its units agree, and it is not memory.

    Raises:
        InputError: If not; it names the leaf that is missing, has another shape, or is
            read by no head.
    """
    due = dict(initial_shapes(policy, spec))
    for path in sorted(params):
        if path not in leaves_of(policy, spec):
            raise InputError(
                f"the agent has a leaf {path!r}, the policy has not",
                why=f"{policy} has {', '.join(sorted(leaves_of(policy, spec)))}",
                fix="an agent and its policy go together, as it was trained",
            )
    needed = sorted(leaves_of(policy, spec, heads))
    for path in needed:
        if path not in params:
            raise InputError(
                f"the agent has no leaf {path!r}",
                why=f"a policy {policy} has it; "
                f"the agent's are {', '.join(sorted(params)[:12]) or 'none'}",
                fix="an agent and its policy go together, as it was trained",
            )
    free = _free(policy, spec, params, needed)
    for path in needed:
        seen = tuple(params[path].shape)
        fits = len(seen) == len(due[path]) and all(
            a == b or (path, axis) in free
            for axis, (a, b) in enumerate(zip(seen, due[path], strict=True))
        )
        if not fits:
            raise InputError(
                f"the agent's {path!r} has the shape {seen}",
                why=f"due is {due[path]}, for {spec.inputs} inputs and "
                f"{len(spec.actions)} actions",
                fix="an agent and its policy go together, as it was trained",
            )


def _free(
    policy: Policy, spec: Spec, params: Arrays, needed: list[str]
) -> set[tuple[str, int]]:
    """The axes of units whose length may differ, as all leaves agree on it."""
    free = set()
    for site, uses in policy.units(spec).items():
        here = [u for u in uses if u.leaf in needed]
        made, read = ({u.leaf for u in uses if u.makes == m} for m in (True, False))
        if made & read:  # memory, whose width is fixed by the policy
            continue
        counts = {_count(u, params[u.leaf].shape) for u in here}
        if site != INPUT and len(counts) == 1 and len(here) == len(uses) > 2:
            free |= {(u.leaf, u.axis) for u in here}
    return free


def _count(use: Use, shape: tuple[int, ...]) -> float:
    """The number of units that an axis runs over."""
    return shape[use.axis] / use.places if use.axis < len(shape) else 0.0


def _run(policy: Policy, spec: Spec, params: Params, heads: tuple, tap: Tap) -> Output:
    """A policy's output for one observation, while it is traced."""
    kind = jnp.int32 if spec.encoding else jnp.float32
    seen, carry = jnp.zeros((1, *spec.observation), kind), policy.initial_carry(1)
    return policy.apply(params, spec, seen, carry, tap=tap, heads=heads)


def _read(
    policy: Policy, spec: Spec, heads: tuple[str, ...], site: str | None = None
) -> frozenset[str]:
    """The paths of the leaves that heads, or the activations at a site, depend on."""
    shapes = dict(initial_shapes(policy, spec))

    def forward(params: Params) -> object:
        found: list[Array] = []

        def note(at: str, x: Array) -> Array:
            found.extend([x] if at == site else [])
            return x

        output = _run(policy, spec, params, heads, note)
        return found if site else output[:2]

    traced = jax.make_jaxpr(forward)(_floats(shapes)).jaxpr
    needed = {v for v in traced.outvars if not isinstance(v, Literal)}
    for step in reversed(traced.eqns):
        if not needed.isdisjoint(step.outvars):
            needed |= {v for v in step.invars if not isinstance(v, Literal)}
    read = zip(sorted(shapes), traced.invars, strict=True)
    return frozenset(path for path, v in read if v in needed)


def _floats(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, jax.ShapeDtypeStruct]:
    """Abstract float32 parameters of some shapes."""
    return {p: jax.ShapeDtypeStruct(s, jnp.float32) for p, s in shapes.items()}


def _columns(leaf, axis: int) -> np.ndarray:
    """A leaf with its units as columns."""
    moved = np.moveaxis(np.asarray(leaf), axis, -1)
    return moved.reshape(-1, moved.shape[-1])


def _along(scores: np.ndarray, axis: int, leaf) -> np.ndarray:
    """Numbers of units along an axis of a leaf."""
    shape = [1] * leaf.ndim
    shape[axis] = len(scores)
    return scores.reshape(shape)
