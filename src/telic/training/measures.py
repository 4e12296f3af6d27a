"""Measures of a rollout: its episodes and losses, by name."""

import numpy as np

from telic.training.plan import ExperimentConfig
from telic.training.state import RolloutMetrics


def rollout_measures(
    plan: ExperimentConfig, metrics: RolloutMetrics
) -> dict[str, int | float]:
    """The measures of a rollout and its update, by name.

    `episodes` (completed in the rollout), `length` (their mean, in steps), `return_O`
    for every objective O (mean over the episodes), `rate_E` for every event E (mean per
    episode), then the losses. A mean over no episodes is NaN.
    """
    count = int(metrics.episodes.completed)
    events = np.asarray(metrics.episodes.events, np.float64)
    mean = events / count if count else np.full(len(events), np.nan)
    returns = plan.weights.astype(np.float64) @ mean
    names = [objective.name for objective in plan.objectives]
    return {
        "episodes": count,
        "length": int(metrics.episodes.steps) / count if count else np.nan,
        **{f"return_{n}": float(x) for n, x in zip(names, returns, strict=True)},
        **{f"rate_{e}": float(x) for e, x in zip(plan.world.events, mean, strict=True)},
        **{name: float(x) for name, x in metrics.losses._asdict().items()},
    }
