"""Rollouts in a host world: the same data as in a JAX world, gathered from Python.

In every step the policy of all copies is one compiled call, and the simulators take one
step each. What a rollout may chance on is drawn before it, as in `rollout`. The events
are told once for the whole rollout (`telic.worlds.host.events`).
"""

import functools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from telic.agents.mlp import Network, Parameters, logits
from telic.training.rollout import Episodes, Rollout, choose
from telic.worlds.base import World
from telic.worlds.guard import Guarded
from telic.worlds.host import Happened, HostWorld, Told, blank, events, put


class Gatherer:
    """Copies of a host world between rollouts, and their running episodes.

    Args:
        world: The world.
        network: The shape of the agents that will act.
        seeds: One for each copy.

    Raises:
        WorldError: If a simulator raises or answers with nonsense; so does `rollout`.
    """

    def __init__(
        self, world: HostWorld, network: Network, seeds: Sequence[int]
    ) -> None:
        self.world, self.parts = world, (network, world)
        self.fleet = Guarded(world, seeds)
        self.everyone = np.arange(len(seeds))
        self.seen = self.fleet.begin()
        self.earlier = np.full_like(self.seen, np.nan)
        self.first = np.ones(len(seeds), bool)
        self.events = np.zeros((len(seeds), len(world.events)))
        self.length = np.zeros(len(seeds), int)

    def rollout(
        self, key: jax.Array, agent: Parameters, steps: int
    ) -> tuple[Rollout, Episodes]:
        """Act for `steps` steps in every copy; ended episodes are followed by new."""
        block = blank(self.world, steps, len(self.everyone))
        drawn = jax.random.uniform(key, block.action.shape)
        # On the host: the loop must not wait for a device once a step.
        for time, uniform in enumerate(np.asarray(drawn)):
            action = np.asarray(act(agent, self.seen, uniform, *self.parts))
            answer = self.fleet.step(action, self.everyone)
            put(block, time, self.everyone, self.seen, action, answer)
            block.earlier[time], block.first[time] = self.earlier, self.first
            self._go_on(answer)
        self.fleet.check(block, np.ones(block.action.shape, bool))
        log_probs = rate(agent, block.before, block.action, *self.parts)
        data = _rollout(self.world, block)._replace(log_probs=log_probs)
        return data, self._episodes(data)

    def close(self) -> None:
        """Give back the simulators."""
        self.fleet.close()

    def _go_on(self, answer: Told) -> None:
        """What is seen next: a new episode where one has ended."""
        done = answer.terminated | answer.truncated
        self.first, self.seen = done, answer.seen
        if done.any():
            who = np.flatnonzero(done)
            self.earlier, self.seen = self.earlier.copy(), answer.seen.copy()
            self.earlier[who] = answer.seen[who]
            self.seen[who] = self.fleet.again(who)

    def _episodes(self, data: Rollout) -> Episodes:
        """The episodes that a rollout completed; the others are kept running."""
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
        return Episodes(
            jnp.int32(completed), jnp.asarray(happened, jnp.float32), jnp.int32(lasted)
        )


@functools.partial(jax.jit, static_argnames=("network", "world"))
def act(
    agent: Parameters,
    seen: Float[Array, "copies features"],
    uniform: Float[Array, " copies"],
    network: Network,
    world: World,
) -> Int[Array, " copies"]:
    """The action of every copy, by inverting its distribution function."""
    return choose(logits(agent, network, world, seen), uniform)[0]


@functools.partial(jax.jit, static_argnames=("network", "world"))
def act_greedily(
    agent: Parameters,
    seen: Float[Array, "copies features"],
    network: Network,
    world: World,
) -> Int[Array, " copies"]:
    """The most probable action of every copy."""
    return logits(agent, network, world, seen).argmax(axis=1)


@functools.partial(jax.jit, static_argnames=("network", "world"))
def rate(
    agent: Parameters,
    seen: Float[Array, "time envs features"],
    action: Int[Array, "time envs"],
    network: Network,
    world: World,
) -> Float[Array, "time envs"]:
    """The log-probability of every action of a rollout."""
    flat = seen.reshape(-1, seen.shape[-1])
    log_probs = jax.nn.log_softmax(logits(agent, network, world, flat))
    found = jnp.take_along_axis(log_probs, action.reshape(-1, 1), axis=1)
    return found.reshape(action.shape)


def _rollout(world: HostWorld, block: Happened) -> Rollout:
    """A block as the learner takes it; the log-probabilities are still missing."""
    return Rollout(
        observations=jnp.asarray(block.before),
        next_observations=jnp.asarray(block.after),
        actions=jnp.asarray(block.action),
        log_probs=jnp.zeros(block.action.shape),
        events=jnp.asarray(events(world, block)),
        terminated=jnp.asarray(block.terminated),
        truncated=jnp.asarray(block.truncated),
    )
