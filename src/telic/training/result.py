"""Training as one call: a world and a schedule in, agents and metrics out."""

import dataclasses
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.core.html import html_table
from telic.core.names import check_name
from telic.policies import MLP, Agent, Policy
from telic.training.loop import train_phase
from telic.training.measures import rollout_measures
from telic.training.plan import ExperimentConfig
from telic.training.ppo import PPOConfig, RolloutConfig
from telic.training.state import TrainState, init_state, raise_if_diverged
from telic.worlds.base import World
from telic.worlds.goals import goals_of
from telic.worlds.objectives import Objective
from telic.worlds.schedule import Phase


@dataclasses.dataclass(frozen=True, eq=False)
class TrainResult:
    """The result of training: agents, metrics and the final state.

    Attributes:
        plan: The plan: world, policy, schedule, configuration.
        seed: The seed, which determines all randomness.
        start: The agent before training.
        agents: The agent at the end of each phase.
        metrics: (rollouts,) by name, as in `rollout_measures`: `return_NAME` of each
            objective, `rate_EVENT`, `length` in steps; NaN where no episode ended.
        state: The final state, from which `telic.training.train_phase` can continue.
    """

    plan: ExperimentConfig
    seed: int
    start: Agent
    agents: tuple[Agent, ...]
    metrics: dict[str, Float[np.ndarray, " rollouts"]]
    state: TrainState

    @property
    def agent(self) -> Agent:
        """The agent at the end."""
        return self.agents[-1]

    def __repr__(self) -> str:
        """World, policy, phases and the last returns in a line."""
        wanted = ", ".join(phase.objective for phase in self.plan.schedule)
        returns = ", ".join(
            f"return {each.name} {self._returns(each)[-1]:.2f}"
            for each in self.plan.objectives
        )
        world = type(self.plan.world).__name__
        return f"TrainResult({world}, seed {self.seed}, phases: {wanted}; {returns})"

    def _repr_html_(self) -> str:
        """A table for notebooks: returns in the last rollout of every phase, n = 1."""
        objectives, schedule = self.plan.objectives, self.plan.schedule
        rows, end = [], -1
        for number, phase in enumerate(schedule):
            end += phase.rollouts
            returns = [f"{self._returns(each)[end]:.2f}" for each in objectives]
            rows.append((str(number), phase.objective, *returns))
        header = (
            f"phase (seed {self.seed}, n = 1)",
            "trained on",
            *(f"return, {each.name}" for each in objectives),
        )
        return html_table(header, rows)

    def _returns(self, objective: Objective) -> Float[np.ndarray, " rollouts"]:
        """The returns under one objective."""
        return self.metrics[f"return_{objective.name}"]


def train(
    world: World,
    schedule: Sequence[Phase | str],
    *,
    seed: int = 0,
    policy: Policy | None = None,
    objectives: Sequence[Objective] = (),
    ppo: PPOConfig | None = None,
    rollout: RolloutConfig | None = None,
) -> TrainResult:
    """Agents trained in a world, phase after phase.

    For a custom loop, `telic.training` has the functional level: `init_state`,
    `train_phase` (a generator over rollouts) and `train_step` (one compiled step).

    Args:
        world: The world of the agents.
        schedule: Phases, for example from `telic.alternate`; a name alone is a phase of
            15 rollouts.
        seed: The seed of all randomness.
        policy: The network kind; None: `MLP()`.
        objectives: The objectives that the schedule names, except those of the world's
            own goals.
        ppo: The configuration of PPO; None: `PPOConfig()`.
        rollout: Copies of the world and steps of a rollout; None: `RolloutConfig()`.

    Raises:
        InputError: If the schedule names neither a goal of the world nor a given
            objective, or the policy does not fit the world.
        DivergedError: If a loss or a parameter is not finite, or too large.

    Example:
        >>> import telic
        >>> small = RolloutConfig(num_envs=4, num_steps=8)
        >>> phases = telic.alternate("blue", "purple", rollouts=1)
        >>> found = train(telic.Keys(), phases, policy=MLP(width=8), rollout=small)
        >>> len(found.agents), found.metrics["return_blue"].shape
        (2, (2,))
    """
    phases = tuple(Phase(p, 15) if isinstance(p, str) else p for p in schedule)
    if not phases or min(phase.rollouts for phase in phases) < 1:
        raise InputError(
            f"the schedule {list(phases)}",
            why="at least one phase is needed, and a rollout in each",
            fix='for example telic.alternate("blue", "purple", rollouts=15)',
        )
    plan = ExperimentConfig(
        world=world,
        policy=policy or MLP(),
        ppo=ppo or PPOConfig(),
        rollout=rollout or RolloutConfig(),
        objectives=_named(world, phases, objectives),
        schedule=phases,
    )
    state = init_state(seed, policy=plan.policy, world=world, rollout=plan.rollout)
    start = jax.tree.map(jnp.array, state.agent)
    agents, rows = [], []
    for phase in phases:
        begun = state
        for state, seen in train_phase(
            begun,
            plan.vector(phase.objective),
            rollouts=phase.rollouts,
            ppo=plan.ppo,
            world=world,
            rollout=plan.rollout,
        ):
            raise_if_diverged(seen, state.agent, rollouts=len(rows) + 1)
            rows.append(rollout_measures(plan, seen))
        agents.append(jax.tree.map(jnp.array, state.agent))
    metrics = {
        name: np.array([row[name] for row in rows], np.float64) for name in rows[0]
    }
    return TrainResult(plan, seed, start, tuple(agents), metrics, state)


def _named(
    world: World, phases: Sequence[Phase], given: Sequence[Objective]
) -> tuple[Objective, ...]:
    """The objectives that phases name, and the given ones."""
    known = {name: goal.objective for name, goal in goals_of(world).items()}
    known |= {objective.name: objective for objective in given}
    for phase in phases:
        check_name(
            phase.objective, known, kind=f"goal of {type(world).__name__} or objective"
        )
    wanted = [*(phase.objective for phase in phases), *(o.name for o in given)]
    return tuple(known[name] for name in dict.fromkeys(wanted))
