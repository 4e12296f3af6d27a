"""The effects of the splice study over seeds: every verdict, computed once."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.stats import Interval, bootstrap
from telic.stats.rows import Identity, Rows
from telic.studies.goal_metrics import METRICS, SCORES
from telic.studies.splice.anatomy import PART
from telic.studies.splice.arms import ARMS, EDITED, NEW, OLD, UNEDITED
from telic.studies.tables import table_of
from telic.training import ExperimentConfig
from telic.trials import Effects, effects, rollouts_to
from telic.trials.trial import DONOR

REGAINED = 0.9
"""The fraction of its old return at which an agent counts as recovered."""

Direction = tuple[str, str]
"""The goal of the edited agents, and the aim of the edits."""


class Count(NamedTuple):
    """The rollouts until an event, over seeds.

    Attributes:
        interval: The mean over the seeds that reach it; None if none does.
        never: The number of seeds that do not.
    """

    interval: Interval | None
    never: int


class Recovery(NamedTuple):
    """Further training after an edit, in one direction, over seeds.

    Attributes:
        curves: By arm, the return under the objective that it trains on, (seeds,
            rollouts).
        regained: The rollouts until the edited agent is at `REGAINED` of the unedited
            agent's first return.
        equivalent: The rollouts until the unedited agent, trained on the new
            objective, has the return that the edit gives at once.
    """

    curves: dict[tuple[str, str], Float[np.ndarray, "seeds rollouts"]]
    regained: Count
    equivalent: Count


class Answer(NamedTuple):
    """One question about the task vectors of switches.

    Attributes:
        question: The question and its subject.
        found: The mean over seeds.
        chance: The chance level; None if it is not known.
    """

    question: tuple[str, Identity]
    found: Interval
    chance: float | None


class SpliceEffects(NamedTuple):
    """The effects of the splice study over seeds.

    Attributes:
        seeds: The seeds, in ascending order.
        layers: The names of the actor's layers, in order.
        steps: Steps of one rollout.
        together: The effects on the rate of reaching the aim, over all switches.
        scores: The effects by efficacy, with locality and retention; None if no donor
            behaves differently from its recipient, so that efficacy is undefined.
        directions: `together` for each direction alone.
        recoveries: The further training after the edit, by direction.
        anatomy: The anatomy of the switches.
    """

    seeds: tuple[int, ...]
    layers: tuple[str, ...]
    steps: int
    together: Effects
    scores: Effects | None
    directions: dict[Direction, Effects]
    recoveries: dict[Direction, Recovery]
    anatomy: tuple[Answer, ...]


def summarise(rows: Rows, plan: ExperimentConfig) -> SpliceEffects:
    """The effects over seeds; the value of a seed is the mean over its switches."""
    trials, on = rows.where(part="trial"), rows.where(part="recovery")
    every = table_of(trials)
    differ = np.isfinite(every.values_of("efficacy", DONOR)).any()
    switches: dict[Direction, list[Identity]] = {}
    for switch in trials.names("trial"):
        switches.setdefault(_direction(switch), []).append(switch)
    return SpliceEffects(
        seeds=every.seeds,
        layers=tuple(map(str, rows.where(part="layers").names("metric"))),
        steps=plan.rollout.batch,
        together=effects(every, measure="aim", also=METRICS),
        scores=effects(every, measure="efficacy", also=SCORES) if differ else None,
        directions={
            direction: effects(
                table_of(trials.among("trial", those)), measure="aim", also=METRICS
            )
            for direction, those in switches.items()
        },
        recoveries={
            _direction(name): _recovery(on.where(trial=name), _direction(name))
            for name in on.names("trial")
        },
        anatomy=_anatomy(rows.where(part=PART)),
    )


def _direction(trial: Identity) -> Direction:
    """The direction of a switch: the last two entries of its identity."""
    assert isinstance(trial, tuple)
    wants, aim = trial[-2:]
    return str(wants), str(aim)


def _recovery(rows: Rows, direction: Direction) -> Recovery:
    """The recovery in one direction."""
    wants, aim = direction
    curves = {
        arm: rows.where(condition=arm, metric=wants if arm[1] == OLD else aim).pivot(
            "seed", "at", names={"seed": rows.names("seed")}
        )
        for arm in ARMS
    }
    before = curves[UNEDITED, OLD][:, 0]
    edited, trained = curves[EDITED, OLD], curves[UNEDITED, NEW]
    at_once = rows.where(condition=(EDITED, OLD), metric=aim, at=0).pivot("seed")
    return Recovery(
        curves,
        _count(edited, REGAINED * before),
        _count(trained, at_once),
    )


def _count(
    curves: Float[np.ndarray, "seeds rollouts"], marks: Float[np.ndarray, " seeds"]
) -> Count:
    """The rollouts until each seed's curve reaches its mark."""
    when = [rollouts_to(c, mark) for c, mark in zip(curves, marks, strict=True)]
    there = np.array([w for w in when if w is not None], np.float64)
    found = bootstrap(there, np.mean) if len(there) else None
    return Count(found, len(when) - len(there))


def _anatomy(rows: Rows) -> tuple[Answer, ...]:
    """The answers, in the order in which they were measured."""
    found = []
    for question, of in rows.pairs("metric", "condition"):
        asked = rows.where(metric=question, condition=of)
        chance = asked.where(null="chance").values
        found.append(
            Answer(
                (str(question), of),
                bootstrap(asked.where(null="").pivot("seed"), np.mean),
                float(chance.mean()) if len(chance) else None,
            )
        )
    return tuple(found)
