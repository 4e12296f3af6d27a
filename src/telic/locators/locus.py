"""A locus: scores over the sites of an agent, higher where a method finds the goal.

Sites are of one of four kinds, and every kind can be converted to weights or to units:

    weights      one score for each entry of a leaf, `actor/0/kernel`
    units        one for each unit of a site, `actor/0/post`: for all weights into it
    layers       one for everything under a prefix, `actor/0` or `actor/0/bias`
    directions   one for each part of a layer's change, left[:, i] · right[i]

Only the order of scores matters; their scale depends on the method.
"""

import dataclasses
import functools

import jax
import numpy as np
from jaxtyping import Float, Int

from telic.core.errors import InputError
from telic.core.html import html_table
from telic.core.names import check_name
from telic.core.trees import Arrays, Tree, outline
from telic.locators.broadcast import from_directions, from_layers, from_units
from telic.locators.sites import Factors, Scores, unrolled
from telic.policies import Agent
from telic.policies.agent import check_agent

KINDS = ("weights", "units", "layers", "directions")


@dataclasses.dataclass(frozen=True)
class Locus:
    """Scores over sites.

    Attributes:
        kind: The kind of sites, one of `KINDS`.
        scores: The scores of the sites, by path.
        factors: For directions, by layer: (rows, directions) and (directions, units),
            with the rows of `Layer.matrix`: inputs, then the bias.
        like: The actor that it is a locus of; None if not known.

    Raises:
        InputError: If there is no such kind.
    """

    kind: str
    scores: Scores
    factors: Factors = dataclasses.field(default_factory=dict)
    like: Agent | None = dataclasses.field(default=None, compare=False)

    __repr__ = outline

    def __post_init__(self) -> None:
        """Check the kind."""
        check_name(self.kind, KINDS, kind="kind of site")

    @property
    def flat(self) -> Float[np.ndarray, " sites"]:
        """All scores in one row, by sorted path."""
        return np.concatenate([self.scores[p].ravel() for p in sorted(self.scores)])

    def _repr_html_(self) -> str:
        """A table for notebooks: the sites of each path, and its part of the top."""
        first, *lines = str(self).splitlines()
        header = ("path", "sites", first.partition("; ")[2].rstrip(":"))
        return html_table(header, [line.split() for line in lines])

    def __str__(self) -> str:
        """A line for each path: its number of sites, and its part of the top 1 %."""
        row, ranks = self.flat, self.ranks()
        count = max(1, round(0.01 * len(row)))
        ends = np.cumsum([self.scores[p].size for p in sorted(self.scores)])
        lines = [f"{self.kind}: {len(row)} sites; share of the top {count}:"]
        parts = np.split(ranks < count, ends[:-1])
        for path, part in zip(sorted(self.scores), parts, strict=True):
            lines.append(f"  {path:<18} {part.size:>7}  {part.sum() / count:.2f}")
        return "\n".join(lines)

    def ranks(self) -> Int[np.ndarray, " sites"]:
        """The rank of each site, 0 for the highest; ties in a fixed random order.

        Example:
            >>> Locus("weights", {"a": np.array([0.1, 0.9, 0.5])}).ranks().tolist()
            [2, 0, 1]
        """
        return self._ranks.copy()

    @functools.cached_property
    def _ranks(self) -> Int[np.ndarray, " sites"]:
        """The ranks, cached, as they are needed at every size."""
        row = self.flat
        chance = np.random.default_rng(0).permutation(len(row))
        ranks = np.empty(len(row), int)
        ranks[np.lexsort((chance, -row))] = np.arange(len(row))
        return ranks

    def highest(self, count: int) -> dict[str, np.ndarray]:
        """Flags of the `count` sites with the highest scores, by path.

        Example:
            >>> Locus("weights", {"a": np.array([0.1, 0.9])}).highest(1)
            {'a': array([False,  True])}
        """
        return unrolled(self.ranks() < count, self.scores)

    def top(self, fraction: float, like: Arrays | None = None) -> Tree:
        """The mask of the weights at the top, for `telic.Graft`.

        Args:
            fraction: The fraction of the actor's weights, in (0, 1]; at least one
                weight is selected.
            like: The actor that it is a locus of; None if the locus has it, as one
                from `telic.locate` does.

        Raises:
            InputError: If the fraction is out of range, or no actor is known.

        Example:
            >>> from telic.locators.toys import toy
            >>> like = toy().recipient
            >>> locus = Locus("layers", {"actor/0/bias": np.array(1.0)}, like=like)
            >>> {p: int(m.sum()) for p, m in locus.top(0.001).items() if m.any()}
            {'actor/0/bias': 4}
        """
        if not 0 < fraction <= 1:
            raise InputError(f"fraction = {fraction}", why="allowed: above 0, up to 1")
        actor = self.like if like is None else like
        if actor is None:
            raise InputError(
                "the locus knows no agent",
                why="a fraction is one of an agent's weights",
                fix="name the actor: locus.top(fraction, like=pair.recipient)",
            )
        spread = self.weights(actor)
        flags = spread.highest(max(1, round(fraction * len(spread.flat))))
        return {path: jax.device_put(leaf) for path, leaf in flags.items()}

    def weights(self, like: Arrays) -> "Locus":
        """The same locus over single weights.

        Every weight gets the score of its unit or layer; for directions, the size of
        their summed change there.

        Args:
            like: The actor that it is a locus of.

        Example:
            >>> from telic.locators.toys import toy
            >>> like = toy().recipient
            >>> scores = {path: np.asarray(leaf) for path, leaf in like.items()}
            >>> units = Locus("weights", scores).units(like)
            >>> units.weights(like).scores["actor/0/kernel"].shape
            (500, 8)
        """
        if self.kind == "weights":
            return self
        if self.kind == "layers":
            return Locus("weights", from_layers(self.scores, like))
        if self.kind == "directions":
            return Locus("weights", from_directions(self.factors, _actor(like)))
        return Locus("weights", from_units(self.scores, _actor(like)))

    def units(self, like: Arrays) -> "Locus":
        """The same locus over units: the mean score of the weights into each.

        Example:
            >>> from telic.locators.toys import toy
            >>> like = toy().recipient
            >>> scores = {path: np.ones(leaf.shape) for path, leaf in like.items()}
            >>> Locus("weights", scores).units(like).scores["actor/logits"].tolist()
            [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
        """
        if self.kind == "units":
            return self
        scores = self.weights(like).scores
        return Locus(
            "units",
            {
                layer.site: layer.matrix(scores).mean(axis=0)
                for layer in _actor(like).layers
            },
        )


def _actor(like: Arrays) -> Agent:
    """The agent of a locus, checked; a plain dict has no layers.

    Raises:
        InputError: If it is a plain dict.
    """
    only = "knows which weights make which unit"
    return check_agent(like, what="what a locus is of", only=only)
