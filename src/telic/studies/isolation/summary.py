"""The effects of the isolation study over seeds: every verdict, computed once."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.stats import Interval, bootstrap
from telic.stats.rows import Rows
from telic.studies.isolation.arms import BASE, GREEDY, TRIAL
from telic.studies.isolation.edits import DOSES
from telic.studies.isolation.judged import VectorEffects, whole_vectors
from telic.studies.isolation.metrics import Curves, WorldMetrics
from telic.studies.isolation.second_phase import SecondPhase
from telic.studies.tables import table_of
from telic.training import ExperimentConfig
from telic.trials import Condition, Effects, Table, effects, rollouts_to
from telic.trials.trial import UNEDITED
from telic.worlds import World

REGAINED = 0.9
"""The fraction of its old return at which an agent counts as recovered."""

Values = Float[np.ndarray, " seeds"]
Arms = dict[str, Float[np.ndarray, "seeds rollouts"]]
"""One training curve per seed, for each arm."""


class Trial(NamedTuple):
    """The edits after one length of the second phase, in one way of acting.

    Attributes:
        lost: Every edit, judged by the measure that subtracting should raise.
        served: The doses above 0, judged by the measure that adding should raise.
        kept: The doses, judged by the measure that should stay the same.
        whole: The changes by each vector at coefficient -1 and 1.
        values: By whole vector (or `no edit`) and then by measure, the value of each
            seed, of the judged measures and the one that should stay the same.
    """

    lost: Effects
    served: Effects
    kept: Effects
    whole: dict[Condition, VectorEffects]
    values: dict[Hashable, dict[str, Values]]


class Regained(NamedTuple):
    """The recovery of an edited agent in further training, over seeds.

    Attributes:
        thousands: The steps until recovery, in thousands, over the seeds that recover;
            None if none does. Recovered: at `REGAINED` of the unedited agent's return
            in its first rollout (if that is negative, no further below it than
            1 - `REGAINED` of its size).
        never: The number of seeds that never recover.
        extra: The excess of `WorldMetrics.followed` over the unedited agent, which
            trained on as well, in the last fifth of training; None if no seed has it.
    """

    thousands: Interval | None
    never: int
    extra: Interval | None


class TrainingCurves(NamedTuple):
    """The curves of further training from several agents.

    Attributes:
        returns: The return under the first objective.
        followed: The quantity of `WorldMetrics.followed`.
    """

    returns: Arms
    followed: Arms


class Energy(NamedTuple):
    """The distribution of the vectors' squared norm over leaves, over seeds.

    Attributes:
        fractions: By leaf and vector, the fraction of the vector's squared norm.
        lengths: By vector, its norm relative to that of the agent.
    """

    fractions: dict[str, dict[str, Interval]]
    lengths: dict[str, Interval]


class Example(NamedTuple):
    """One seed's vector and films.

    Attributes:
        seed: The seed.
        vector: The reward-specific part of its actor.
        films: By edit, the actions of one episode.
    """

    seed: int
    vector: dict[str, Float[np.ndarray, "..."]]
    films: dict[str, list[int]]


class Edited(NamedTuple):
    """The effects on the agents that were edited.

    Attributes:
        seeds: Their seeds, in ascending order.
        trials: By length of the second phase, in steps; the main one first.
        greedy: The doses for agents that take their most probable action, at the main
            length.
        phase: The curves of the second phase, and of as many steps under the first
            objective.
        recovery: The curves of further training after an edit; None if not done.
        regained: The recovery of each arm.
        energy: The distribution of the vectors over leaves, at the main length.
        example: One seed.
    """

    seeds: tuple[int, ...]
    trials: dict[int, Trial]
    greedy: Trial
    phase: TrainingCurves
    recovery: TrainingCurves | None
    regained: dict[str, Regained]
    energy: Energy
    example: Example


class IsolationEffects(NamedTuple):
    """The effects of the isolation study over seeds.

    Attributes:
        metrics: The measures and their captions.
        first: The name of the first objective.
        world: The world, which draws its episodes.
        main: The length at which all edits were tried, in steps.
        steps: Steps of one rollout.
        learning: The learning curves, by column of a run's metrics.
        checks: By seed, the measures of the agent before any edit.
        competent: The seeds whose agents are competent.
        edited: The effects on the edited agents; None if none was edited.
    """

    metrics: WorldMetrics
    first: str
    world: World
    main: int
    steps: int
    learning: Arms
    checks: dict[int, dict[str, float]]
    competent: tuple[int, ...]
    edited: Edited | None


def summarise(
    rows: Rows, plan: ExperimentConfig, ahead: SecondPhase, *, main: int
) -> IsolationEffects:
    """The effects over seeds.

    Args:
        rows: The rows of all seeds.
        plan: The plan of the runs.
        ahead: The second phase.
        main: The length at which all edits were tried, in steps.
    """
    checks = _checks(rows.where(part="check"))
    able = [s for s, found in checks.items() if ahead.metrics.is_competent(found)]
    return IsolationEffects(
        metrics=ahead.metrics,
        first=ahead.first,
        world=plan.world,
        main=main,
        steps=plan.rollout.batch,
        learning=dict(_columns(rows.where(part="learning"))),
        checks=checks,
        competent=tuple(able),
        edited=_edited(rows, ahead, main, plan.rollout.batch)
        if len(rows.where(part=TRIAL))
        else None,
    )


def _checks(rows: Rows) -> dict[int, dict[str, float]]:
    """The measures of each seed's agent before any edit."""
    seeds, metrics = rows.names("seed"), rows.names("metric")
    return {
        int(str(seed)): {
            str(metric): value
            for metric, value in zip(metrics, values, strict=True)
            if np.isfinite(value)
        }
        for seed, values in zip(
            seeds, rows.pivot("seed", "metric").tolist(), strict=True
        )
    }


def _edited(rows: Rows, ahead: SecondPhase, main: int, steps: int) -> Edited:
    """The effects on the agents that were edited."""
    metrics, tried = ahead.metrics, rows.where(part=TRIAL)
    lengths = [int(str(each)) for each in tried.names("trial")]
    lengths = sorted(lengths, key=lambda steps: (steps != main, steps))
    tables = {length: table_of(tried.where(trial=length)) for length in lengths}
    seeds = tables[main].seeds
    recovery = rows.where(part="recovery")
    trained = _training(recovery, ahead) if len(recovery) else None
    return Edited(
        seeds=seeds,
        trials={length: _trial(each, metrics) for length, each in tables.items()},
        greedy=_trial(table_of(rows.where(part=GREEDY)), metrics),
        phase=_training(rows.where(part="phase"), ahead),
        recovery=trained,
        regained=_regained(trained, steps) if trained else {},
        energy=_energy(rows.where(part="norm", trial=main)),
        example=_example(rows.where(seed=seeds[0]), seeds[0]),
    )


def _trial(found: Table, metrics: WorldMetrics) -> Trial:
    """The effects at one length."""
    doses = [
        each
        for each in found.edits
        if isinstance(each, Condition) and each.group in DOSES
    ]
    shown, whole = (*metrics.columns, *metrics.greedy), whole_vectors(found, metrics)
    above = [each for each in doses if float(each.value) > 0]
    return Trial(
        lost=effects(found, measure=metrics.lost, also=shown),
        served=effects(found, above, measure=metrics.served, also=metrics.columns),
        kept=effects(found, doses, measure=metrics.kept),
        whole=whole,
        values={
            edit: {m: found.values_of(m, edit) for m in (*metrics.judged, metrics.kept)}
            for edit in (UNEDITED, *whole)
        },
    )


def _columns(rows: Rows) -> Curves:
    """The curves of every column, one row per seed."""
    return {
        str(column): rows.where(metric=column).pivot("seed", "at")
        for column in rows.names("metric")
    }


def _training(rows: Rows, ahead: SecondPhase) -> TrainingCurves:
    """The curves of every arm of further training."""
    columns = {
        str(arm): _columns(rows.where(condition=arm)) for arm in rows.names("condition")
    }
    return TrainingCurves(
        {arm: found[f"return_{ahead.first}"] for arm, found in columns.items()},
        {arm: ahead.metrics.followed.of(found) for arm, found in columns.items()},
    )


def _regained(trained: TrainingCurves, steps: int) -> dict[str, Regained]:
    """The recovery of every arm."""
    before = trained.returns[UNEDITED][:, 0]
    marks = before - (1 - REGAINED) * np.abs(before)  # below it, even if it is < 0
    found = {}
    for arm, curves in trained.returns.items():
        when = [rollouts_to(c, m) for c, m in zip(curves, marks, strict=True)]
        there = [w * steps / 1000 for w in when if w is not None]
        late = max(1, curves.shape[1] // 5)
        last = trained.followed[arm] - trained.followed[UNEDITED]
        extra = [_mean(row[np.isfinite(row)]) for row in last[:, -late:]]
        found[arm] = Regained(
            _over(there), len(when) - len(there), _over([x for x in extra if x == x])
        )
    return found


def _energy(rows: Rows) -> Energy:
    """The distribution of the vectors over leaves, from the norms of the leaves."""
    squares = rows.pivot("condition", "metric", "seed") ** 2
    total = np.cumsum(squares, axis=1)[:, -1]  # np.sum's order varies with the count
    names, leaves = map(list, (rows.names("condition"), rows.names("metric")))
    whole = np.sqrt(total[names.index(BASE)])
    vectors = [(str(name), i) for i, name in enumerate(names) if name != BASE]
    # A vector without length, as of rewards that never came, has its shares nowhere.
    shares = squares / np.where(total, total, 1.0)[:, None]
    return Energy(
        {
            str(leaf): {
                name: bootstrap(shares[i, j], np.mean, support=(0.0, 1.0))
                for name, i in vectors
            }
            for j, leaf in enumerate(leaves)
        },
        {name: bootstrap(np.sqrt(total[i]) / whole, np.mean) for name, i in vectors},
    )


def _example(rows: Rows, seed: int) -> Example:
    """The example of one seed."""
    drawn, films = rows.where(part="update"), rows.where(part="film")
    vector = {}
    for path, shape in drawn.pairs("metric", "trial"):
        sides = shape if isinstance(shape, tuple) else ()
        values = drawn.where(metric=path).values
        vector[str(path)] = values.reshape([int(str(side)) for side in sides])
    return Example(
        seed,
        vector,
        {
            str(name): films.where(condition=name).values.astype(int).tolist()
            for name in films.names("condition")
        },
    )


def _over(values: Sequence[float] | Float[np.ndarray, " seeds"]) -> Interval | None:
    """The mean over seeds; None for an empty list."""
    return bootstrap(np.array(values, np.float64), np.mean) if len(values) else None


def _mean(values: Float[np.ndarray, " _"]) -> float:
    """The mean; NaN for an empty array."""
    return float(values.mean()) if len(values) else np.nan
