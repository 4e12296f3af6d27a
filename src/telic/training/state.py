"""Training: one rollout and one update at a time, as one compiled program.

`train_step` maps the state of a run to the next one. `TrainState` holds all that a run
needs to continue, and all randomness of rollout u comes from `fold_in(key, u)`, so
training from a stored state is bit for bit the same as without a stop.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Bool, Float, Int

from telic.core import trees
from telic.core.errors import DivergedError, WorldError
from telic.core.numbers import LARGEST
from telic.policies import VALUE, Agent, Policy, create, remembers
from telic.rollouts.collect import Completed, EnvState, Rollout, collect_rollout, start
from telic.training.gae import advantages
from telic.training.ppo import (
    Batch,
    Losses,
    PPOConfig,
    RolloutConfig,
    check_sequences,
    optimiser,
    update,
)
from telic.worlds.base import JaxWorld, World


class TrainState(NamedTuple):
    """The state of a training run between two rollouts.

    Attributes:
        agent: The agent.
        opt_state: The state of the optimiser.
        actors: The copies of the world, and their running episodes.
        key: The run's key; it never changes.
        rollouts: The number of rollouts done.
    """

    agent: Agent
    opt_state: optax.OptState
    actors: EnvState
    key: jax.Array
    rollouts: Int[Array, ""]

    __repr__ = trees.outline


class RolloutMetrics(NamedTuple):
    """The episodes and losses of one rollout and its update.

    Attributes:
        episodes: The episodes that were completed.
        losses: The losses, averaged over the gradient steps.
        finite: (leaves,) whether the parameters are finite after the update, by sorted
            path.
    """

    episodes: Completed
    losses: Losses
    finite: Bool[Array, " leaves"]


def init_state(
    seed: int, *, policy: Policy, world: World, rollout: RolloutConfig
) -> TrainState:
    """A fresh agent in fresh worlds; `seed` determines all randomness.

    In a host world `actors` is empty, as simulators are not part of the state.
    """
    key = jax.random.key(seed)
    agent_key, world_key, run_key = jax.random.split(key, 3)
    agent = create(agent_key, policy, world)
    return init_from_agent(agent, world_key, run_key, world=world, rollout=rollout)


def init_from_agent(
    agent: Agent,
    world_key: jax.Array,
    run_key: jax.Array,
    *,
    world: World,
    rollout: RolloutConfig,
) -> TrainState:
    """A given agent in fresh worlds, with fresh moments.

    Args:
        agent: The agent; `train_step` donates its buffers.
        world_key: The key of the initial states of the copies.
        run_key: The key of all that follows.
        world: The world.
        rollout: The sizes, for the number of copies.

    Raises:
        InputError: If the agent has memory and minibatches do not divide the copies.
    """
    check_sequences(agent.initial_carry(1), rollout)
    return TrainState(
        agent=agent,
        opt_state=_moments(agent),
        actors=_actors(world_key, agent, world, rollout.num_envs),
        key=jax.random.key_data(run_key),
        rollouts=jnp.zeros((), jnp.int32),
    )


@functools.partial(jax.jit, static_argnames=("world", "rollout"), donate_argnums=0)
def train_step(
    state: TrainState,
    ppo: PPOConfig,
    weights: Float[Array, " events"],
    *,
    world: JaxWorld,
    rollout: RolloutConfig,
    mask: Agent | None = None,
) -> tuple[TrainState, RolloutMetrics]:
    """The state after one rollout and one update under the objective `weights`.

    Args:
        state: The state of the run. Its buffers are donated: do not use it afterwards
            (`train_phase` passes a copy, so its states stay valid).
        ppo: The configuration of PPO; traced, so new values need no compilation.
        weights: The weight of each event; also traced.
        world: The world; it must be hashable.
        rollout: The sizes of the program.
        mask: 1 for each parameter that may move, else 0; None: all may.
    """
    # `state` is donated: XLA writes the new parameters, moments and worlds into the
    # buffers of the old ones, which JAX deletes for the caller.
    actors, data, episodes = collect_rollout(
        keys(state)[0],
        state.agent.sampling(),
        state.actors,
        world=world,
        steps=rollout.num_steps,
    )
    after = learn(
        state._replace(actors=actors),
        data,
        ppo,
        weights,
        rollout=rollout,
        mask=mask,
    )
    return after[0], RolloutMetrics(episodes, *after[1:])


def keys(state: TrainState) -> tuple[jax.Array, jax.Array]:
    """The keys of the next rollout, and of the update that follows it."""
    run_key = jax.random.wrap_key_data(state.key)
    first, second = jax.random.split(jax.random.fold_in(run_key, state.rollouts))
    return first, second


def learn(
    state: TrainState,
    data: Rollout,
    ppo: PPOConfig,
    weights: Float[Array, " events"],
    *,
    rollout: RolloutConfig,
    mask: Agent | None = None,
) -> tuple[TrainState, Losses, Bool[Array, " leaves"]]:
    """The state after one update of the agent on its rollout.

    Returns:
        The state after it, the losses, and whether each leaf of the agent is finite.
    """
    batch = _batch(state.agent, data, weights, ppo)
    agent, opt_state, losses = update(
        keys(state)[1],
        state.agent,
        state.opt_state,
        batch,
        ppo=ppo,
        rollout=rollout,
        mask=mask,
    )
    after = TrainState(agent, opt_state, state.actors, state.key, state.rollouts + 1)
    return after, losses, trees.finite(agent)


@jax.jit
def _moments(agent: Agent) -> optax.OptState:
    """Fresh moments, in one program: otherwise each shape of a leaf is one."""
    return optimiser(PPOConfig()).init(agent)


def _actors(key: jax.Array, agent: Agent, world: World, envs: int) -> EnvState:
    """Fresh copies of a world; empty for a host world."""
    if isinstance(world, JaxWorld):
        return start(key, world, envs, agent.initial_carry(envs))
    return EnvState({}, jnp.zeros((0, len(world.events))), jnp.zeros(0, jnp.int32))


def raise_if_diverged(metrics: RolloutMetrics, agent: Agent, *, rollouts: int) -> None:
    """Raise if training has diverged, even if all numbers are still finite.

    It has diverged if a loss, a gradient or a weight is not finite; if a weight exceeds
    `LARGEST`, 1e6; or if an update moved the policy by more than that many nats
    (`Losses.kl`, which is below 1 in normal training). With the default network a
    learning rate of 100 is caught in its first rollout. The value loss has no bound, as
    it grows with the square of rewards.

    Raises:
        DivergedError: If so; it names the first such quantity.
    """
    for name, value in metrics.losses._asdict().items():
        if not np.isfinite(value):
            raise _diverged(f"{name} is {float(value)}", rollouts)
    for path, fine in zip(sorted(agent), metrics.finite.tolist(), strict=True):
        if not fine:
            raise _diverged(f"{path} holds numbers that are not finite", rollouts)
    if metrics.losses.kl > LARGEST:
        moved = float(metrics.losses.kl)
        raise _diverged(f"an update moved the policy by {moved:.3g} nats", rollouts)
    for path, size in zip(sorted(agent), trees.largest(agent).tolist(), strict=True):
        if size > LARGEST:
            raise _diverged(f"a weight of {path} is {size:.3g} in size", rollouts)


def _batch(
    agent: Agent, data: Rollout, weights: Float[Array, " events"], ppo: PPOConfig
) -> Batch:
    """The rollout with its advantages and targets."""
    values, next_values = _values(agent, data)
    gains = advantages(
        data.events @ (weights * ppo.reward_scale),
        values,
        next_values,
        data.terminated,
        data.truncated,
        gamma=ppo.gamma,
        lam=ppo.gae_lambda,
    )
    columns = (data.observations, data.actions, data.log_probs, gains, gains + values)
    if not remembers(data.carry):
        return Batch(*(x.reshape(-1, *x.shape[2:]) for x in columns))
    return Batch(*columns, first=data.first, carry=data.carry)


def _values(
    agent: Agent, data: Rollout
) -> tuple[Float[Array, "time envs"], Float[Array, "time envs"]]:
    """V(s) and V(s'): the next row's values, except at time limits.

    Where an episode continues, s' is the next row's state. So the critic runs again
    only on the last row, or on all rows if some episode was truncated, which is rare
    for a trained agent.
    """
    output, memory = agent.unroll(
        data.observations, data.first, data.carry, heads=(VALUE,)
    )
    values = output.value
    assert values is not None

    def after(rows: slice) -> Float[Array, "some envs"]:
        seen = data.next_observations[rows]
        flat = seen.reshape(-1, *seen.shape[2:])
        kept = jax.tree.map(lambda x: x[rows].reshape(-1, *x.shape[2:]), memory)
        found = agent(flat, kept, heads=(VALUE,)).value
        assert found is not None
        return found.reshape(seen.shape[:2])

    shifted = jnp.concatenate([values[1:], after(slice(-1, None))])
    cut = data.truncated & ~data.terminated

    def exact() -> Float[Array, "time envs"]:
        return jnp.where(cut, after(slice(None)), shifted)

    return values, jax.lax.cond(cut[:-1].any(), exact, lambda: shifted)


def check_told(world: World, actors: EnvState, episodes: Completed) -> None:
    """Raise if a world's events or observations are not finite.

    Args:
        world: The world.
        actors: Its copies after the rollout; empty for a host world.
        episodes: The episodes that were completed.

    Raises:
        WorldError: If so; it says which of the two.
    """
    told = [episodes.events, actors.events]
    if not all(jnp.isfinite(events).all() for events in told):
        raise _not_finite(world, "tells events")
    if isinstance(world, JaxWorld):
        seen = jax.vmap(world.observe)(actors.states)
        if not jnp.isfinite(seen).all():
            raise _not_finite(world, "shows numbers")


def _not_finite(world: World, what: str) -> WorldError:
    """The error for a world that returns NaN or infinity."""
    return WorldError(
        f"{world} {what} that are not finite",
        why="an agent cannot learn from them",
        fix="mend the world",
    )


def _diverged(what: str, rollouts: int) -> DivergedError:
    """The error for a run that diverged."""
    return DivergedError(
        f"training diverged in rollout {rollouts}: {what}",
        why=f"numbers must be finite, and weights and steps of the policy up to "
        f"{LARGEST:g}; it was not checkpointed",
        fix="go on from the last checkpoint with a lower ppo learning rate",
    )
