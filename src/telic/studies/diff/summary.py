"""The differences of one or several pairs together."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.stats import Interval, bootstrap
from telic.studies.diff.acted import LENGTH
from telic.studies.diff.measure import Difference
from telic.trials import Effects, cpr, effects, sparsity_at, tabulate

FEWEST = 6
"""Pairs from which on a verdict can be given: fewer cannot reach p = .05."""


class Found(NamedTuple):
    """How much of the change one method needs.

    Attributes:
        method: Its name.
        curves: (pairs, sizes) the fraction of the behaviour that a graft brings.
        size: The smallest fraction of the weights for 90 %, of each pair.
        cpr: The area under each curve.
    """

    method: str
    curves: Float[np.ndarray, "pairs sizes"]
    size: Interval
    cpr: Interval


class DiffEffects(NamedTuple):
    """What some pairs differ in.

    Attributes:
        pairs: The differences, pair by pair.
        measure: The behaviour that is followed.
        chosen: Whether it was chosen as the one that differs most.
        doses: The effects of the doses; verdicts only over several pairs.
        methods: What every method needs; empty if behaviour hardly differs.
        sizes: The fractions of the weights of the curves.
    """

    pairs: tuple[Difference, ...]
    measure: str
    chosen: bool
    doses: Effects
    methods: tuple[Found, ...]
    sizes: Float[np.ndarray, " sizes"]


def summarise(pairs: Sequence[Difference]) -> DiffEffects:
    """The differences of some pairs together, by the first one's measure."""
    first = pairs[0]
    table = tabulate({n: [list(each.results)] for n, each in enumerate(pairs)})
    rises = np.mean([_change(each, first.measure) for each in pairs]) >= 0
    others = [b.name for b in first.behaviours if b.name != first.measure]
    doses = effects(
        table,
        measure=first.measure,
        also=[name for name in others if name != LENGTH] + [LENGTH],
        more=bool(rises),
    )
    names = [n for n in first.curves if all(n in each.curves for each in pairs)]
    methods = tuple(_found(name, pairs) for name in names)
    sizes = first.curves[names[0]].shares if names else np.zeros(0)
    return DiffEffects(tuple(pairs), first.measure, first.chosen, doses, methods, sizes)


def _change(each: Difference, measure: str) -> float:
    """How a behaviour changed in one pair."""
    (found,) = (b for b in each.behaviours if b.name == measure)
    return found.after.estimate - found.before.estimate


def _found(name: str, pairs: Sequence[Difference]) -> Found:
    """What one method needs, over pairs."""
    curves = [each.curves[name] for each in pairs]
    return Found(
        name,
        np.stack([curve.top for curve in curves]),
        bootstrap(np.array([_size(curve) for curve in curves])),
        bootstrap(np.array([cpr(curve) for curve in curves])),
    )


def _size(curve) -> float:
    """The smallest fraction of the weights that brings 90 %; all of them, if none."""
    return sparsity_at(curve) if (curve.top >= 0.9).any() else 1.0
