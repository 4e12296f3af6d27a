"""The effects of the SNR study over seeds: ratios and behaviour by length."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.stats import Interval, bootstrap
from telic.stats.rows import Rows
from telic.studies.isolation.arms import TRIAL
from telic.studies.isolation.metrics import WorldMetrics
from telic.studies.tables import table_of
from telic.trials import Condition, Effects, effects

RATIOS = ("snr", "cosine", "certain")
"""The ratios of a vector's repeats that are reported."""

Lengths = Float[np.ndarray, "seeds lengths"]


class SnrEffects(NamedTuple):
    """The effects of the SNR study over seeds.

    Attributes:
        metrics: The measures and their captions.
        seeds: The seeds whose agents are competent, in ascending order.
        steps: The lengths of the second phase.
        repeats: The number of repeats of each seed.
        curves: By ratio and vector, the values by seed and length.
        ratios: By ratio and vector, the mean over seeds at each length.
        trials: The effects of subtracting, by length.
    """

    metrics: WorldMetrics
    seeds: tuple[int, ...]
    steps: tuple[int, ...]
    repeats: int
    curves: dict[str, dict[str, Lengths]]
    ratios: dict[str, dict[str, tuple[Interval, ...]]]
    trials: dict[int, Effects]

    def behaviour(self, measure: str, edit: Condition | None) -> Lengths:
        """One measure of an edit, or of the unedited agent, by seed and length."""
        rows = (
            each[edit].measured if edit else each.references[0].measured
            for each in self.trials.values()
        )
        return np.stack([row[measure].values for row in rows], axis=1)


def summarise(rows: Rows, metrics: WorldMetrics, *, repeats: int) -> SnrEffects:
    """The effects over seeds.

    Args:
        rows: The rows of all seeds.
        metrics: The measures and their captions.
        repeats: The number of repeats of each seed.
    """
    found, tried = rows.where(part="repeats"), rows.where(part=TRIAL)
    steps = tuple(int(str(each)) for each in tried.names("trial"))
    tables = {length: table_of(tried.where(trial=length)) for length in steps}
    measures = (metrics.kept, *metrics.few)
    curves = {
        ratio: {
            str(name): found.where(metric=ratio, condition=name).pivot("seed", "trial")
            for name in found.names("condition")
        }
        for ratio in RATIOS
    }
    return SnrEffects(
        metrics=metrics,
        seeds=next((each.seeds for each in tables.values()), ()),
        steps=steps,
        repeats=repeats,
        curves=curves,
        ratios={
            ratio: {
                name: tuple(bootstrap(column, np.mean) for column in values.T)
                for name, values in vectors.items()
            }
            for ratio, vectors in curves.items()
        },
        trials={
            length: effects(each, measure=metrics.lost, also=measures)
            for length, each in tables.items()
        },
    )
