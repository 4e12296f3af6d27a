"""Training: one rollout and one update at a time, all of it one compiled program.

`train_step` is the whole of training: it takes the state of a run and returns the next.
What a run needs to go on is in `TrainState` alone; all randomness of rollout u comes
from `fold_in(key, u)`, so a state that was stored and loaded goes on bit for bit as
the one that never stopped.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
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
        key: The run's own key; it never changes.
        rollouts: How many rollouts have been done.
    """

    agent: Agent
    opt_state: optax.OptState
    actors: EnvState
    key: jax.Array
    rollouts: Int[Array, ""]

    __repr__ = trees.outline


class RolloutMetrics(NamedTuple):
    """What one rollout and its update brought.

    Attributes:
        episodes: The episodes that were completed.
        losses: The losses, averaged over the gradient steps.
        finite: (leaves,) by sorted path: whether the parameters are finite afterwards.
    """

    episodes: Completed
    losses: Losses
    finite: Bool[Array, " leaves"]


def init_state(
    seed: int, *, policy: Policy, world: World, rollout: RolloutConfig
) -> TrainState:
    """A fresh agent in fresh worlds; `seed` decides everything that follows.

    Host worlds keep their copies to themselves: there `actors` is empty.
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
        agent: The agent; `train_step` uses its buffers up.
        world_key: For how the copies of the world begin.
        run_key: For everything that follows.
        world: Where it will act.
        rollout: How many copies there are.

    Raises:
        InputError: If the agent has memory and copies cannot be dealt out evenly.
    """
    check_sequences(agent.initial_carry(1), rollout)
    return TrainState(
        agent=agent,
        opt_state=optimiser(PPOConfig()).init(agent),
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
) -> tuple[TrainState, RolloutMetrics]:
    """One rollout under the objective `weights`, and one update of the agent on it.

    Args:
        state: Where the run stands. Its buffers are reused: do not read it afterwards
            (`train` hands a copy, and has no such trap).
        ppo: The learner's numbers; traced, so that other values compile nothing.
        weights: What each event is worth; traced, likewise.
        world: The world; it must be hashable.
        rollout: The shapes of the program.
    """
    actors, data, episodes = collect_rollout(
        keys(state)[0],
        state.agent,
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
) -> tuple[TrainState, Losses, Bool[Array, " leaves"]]:
    """One update of the agent on a rollout that it has made.

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
    )
    after = TrainState(agent, opt_state, state.actors, state.key, state.rollouts + 1)
    return after, losses, trees.finite(agent)


def _actors(key: jax.Array, agent: Agent, world: World, envs: int) -> EnvState:
    """Fresh copies of a world; none in a host world, which keeps them to itself."""
    if isinstance(world, JaxWorld):
        return start(key, world, envs, agent.initial_carry(envs))
    return EnvState({}, jnp.zeros((0, len(world.events))), jnp.zeros(0, jnp.int32))


def raise_if_diverged(metrics: RolloutMetrics, agent: Agent, *, rollouts: int) -> None:
    """Raise if training has diverged, be it to numbers that are still finite.

    It has where a loss, a gradient or a weight is not finite; where a weight is beyond
    `LARGEST`, 1e6; or where an update moved the policy by more than so many nats
    (`Losses.kl`; below 1 in training that learns). With the default network a learning
    rate of 100 is found so in its first rollout. The value loss has no such bound, as
    it grows with the square of what a world pays.

    Raises:
        DivergedError: It names the first quantity that is so.
    """
    for name, value in metrics.losses._asdict().items():
        if not jnp.isfinite(value):
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
    """V(s) and V(s'): the next row's values, but before the reset at a time limit.

    Where an episode goes on, s' is the next row's state. The critic is run again only
    on the last row, and on all rows only if some episode was truncated: time-outs are
    rare once an agent knows its way.
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
    """Raise if a world tells or shows what is not finite, by which training diverged.

    Args:
        world: The world.
        actors: Its copies after the rollout; of a host world there are none.
        episodes: The episodes that were completed.

    Raises:
        WorldError: It says whether it is the events or what is seen.
    """
    told = [episodes.events, actors.events]
    if not all(jnp.isfinite(events).all() for events in told):
        raise _not_finite(world, "tells events")
    if isinstance(world, JaxWorld):
        seen = jax.vmap(world.observe)(actors.states)
        if not jnp.isfinite(seen).all():
            raise _not_finite(world, "shows numbers")


def _not_finite(world: World, what: str) -> WorldError:
    """The error of a world that gives NaN or infinity."""
    return WorldError(
        f"{world} {what} that are not finite",
        why="an agent cannot learn from them",
        fix="mend the world",
    )


def _diverged(what: str, rollouts: int) -> DivergedError:
    """The error of a run whose numbers blew up."""
    return DivergedError(
        f"training diverged in rollout {rollouts}: {what}",
        why=f"numbers must be finite, and weights and steps of the policy up to "
        f"{LARGEST:g}; it was not checkpointed",
        fix="go on from the last checkpoint with a lower ppo learning rate",
    )
