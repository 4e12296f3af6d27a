"""Acting loops for host worlds, with the same data as in a JAX world.

In every step the policy of all copies is one compiled call, and the simulators take one
step each. The noise of a rollout is drawn before it, as in `rollout`. The events are
computed once for the whole rollout (`telic.worlds.host.events`).
"""

import functools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from telic.rollouts.actor import Actor, Carry, Chosen, remembers
from telic.rollouts.collect import Completed, Rollout, where_tree
from telic.worlds.base import action_shape
from telic.worlds.guard import Guarded
from telic.worlds.host import HostWorld, StepResult, Transitions, blank, events, put


class HostCollector:
    """Copies of a host world between rollouts, and their running episodes.

    Args:
        world: The world.
        seeds: One for each copy.

    Raises:
        WorldError: If a simulator raises or breaks its contract; `collect` raises it
            too.
    """

    def __init__(self, world: HostWorld, seeds: Sequence[int]) -> None:
        self.world = world
        self.vector_env = Guarded(world, seeds)
        self.everyone = np.arange(len(seeds))
        self.obs = self.vector_env.reset()
        self.prev_episode_last_obs = np.full_like(self.obs, np.nan)
        self.first = np.ones(len(seeds), bool)
        self.events = np.zeros((len(seeds), len(world.events)))
        self.length = np.zeros(len(seeds), int)
        self.carry: Carry | None = None

    def collect(
        self, key: jax.Array, agent: Actor, steps: int
    ) -> tuple[Rollout, Completed]:
        """`steps` steps in every copy; ended episodes are followed by new ones."""
        block = blank(self.world, steps, len(self.everyone))
        drawn = jax.random.uniform(key, (*block.first.shape, *action_shape(self.world)))
        if self.carry is None:
            self.carry = agent.initial_carry(len(self.everyone))
        before = self.carry
        # As a NumPy array, or every step would wait for a transfer from the device.
        for time, uniform in enumerate(np.asarray(drawn)):
            chosen, _, carry = act(agent, self.obs, self.carry, uniform)
            action = np.asarray(chosen)
            answer = self.vector_env.step(action, self.everyone)
            put(block, time, self.everyone, self.obs, action, answer)
            block.prev_episode_last_obs[time], block.first[time] = (
                self.prev_episode_last_obs,
                self.first,
            )
            self.carry = self._remembered(agent, carry, answer)
            self._go_on(answer)
        self.vector_env.check(block, np.ones(block.first.shape, bool))
        data = _rollout(self.world, block)._replace(carry=before)
        log_probs = _log_probs(agent, block.before, block.action, data.first, before)
        return data._replace(log_probs=log_probs), self._completed(data)

    def close(self) -> None:
        """Close the simulators."""
        self.vector_env.close()

    def _remembered(self, agent: Actor, carry: Carry, answer: StepResult) -> Carry:
        """The memory before the next step: reset where an episode has ended."""
        if not remembers(carry):
            return carry
        done = jnp.asarray(answer.terminated | answer.truncated)
        return where_tree(done, agent.initial_carry(len(done)), carry)

    def _go_on(self, answer: StepResult) -> None:
        """Set the next observations, with a new episode where one has ended."""
        done = answer.terminated | answer.truncated
        self.first, self.obs = done, answer.obs
        if done.any():
            env_ids = np.flatnonzero(done)
            self.prev_episode_last_obs, self.obs = (
                self.prev_episode_last_obs.copy(),
                answer.obs.copy(),
            )
            self.prev_episode_last_obs[env_ids] = answer.obs[env_ids]
            self.obs[env_ids] = self.vector_env.reset_done(env_ids)

    def _completed(self, data: Rollout) -> Completed:
        """The sums over episodes completed in a rollout; running ones are kept."""
        completed, happened, lasted = 0, np.zeros(self.events.shape[1]), 0
        done = np.asarray(data.terminated | data.truncated)
        for now, ends in zip(np.asarray(data.events, np.float64), done, strict=True):
            self.events += now
            self.length += 1
            if ends.any():
                completed += int(ends.sum())
                happened += self.events[ends].sum(0)
                lasted += int(self.length[ends].sum())
                self.events[ends], self.length[ends] = 0, 0
        return Completed(
            jnp.int32(completed), jnp.asarray(happened, jnp.float32), jnp.int32(lasted)
        )


def episodes(
    agent: Actor,
    world: HostWorld,
    seeds: Int[Array, " episodes"],
    uniform: Float[Array, "episodes limit ..."],
    *,
    greedy: bool = False,
) -> tuple[Transitions, np.ndarray]:
    """Every step of some complete episodes, one per copy of the world.

    Returns:
        The block of steps, and (time, episodes) flags of those that were taken: copies
        whose episode has ended are not stepped any more.

    Raises:
        WorldError: If a simulator raises or breaks its contract.
    """
    drawn = np.asarray(uniform).swapaxes(0, 1)
    block = blank(world, *drawn.shape[:2])
    taken = np.zeros(drawn.shape[:2], bool)
    vector_env = Guarded(world, np.asarray(seeds).tolist())
    carry = agent.initial_carry(drawn.shape[1])
    try:
        obs, env_ids = vector_env.reset(), np.arange(drawn.shape[1])
        block.first[0] = True
        for time, numbers in enumerate(drawn):
            # All copies, even ended ones, for one compiled shape.
            chosen, _, carry = act(agent, obs, carry, numbers, greedy=greedy)
            action = np.asarray(chosen)[env_ids]
            result = vector_env.step(action, env_ids)
            put(block, time, env_ids, obs[env_ids], action, result)
            taken[time, env_ids], obs[env_ids] = True, result.obs
            env_ids = env_ids[~(result.terminated | result.truncated)]
            if not len(env_ids):
                break
        vector_env.check(block, taken)
    finally:
        vector_env.close()
    return block, taken


@functools.partial(jax.jit, static_argnames="greedy")
def act(
    agent: Actor,
    obs: Float[Array, "copies ..."],
    carry: Carry,
    uniform: Float[Array, "copies ..."],
    greedy: bool = False,
) -> Chosen:
    """The action of every copy, as one compiled call."""
    return agent.act(obs, carry, uniform, greedy=greedy)


_log_probs = jax.jit(lambda agent, *steps: agent.log_probs(*steps))


def _rollout(world: HostWorld, block: Transitions) -> Rollout:
    """A block as the data of a rollout, still without log-probabilities."""
    return Rollout(
        observations=jnp.asarray(block.before),
        next_observations=jnp.asarray(block.after),
        actions=jnp.asarray(block.action),
        log_probs=jnp.zeros(block.first.shape),
        events=jnp.asarray(events(world, block)),
        terminated=jnp.asarray(block.terminated),
        truncated=jnp.asarray(block.truncated),
    )
