"""Faithfulness: the fraction of a donor's behaviour that a locus recovers, by size.

Graft the donor's weights at the top k % of a locus, and measure the behaviour. With m a
behaviour in which donor and recipient differ, a graft recovers the fraction

    f(k) = (m(graft) - m(recipient)) / (m(donor) - m(recipient)).

A locus is faithful if f is near 1 at small k, and complete if grafting everything
*except* its top k % recovers nothing. CPR is the area under f (more is better), CMD
the area between f and 1 (less is better), after MIB. Areas are over log k, from the
smallest size to all weights, and divided by its length: on a linear axis nine tenths of
the area lie above 10 % of the weights, where good methods are alike.

Reference:
    Mueller et al. 2025, "MIB: A Mechanistic Interpretability Benchmark", arXiv
    2504.13151. There k is a share of a circuit's edges, what is left is ablated, and
    the area is over k; here weights of a donor are grafted, and the area is over log k.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.locators.graft import SIZES, grafted
from telic.locators.locus import Locus
from telic.policies import Agent
from telic.rollouts import EpisodeSeeds, Rates, play, rates
from telic.trials.measures import retention
from telic.worlds import amount_of, roles, success_of
from telic.worlds.base import World
from telic.worlds.objectives import Objective

LEAST = 0.05
"""The least difference in behaviour between donor and recipient."""


class Measure(NamedTuple):
    """A measure of behaviour in an agent's episodes.

    Attributes:
        behaviour: The number in which donor and recipient differ.
        failures: Events that end an episode in failure, for retention.
        rate: Whether it is a fraction of episodes; otherwise it has some other unit.
    """

    behaviour: Callable[[Rates], float]
    failures: tuple[str, ...]
    rate: bool = True


def reaching(world: World, aim: Objective, *, old: str = "") -> Measure:
    """The measure of how far the goal of an objective is reached.

    It is the success rate of the goal. If the goal has no success event, or the same as
    the old goal, it is the return under the objective that the world declares for it,
    or under the goal's own.

    Args:
        world: The world.
        aim: The objective of the donor.
        old: The name of the recipient's objective; empty to ignore its goal.

    Example:
        >>> from telic.worlds import Keys, fetch
        >>> found = reaching(Keys(), fetch("blue"), old="purple")
        >>> found.behaviour({"pick_blue": 0.25}), found.failures
        (0.25, ('wall', 'bump', 'ball', 'timeout'))
    """
    part = roles(world, aim=aim.name, old=old or aim.name)
    success = success_of(world, aim.name) if not old else part.aim
    ends = (*part.failures, *([part.timeout] if part.timeout else []))
    if success in world.events:
        return Measure(lambda rates: rates[success], ends)
    weights = amount_of(world, aim).weights
    return Measure(
        lambda rates: sum(w * rates[event] for event, w in weights), ends, rate=False
    )


class Faithfulness(NamedTuple):
    """The curve of a locus.

    Attributes:
        shares: The sizes, as fractions of the weights.
        top: f of the grafts of the top.
        rest: f of the grafts of everything except the top.
        retention: The episodes not failed by grafts of the top, relative to the
            recipient's.
    """

    shares: Float[np.ndarray, " sizes"]
    top: Float[np.ndarray, " sizes"]
    rest: Float[np.ndarray, " sizes"]
    retention: Float[np.ndarray, " sizes"]


class GraftEvaluator(NamedTuple):
    """Two agents with their rates in fixed episodes, to try grafts on.

    Attributes:
        recipient: The agent that is grafted.
        donor: The agent that weights are taken from.
        seeds: The noise of the episodes.
        measure: The measure of behaviour.
        recipient_rates: The recipient's rates.
        donor_rates: The donor's rates.
        world: Their world.
    """

    recipient: Agent
    donor: Agent
    seeds: EpisodeSeeds
    measure: Measure
    recipient_rates: Rates
    donor_rates: Rates
    world: World

    @property
    def gap(self) -> float:
        """The donor's behaviour minus the recipient's."""
        behaviour = self.measure.behaviour
        return behaviour(self.donor_rates) - behaviour(self.recipient_rates)

    def rates(self, agent: Agent) -> Rates:
        """The rates of an agent in the episodes of the bench."""
        return rates(play(agent, self.world, self.seeds), self.world)

    def share(self, found: Rates) -> float:
        """f: the fraction of the donor's behaviour."""
        behaviour = self.measure.behaviour
        return (behaviour(found) - behaviour(self.recipient_rates)) / self.gap


def graft_evaluator(
    recipient: Agent,
    donor: Agent,
    seeds: EpisodeSeeds,
    measure: Measure,
    *,
    world: World | None = None,
    least: float = LEAST,
) -> GraftEvaluator:
    """The bench of two agents, in the recipient's world unless another is given.

    Raises:
        InputError: If they hardly differ in the behaviour, so that f is undefined.
    """
    made = GraftEvaluator(
        recipient, donor, seeds, measure, {}, {}, world or recipient.world
    )
    made = made._replace(
        recipient_rates=made.rates(recipient), donor_rates=made.rates(donor)
    )
    if abs(made.gap) < least:
        raise InputError(
            f"donor and recipient differ by {made.gap:.3f}",
            why=f"shares of a difference below {least} mean nothing",
        )
    return made


def faithfulness(
    locus: Locus, evaluator: GraftEvaluator, *, shares: Sequence[float] = SIZES
) -> Faithfulness:
    """The curve of a locus: f of both kinds of grafts at several sizes.

    Raises:
        InputError: If a size is not in (0, 1].
    """
    rows = []
    for graft in grafted(locus, evaluator.recipient, evaluator.donor, shares):
        top, rest = evaluator.rates(graft.top), evaluator.rates(graft.rest)
        kept = retention(top, evaluator.recipient_rates, evaluator.measure.failures)
        rows.append((evaluator.share(top), evaluator.share(rest), kept))
    columns = np.array(rows, np.float64).T
    return Faithfulness(np.array(shares), *columns)


def cpr(found: Faithfulness) -> float:
    """The mean of f over log size: the area under it, after MIB's CPR.

    Example:
        >>> line = np.array([0.5, 1.0])
        >>> cpr(Faithfulness(line, line, 1 - line, line))
        0.75
    """
    return _area(found.shares, found.top)


def cmd(found: Faithfulness) -> float:
    """The mean of |1 - f| over log size: the area between f and 1, after MIB's CMD.

    Example:
        >>> line = np.array([0.5, 1.0])
        >>> cmd(Faithfulness(line, line, 1 - line, line))
        0.25
    """
    return _area(found.shares, np.abs(1 - found.top))


def completeness_gap(found: Faithfulness) -> float:
    """The mean over log size of f of everything except the top.

    It is 0 for a locus that is complete at the smallest size, and above 0 for one of
    more weights: a part of the goal cannot take all of it away.

    Example:
        >>> line = np.array([0.5, 1.0])
        >>> completeness_gap(Faithfulness(line, line, 1 - line, line))
        0.25
    """
    return _area(found.shares, found.rest)


def first_index_at(found: Faithfulness, mark: float = 0.9) -> int:
    """The index of the smallest size at which f reaches a mark.

    Raises:
        InputError: If it never does; a graft of all weights always does.

    Example:
        >>> line = np.array([0.5, 1.0])
        >>> first_index_at(Faithfulness(line, line, 1 - line, line), 0.4)
        0
    """
    there = np.flatnonzero(found.top >= mark)
    if not len(there):
        raise InputError(f"no graft brings {mark} of the donor's behaviour")
    return int(there[0])


def sparsity_at(found: Faithfulness, mark: float = 0.9) -> float:
    """The fraction of the weights at which f reaches a mark.

    It is interpolated in log size between the first size that reaches the mark and the
    one before; if that is the smallest size, the result is an upper bound.

    Raises:
        InputError: If it never does.

    Example:
        >>> sizes, top = np.array([0.01, 0.1, 1.0]), np.array([0.0, 0.8, 1.0])
        >>> round(sparsity_at(Faithfulness(sizes, top, 1 - top, top), 0.9), 3)
        0.316
    """
    at = first_index_at(found, mark)
    if at == 0:
        return float(found.shares[0])
    (below, here), size = found.top[at - 1 : at + 1], np.log(found.shares)
    part = (mark - below) / (here - below)
    return float(np.exp(size[at - 1] + part * (size[at] - size[at - 1])))


def _area(
    shares: Float[np.ndarray, " sizes"], values: Float[np.ndarray, " sizes"]
) -> float:
    """The area under straight lines over log size, as a fraction of its length.

    Of a single size it is the value there.
    """
    x = np.log(shares)
    if x[0] == x[-1]:
        return float(values[-1])
    widths, heights = np.diff(x), (values[1:] + values[:-1]) / 2
    return float((widths * heights).sum() / (x[-1] - x[0]))
