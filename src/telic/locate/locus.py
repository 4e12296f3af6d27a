"""A locus: where a method says that the goal sits, as scores over sites.

Sites are of one of four kinds, and every kind can be read as weights or as units:

    weights      one score for each entry of a leaf, `actor/0/kernel`
    units        one for each unit of a site, `actor/0/post`: of all that flows into it
    layers       one for everything under a prefix, `actor/0` or `actor/0/bias`
    directions   one for each part of a layer's change, left[:, i] · right[i]

More is more of the goal. What the numbers mean beyond their order is the method's own.
"""

import dataclasses
import functools
from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int, Shaped

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.trees import Arrays, Tree

KINDS = ("weights", "units", "layers", "directions")

Scores = dict[str, Float[np.ndarray, "..."]]
Factors = dict[str, tuple[Float[np.ndarray, "_ _"], Float[np.ndarray, "_ _"]]]


@dataclasses.dataclass(frozen=True)
class Locus:
    """Scores over sites.

    Attributes:
        kind: What the sites are, one of `KINDS`.
        scores: By path, the scores of the sites there.
        factors: Of directions: by layer, (inputs + 1, directions) and (directions,
            units); the last input is the bias.

    Raises:
        InputError: If there is no such kind.
    """

    kind: str
    scores: Scores
    factors: Factors = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the kind."""
        check_name(self.kind, KINDS, kind="kind of site")

    @property
    def row(self) -> Float[np.ndarray, " sites"]:
        """All scores in one row, by sorted path."""
        return np.concatenate([self.scores[p].ravel() for p in sorted(self.scores)])

    def __str__(self) -> str:
        """A line for each path: how many sites, and its share of the top 1 %."""
        row, ranks = self.row, self.ranks()
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
        """The ranks: worked out once, as they are asked for at every size."""
        row = self.row
        chance = np.random.default_rng(0).permutation(len(row))
        ranks = np.empty(len(row), int)
        ranks[np.lexsort((chance, -row))] = np.arange(len(row))
        return ranks

    def top(self, count: int) -> dict[str, np.ndarray]:
        """The `count` sites with the highest scores, as flags under their paths.

        Example:
            >>> Locus("weights", {"a": np.array([0.1, 0.9])}).top(1)
            {'a': array([False,  True])}
        """
        return _unrolled(self.ranks() < count, self.scores)

    def mask(self, like: Arrays, share: float) -> Tree:
        """The weights at the top, as `telic.edits.Graft` takes them.

        Args:
            like: The actor of which it is a locus.
            share: The share of its weights, in (0, 1]; at least one is taken.

        Raises:
            InputError: If the share is out of range.

        Example:
            >>> locus = Locus("weights", {"a": np.array([0.1, 0.9, 0.5])})
            >>> locus.mask(locus.scores, 0.3)["a"].tolist()
            [False, True, False]
        """
        if not 0 < share <= 1:
            raise InputError(f"share = {share}", why="allowed: above 0, up to 1")
        spread = self.weights(like)
        flags = spread.top(max(1, round(share * len(spread.row))))
        return {path: jnp.asarray(leaf) for path, leaf in flags.items()}

    def weights(self, like: Arrays) -> "Locus":
        """The same locus over single weights.

        Every weight has the score of the unit that it flows into, or of its layer; of
        directions, the size of what they add up to there.

        Args:
            like: The actor of which it is a locus.

        Example:
            >>> like = {"actor/0/kernel": np.ones((2, 1)), "actor/0/bias": np.ones(1)}
            >>> Locus("units", {"actor/logits": np.array([3.0])}).weights(like).scores
            {'actor/0/kernel': array([[3.], [3.]]), 'actor/0/bias': array([3.])}
        """
        if self.kind == "weights":
            return self
        spread = {"units": _of_units, "layers": _of_layers, "directions": _of_parts}
        return Locus("weights", spread[self.kind](self, like))

    def units(self, like: Arrays) -> "Locus":
        """The same locus over units: the mean score of what flows into each.

        Example:
            >>> scores = {"actor/0/kernel": np.eye(2), "actor/0/bias": np.ones(2)}
            >>> Locus("weights", scores).units(scores).scores["actor/logits"].round(2)
            array([0.67, 0.67])
        """
        if self.kind == "units":
            return self
        scores = self.weights(like).scores
        return Locus(
            "units",
            {
                site: np.vstack(
                    [scores[f"{layer}/kernel"], scores[f"{layer}/bias"][None]]
                ).mean(axis=0)
                for layer, site in unit_sites(like).items()
            },
        )


def unit_sites(like: Arrays) -> dict[str, str]:
    """For each layer of an actor the site of its units: `actor/0` has `actor/0/post`.

    Example:
        >>> unit_sites({"actor/0/bias": np.ones(2), "actor/1/bias": np.ones(3)})
        {'actor/0': 'actor/0/post', 'actor/1': 'actor/logits'}
    """
    layers = sorted({p.rpartition("/")[0] for p in like}, key=_depth)
    return {
        layer: f"{layer}/post" if layer != layers[-1] else "actor/logits"
        for layer in layers
    }


def check(locus: Locus, like: Arrays) -> Locus:
    """The locus itself, if it is one of an actor.

    Args:
        locus: What a locator gave.
        like: The actor of which it should be a locus.

    Raises:
        InputError: If it is no locus, has a path or shape that the actor has not, or
            scores that are not finite, or all the same.
    """
    if not isinstance(locus, Locus):
        raise InputError(
            f"a locator gave a {type(locus).__name__}", why="a Locus is needed"
        )
    expected = _shapes(locus, like)
    if set(locus.scores) != set(expected) and locus.kind != "layers":
        odd = sorted(set(locus.scores) ^ set(expected))
        raise InputError(
            f"a locus of {locus.kind} differs from the agent in {odd[0]!r}",
            why=f"its paths must be {', '.join(sorted(expected))}",
        )
    for path, scores in locus.scores.items():
        if path not in expected or np.shape(scores) != expected[path]:
            raise InputError(
                f"scores of shape {np.shape(scores)} at {path!r}",
                why=f"the agent has {expected.get(path, 'nothing')} there",
            )
        if not np.isfinite(scores).all():
            raise InputError(f"scores at {path!r} are not finite")
    if np.ptp(locus.row) == 0:
        raise InputError("all scores are the same", why="nothing is located")
    return locus


def _shapes(locus: Locus, like: Arrays) -> dict[str, tuple[int, ...]]:
    """The shape that the scores at each path should have."""
    if locus.kind == "weights":
        return {path: np.shape(leaf) for path, leaf in like.items()}
    if locus.kind == "units":
        sites = unit_sites(like)
        return {s: np.shape(like[f"{layer}/bias"]) for layer, s in sites.items()}
    if locus.kind == "directions":
        return {
            layer: (_parts(locus, layer, np.shape(like[f"{layer}/kernel"])),)
            for layer in unit_sites(like)
        }
    return {p: () for p in locus.scores if any(_within(leaf, p) for leaf in like)}


def _parts(locus: Locus, layer: str, kernel: tuple[int, ...]) -> int:
    """How many directions a layer has, if their factors are of its form."""
    left, right = (np.shape(f) for f in locus.factors.get(layer, (0, 0)))
    fits = len(left) == len(right) == 2 and left[1] == right[0]
    if not fits or (left[0] - 1, right[1]) != kernel:
        raise InputError(
            f"directions of {layer!r} with factors of shapes {left} and {right}",
            why=f"its kernel is {kernel}; (inputs + 1, n) and (n, units) are needed",
        )
    return right[0]


def _of_units(locus: Locus, like: Arrays) -> Scores:
    """Every weight with the score of the unit that it flows into."""
    found = {}
    for layer, site in unit_sites(like).items():
        for part in ("kernel", "bias"):
            leaf = like[f"{layer}/{part}"]
            found[f"{layer}/{part}"] = np.broadcast_to(locus.scores[site], leaf.shape)
    return found


def _of_layers(locus: Locus, like: Arrays) -> Scores:
    """Every weight with the scores of all that it is under."""
    return {
        path: np.full(
            leaf.shape,
            sum(float(s) for p, s in locus.scores.items() if _within(path, p)),
        )
        for path, leaf in like.items()
    }


def _of_parts(locus: Locus, like: Arrays) -> Scores:
    """Every weight with the size of what the directions change there."""
    found: Scores = {}
    for layer, (left, right) in locus.factors.items():
        change = np.abs(left @ right)
        found[f"{layer}/kernel"], found[f"{layer}/bias"] = change[:-1], change[-1]
    return {path: found[path] for path in like}


def _unrolled(
    row: Shaped[np.ndarray, " sites"], like: Scores
) -> dict[str, Shaped[np.ndarray, "..."]]:
    """One row as leaves, by sorted path."""
    paths = sorted(like)
    ends = np.cumsum([like[p].size for p in paths])
    parts = np.split(row, ends[:-1])
    found = {
        p: part.reshape(like[p].shape) for p, part in zip(paths, parts, strict=True)
    }
    return {p: found[p] for p in like}


def _within(path: str, prefix: str) -> bool:
    """Whether a leaf is under a prefix."""
    return path == prefix or path.startswith(prefix + "/")


def _depth(layer: str) -> int:
    """The number of a layer."""
    return int(layer.rpartition("/")[2])


def scores_of(leaves: Mapping[str, object]) -> Scores:
    """Arrays of any kind as scores.

    Example:
        >>> scores_of({"a": [1, 2]})
        {'a': array([1., 2.])}
    """
    return {path: np.asarray(leaf, np.float64) for path, leaf in leaves.items()}
