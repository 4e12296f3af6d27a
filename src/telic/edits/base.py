"""The contract of an edit: agent -> agent, pure, with its own nulls.

An edit is a frozen dataclass with a `strength`. Calling it gives another agent; the one
that was given is never changed, so undoing an edit is keeping the original. Strength 0
is the identity bit for bit. Edits chain, scale and, where one promises it, reverse.
Every edit knows its nulls: edits of the same size that should do nothing, without which
no trial of it can be made.
"""

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.core import trees
from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.policies import Agent, interventions

Params = Mapping[str, Array]
"""What an edit changes: an `Agent`, or any flat dict of arrays, such as a vector."""


Edited = TypeVar("Edited", bound=Mapping[str, Array])


@dataclasses.dataclass(frozen=True)
class Edit(ABC):
    """A change of an agent, at some strength."""

    def __init_subclass__(cls) -> None:
        """Print arrays by their shapes: a dataclass alone would print every number."""
        cls.__repr__ = trees.outline

    @abstractmethod
    def apply(self, agent: Params) -> Tree:
        """The parameters after the edit.

        Raises:
            InputError: If the edit does not fit the agent.
        """

    def __call__(self, agent: Edited) -> Edited:
        """The edited agent; of a plain dict of arrays, an edited dict.

        Raises:
            InputError: If the edit does not fit the agent.
        """
        edited = self.apply(agent)
        return agent.replace(edited) if isinstance(agent, Agent) else edited  # type: ignore

    @abstractmethod
    def touches(self, agent: Params) -> tuple[str, ...]:
        """The paths of all leaves that it may change or add."""

    @abstractmethod
    def nulls(self, key: jax.Array, agent: Params) -> dict[str, "Edit"]:
        """Edits of this one's size that should do nothing, by name."""

    @abstractmethod
    def scaled(self, factor: float) -> "Edit":
        """The same edit at `factor` times its strength."""

    def reversed(self) -> "Edit":
        """The edit that takes this one back, up to rounding.

        Raises:
            InputError: If it does not promise one: it overwrites what was there.
        """
        raise InputError(
            f"{type(self).__name__.lower()} cannot be reversed",
            why="it overwrites what was there",
            fix="keep the agent that it is for",
        )


@dataclasses.dataclass(frozen=True)
class Single(Edit):
    """An edit that is not a chain: it has one strength."""

    strength: float = dataclasses.field(default=1.0, kw_only=True)
    """0: nothing; 1: the whole edit; below and above: against it and beyond it."""

    def __post_init__(self) -> None:
        """Check the strength, and that trees of arrays are such."""
        if not math.isfinite(self.strength):
            raise InputError(
                f"strength = {self.strength}", why="it must be a finite number"
            )
        for field in dataclasses.fields(self):
            if field.type == Params:
                tree = getattr(self, field.name)
                trees.check_tree(tree, what=field.name)
                object.__setattr__(self, field.name, dict(tree))

    def scaled(self, factor: float) -> "Edit":
        """The same edit at `factor` times its strength."""
        return dataclasses.replace(self, strength=self.strength * factor)


class EditSummary(NamedTuple):
    """What an edit did to an agent.

    Attributes:
        before: SHA-256 of the agent's tree.
        after: SHA-256 of the edited agent's.
        leaves: The paths of the leaves that were changed or added.
        parameters: How many entries were changed or added.
        norm: The Euclidean norm of what was changed or added.
    """

    before: str
    after: str
    leaves: tuple[str, ...]
    parameters: int
    norm: float

    @property
    def changed(self) -> bool:
        """Whether it changed anything."""
        return self.before != self.after


def edit_summary(before: Params, after: Params) -> EditSummary:
    """What lies between an agent and its edited self.

    Example:
        >>> one, two = {"a": jnp.zeros(2)}, {"a": jnp.array([0.0, 3.0])}
        >>> done = edit_summary(one, two)
        >>> done.changed, done.leaves, done.parameters, done.norm
        (True, ('a',), 1, 3.0)
    """
    changes = {p: _change(before, after, p) for p in after}
    counts = {
        path: int((change != 0).sum()) if path in before else change.size
        for path, change in changes.items()
    }
    return EditSummary(
        before=trees.digest(before),
        after=trees.digest(after),
        leaves=tuple(path for path in sorted(after) if counts[path]),
        parameters=sum(counts.values()),
        norm=float(trees.norm(changes)),
    )


def lerp(a: Array, b: Array, strength: float) -> Array:
    """From a towards b; at strength 1 it is b, bit for bit.

    Example:
        >>> lerp(jnp.zeros(1), jnp.ones(1), 0.25).tolist()
        [0.25]
    """
    return b if strength == 1 else a + strength * (b - a)


def check_leaves(
    agent: Params, leaves: Params, *, what: str, of: str = "agent"
) -> None:
    """Raise unless all leaves are an agent's, in path and shape.

    Args:
        agent: The agent.
        leaves: What must be like some of its leaves.
        what: What the leaves are, for the message.
        of: What the agent is, for the message.

    Raises:
        InputError: At the first that is not; it names the leaf.

    Example:
        >>> check_leaves({"a": jnp.ones(2)}, {"a": jnp.zeros(2)}, what="donor")
    """
    for path, leaf in leaves.items():
        if path not in agent:
            raise InputError(
                f"the {what} has {path!r}, the {of} has not",
                why=f"the {of}'s leaves are {', '.join(sorted(agent)[:12])}",
                fix="both must be of the same network",
            )
        if leaf.shape != agent[path].shape:
            raise InputError(
                f"the {what}'s {path!r} is {leaf.shape}, "
                f"the {of}'s {agent[path].shape}",
                why="both must be of the same network and the same inputs",
            )


def layer_paths(agent: Params, layers: tuple[str, ...]) -> tuple[str, ...]:
    """The paths of all weights of some layers, such as `actor/0`.

    Raises:
        InputError: If there is no layer, or the agent has not one of them.

    Example:
        >>> layer_paths({"actor/0/bias": jnp.ones(1)}, ("actor/0",))
        ('actor/0/bias',)
    """
    known = sorted({p.rpartition("/")[0] for p in interventions.weights(agent)})
    for layer in layers:
        if layer not in known:
            raise InputError(
                f"there is no layer {layer!r}", why=f"known: {', '.join(known)}"
            )
    if not layers:
        raise InputError("no layer is named", why=f"known: {', '.join(known)}")
    return tuple(p for p in sorted(agent) if p.rpartition("/")[0] in layers)


def _change(before: Params, after: Params, path: str) -> Array:
    """What an edit did to one leaf; all of it, if it was added."""
    new = after[path]
    return new - before[path] if path in before else jnp.asarray(new)
