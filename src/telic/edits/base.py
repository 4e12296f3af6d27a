"""The contract of an edit: a pure function from agent to agent, with nulls.

An edit is a frozen dataclass with a `strength`. Calling it returns a new agent and
leaves the given one unchanged, so an edit is undone by keeping the original. Strength 0
is the identity bit for bit. Edits can be chained, scaled and, for some kinds, reversed.
Every edit has nulls: edits of the same size that should have no effect, which every
trial of it includes.
"""

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from telic.core import trees
from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.policies import Agent, interventions

Params = Mapping[str, Array]
"""The argument of an edit: an `Agent`, or any flat dict of arrays, such as a vector."""


Edited = TypeVar("Edited", bound=Mapping[str, Array])


@dataclasses.dataclass(frozen=True)
class Edit(ABC):
    """A change of an agent at a strength; the base class of all edits."""

    def __init_subclass__(cls) -> None:
        """Make `repr` show arrays by their shapes instead of their entries."""
        cls.__repr__ = trees.outline

    @abstractmethod
    def apply(self, agent: Params) -> Tree:
        """The parameters after the edit.

        Raises:
            InputError: If the edit does not fit the agent.
        """

    def __call__(self, agent: Edited) -> Edited:
        """The edited agent; for a plain dict of arrays, an edited dict.

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
        """Edits of the same size that should have no effect, by name."""

    @abstractmethod
    def scaled(self, factor: float) -> "Edit":
        """The same edit at `factor` times its strength."""

    def reversed(self) -> "Edit":
        """The edit that undoes this one, up to rounding.

        Raises:
            InputError: If there is none, because the edit overwrites values.
        """
        raise InputError(
            f"{type(self).__name__.lower()} cannot be reversed",
            why="it overwrites what was there",
            fix="keep the agent that it is for",
        )


@dataclasses.dataclass(frozen=True)
class Single(Edit):
    """An edit with one strength: any but a chain."""

    strength: float = dataclasses.field(default=1.0, kw_only=True)
    """0: no change; 1: the whole edit; negative: the opposite; above 1: beyond it."""

    def __post_init__(self) -> None:
        """Check the strength, and that fields of parameters hold arrays."""
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
    """A summary of the change that an edit made to an agent.

    Attributes:
        before: SHA-256 of the agent's tree.
        after: SHA-256 of the edited agent's.
        leaves: The paths of the leaves that were changed or added.
        parameters: The number of entries changed or added.
        norm: The Euclidean norm of the change.
    """

    before: str
    after: str
    leaves: tuple[str, ...]
    parameters: int
    norm: float

    @property
    def changed(self) -> bool:
        """True if anything was changed."""
        return self.before != self.after


def edit_summary(before: Params, after: Params) -> EditSummary:
    """The summary of the change from an agent to its edited self.

    Example:
        >>> one, two = {"a": jnp.zeros(2)}, {"a": jnp.array([0.0, 3.0])}
        >>> done = edit_summary(one, two)
        >>> done.changed, done.leaves, done.parameters, done.norm
        (True, ('a',), 1, 3.0)
    """
    # Most edits leave most leaves alone: those are the very same arrays.
    new = [path for path in after if after[path] is not before.get(path)]
    changes = {path: _change(before, after, path) for path in new}
    counts = {
        path: int(np.count_nonzero(np.asarray(change)))
        if path in before
        else change.size
        for path, change in changes.items()
    }
    return EditSummary(
        before=trees.digest(before),
        after=trees.digest(after),
        leaves=tuple(path for path in sorted(new) if counts[path]),
        parameters=sum(counts.values()),
        norm=float(trees.norm(changes)),
    )


def lerp(a: Array, b: Array, strength: float) -> Array:
    """The point `strength` of the way from a to b; at strength 1 it is b, bit for bit.

    Example:
        >>> lerp(jnp.zeros(1), jnp.ones(1), 0.25).tolist()
        [0.25]
    """
    return b if strength == 1 else a + strength * (b - a)


def check_leaves(
    agent: Params, leaves: Params, *, what: str, of: str = "agent"
) -> None:
    """Raise unless all leaves match an agent's in path and shape.

    Args:
        agent: The agent.
        leaves: The leaves to check.
        what: Their description, for the message.
        of: The description of the agent, for the message.

    Raises:
        InputError: If one does not; it names the first such leaf.

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
        InputError: If no layer is named, or the agent lacks one of them.

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
    """The change of one leaf; the whole leaf, if it was added."""
    new = after[path]
    return new - before[path] if path in before else jnp.asarray(new)
