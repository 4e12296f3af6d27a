"""Chain: several edits in sequence, as one edit."""

import dataclasses
import functools

import jax

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.edits.base import Edit, Params
from telic.edits.weights import vector_nulls


@dataclasses.dataclass(frozen=True)
class Chain(Edit):
    """Edits applied in sequence. Chaining is associative.

    Example:
        >>> import jax.numpy as jnp
        >>> from telic.edits import Add
        >>> one = Add({"actor/0/bias": jnp.ones(1)})
        >>> Chain((one, one))({"actor/0/bias": jnp.zeros(1)})["actor/0/bias"].tolist()
        [2.0]
    """

    edits: tuple[Edit, ...]
    """The edits, first to last."""

    def __post_init__(self) -> None:
        """Check that there is an edit."""
        if not self.edits:
            raise InputError("a chain of no edits", why="at least one is needed")

    def apply(self, agent: Params) -> Tree:
        """The parameters after all edits."""
        return dict(functools.reduce(lambda now, edit: edit(now), self.edits, agent))

    def touches(self, agent: Params) -> tuple[str, ...]:
        """The paths of all leaves that any of them touches."""
        found: set[str] = set()
        for edit in self.edits:
            found |= set(edit.touches(agent))
            agent = edit(agent)
        return tuple(sorted(found))

    def nulls(self, key: jax.Array, agent: Params) -> dict[str, Edit]:
        """For edits of weights alone, the nulls of the chain's whole difference.

        Otherwise, for every null that all its edits have, the chain of those nulls.
        """
        touched = self.touches(agent)
        if all(path in agent for path in touched):
            edited = self(agent)
            return vector_nulls(key, {p: edited[p] - agent[p] for p in touched})
        keys = jax.random.split(key, len(self.edits))
        each, now = [], agent
        for edit, k in zip(self.edits, keys, strict=True):
            each.append(edit.nulls(k, now))
            now = edit(now)
        return {
            name: Chain(tuple(found[name] for found in each))
            for name in each[0]
            if all(name in found for found in each)
        }

    def scaled(self, factor: float) -> "Chain":
        """Every edit at `factor` times its strength."""
        return Chain(tuple(edit.scaled(factor) for edit in self.edits))

    def reversed(self) -> "Chain":
        """The reverse of every edit, last to first."""
        return Chain(tuple(edit.reversed() for edit in self.edits[::-1]))
