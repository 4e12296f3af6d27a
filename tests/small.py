"""The one small configuration of each kind of world that tests share.

Compiling is most of what tests cost, and every other size of a network, a world or a
batch is another program. So other sizes only where size is what a test is about.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np

from telic.policies import MLP, Agent, Policy, Spec
from telic.training import RolloutConfig
from telic.worlds import GoalKeys, Keys, World, grid

KEYS = Keys(limit=20)
"""Keys: its episodes are short."""

POLICY = MLP(width=8, actor_layers=3, critic_layers=2)
"""A perceptron with a hidden layer that is neither the first nor the last."""

SHALLOW = MLP(width=8, actor_layers=2, critic_layers=1)
"""The least that can learn, for what is trained or played in a host world."""

SHORT = Keys(limit=9)
"""Keys of which every episode ends within two rollouts of `SIZES`."""

SIZES = RolloutConfig(num_envs=4, num_steps=8, update_epochs=2, num_minibatches=2)
"""A rollout of 32 steps."""

GOAL_KEYS = GoalKeys(limit=20)
"""Keys whose goal is told."""


def agent(seed: int = 0, policy: Policy = POLICY, world: World = KEYS) -> Agent:
    """An agent of a world, drawn as `drawn` says."""
    return drawn(policy, Spec.of(world), seed)


def drawn(policy: Policy, spec: Spec, seed: int) -> Agent:
    """An agent without zeros: its biases count, and so does its last layer.

    NumPy draws it: there is no program to compile for each shape.
    """
    order: list[str] = []

    def init(key: jax.Array) -> dict[str, jax.Array]:
        fresh = policy.init(key, spec)
        order.extend(fresh)  # JAX gives a dict back with its names sorted
        return fresh

    fresh = jax.eval_shape(init, jax.random.key(0))
    rng = np.random.default_rng(seed)
    drawn = {
        path: jax.device_put(rng.normal(0, spread(leaf), leaf.shape).astype("f4"))
        for path, leaf in sorted(fresh.items())
    }
    return Agent(
        {path: drawn[path] for path in order},
        policy,
        spec,
    )


def spread(leaf: jax.ShapeDtypeStruct) -> float:
    """The deviation of numbers of a leaf: that of a fresh kernel, and a little more."""
    fan_in = math.prod(leaf.shape[:-1])
    return math.sqrt(2 / fan_in + 0.09) if leaf.ndim > 1 else 0.3


AGENT, DONOR = agent(0), agent(1)
"""Two agents of Keys that differ in every weight."""

CODES = jax.random.randint(jax.random.key(7), (16, 5, 5), 0, grid.CODES).astype(
    jnp.uint8
)
"""Observations with codes of every kind in every cell."""
