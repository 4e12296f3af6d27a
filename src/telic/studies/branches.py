"""Branches: further training of a run's state, under the same or another objective.

One base can have many branches: the second phase of the founding study, the same
number of steps under the *old* objective (a control for more training), and repeats of
either with fresh data, which measure how much of a vector is noise.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from telic.core.errors import InputError
from telic.policies import Agent
from telic.runs import metrics
from telic.stats.rows import Identity, Row
from telic.training import ExperimentConfig, TrainState, raise_if_diverged, train_phase
from telic.training.ppo import PPOConfig, optimiser
from telic.worlds.objectives import Objective

CURVES = ("return_", "rate_")
"""The prefixes of the training columns that become curves."""


class Branch(NamedTuple):
    """A stretch of training from a base.

    Attributes:
        agents: The agents, by the number of rollouts from the base.
        curves: By column of a run's metrics, its value in each rollout; None where no
            episode ended.
    """

    agents: dict[int, Agent]
    curves: dict[str, list[float | None]]

    def rows(self, part: str, arm: Identity) -> Iterator[Row]:
        """The curves as rows, NaN where there is no number."""
        for column, values in self.curves.items():
            for rollout, value in enumerate(values):
                number = np.nan if value is None else value
                yield Row(part, column, number, condition=arm, at=rollout)


def branch(
    base: TrainState,
    plan: ExperimentConfig,
    objective: str | Objective,
    *,
    at: Sequence[int],
    repeat: int = 0,
    keep_moments: bool = True,
    watch: Callable[[], object] = lambda: None,
) -> Branch:
    """Train on from a base.

    Args:
        base: The training state to begin from; its buffers are not donated.
        plan: The run's plan.
        objective: The objective to train on, or the name of one of the plan's.
        at: The numbers of rollouts after which an agent is kept; training ends at the
            largest.
        repeat: The number of the data set; 0 is what the run itself would see next.
        keep_moments: Whether the optimiser keeps the moments of the base, as in the
            founding study, or starts with fresh ones.
        watch: Called after every rollout.

    Raises:
        DivergedError: If a loss or a parameter is not finite.
    """
    agents: dict[int, Agent] = {}
    named = isinstance(objective, str)
    weights = plan.vector(objective) if named else objective.vector(plan.world.events)
    rows = []
    for state, seen in train_phase(
        _fresh(base, repeat, keep_moments),
        weights,
        rollouts=max(at),
        ppo=plan.ppo,
        world=plan.world,
        rollout=plan.rollout,
    ):
        done = int(state.rollouts) - int(base.rollouts)
        raise_if_diverged(seen, state.agent, rollouts=done)
        rows.append(metrics.rounded_measures(plan, seen))
        if done in at:
            agents[done] = jax.tree.map(jnp.array, state.agent)
        watch()
    columns = [column for column in rows[0] if column.startswith(CURVES)]
    return Branch(agents, {c: [row[c] for row in rows] for c in columns})


def rollouts_of(steps: int, plan: ExperimentConfig) -> int:
    """The number of rollouts that some environment steps make up.

    Raises:
        InputError: If the steps are not a whole number of rollouts.
    """
    if steps < 1 or steps % plan.rollout.batch:
        near = max(1, round(steps / plan.rollout.batch)) * plan.rollout.batch
        raise InputError(
            f"{steps} steps of a second phase",
            why=f"a rollout of these runs has {plan.rollout.batch} steps",
            fix=f"for example {near}",
        )
    return steps // plan.rollout.batch


def _fresh(base: TrainState, repeat: int, keep_moments: bool) -> TrainState:
    """A copy of the base in new buffers; a repeat gets another random key."""
    state = jax.tree.map(jnp.array, base)
    if repeat:
        key = jax.random.fold_in(
            jax.random.wrap_key_data(state.key), 1_000_000 + repeat
        )
        state = state._replace(key=jax.random.key_data(key))
    if not keep_moments:
        state = state._replace(opt_state=optimiser(PPOConfig()).init(state.agent))
    return state
