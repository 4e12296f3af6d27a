"""Imitation: train some of an agent's weights to reproduce a teacher's policy.

The loss is the mean divergence KL(teacher ‖ agent) over given observations; there is no
reward and no world. With some layers frozen it tests the capacity of the others.

Reference:
    Rusu et al. 2015, "Policy Distillation", arXiv 1511.06295.
"""

import functools

import jax
import optax
from jaxtyping import Array, Float

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.policies import Agent, Observations, observed


def imitate(
    key: jax.Array,
    agent: Agent,
    observations: Observations,
    teacher: Float[Array, "batch actions"],
    *,
    paths: tuple[str, ...],
    steps: int = 1000,
    batch: int = 1024,
    learning_rate: float = 1e-3,
) -> Tree:
    """The change of some leaves of an agent that makes it act as its teacher.

    Args:
        key: The random key of the minibatches.
        agent: The agent; its other leaves are frozen.
        observations: The agent's observations.
        teacher: The teacher's logits, row by row.
        paths: The leaves to train.
        steps: Steps of Adam.
        batch: Observations per step.
        learning_rate: Adam's step size, falling to zero by a cosine.

    Returns:
        The difference of each leaf in `paths`.

    Raises:
        InputError: If the agent lacks one of the paths.
    """
    for path in paths:
        if path not in agent:
            raise InputError(
                f"the agent has no leaf {path!r}", why=f"it has {', '.join(agent)}"
            )
    moved = _descend(
        key,
        {path: agent[path] for path in paths},
        agent,
        observed(agent.spec, observations),
        teacher,
        steps=steps,
        batch=batch,
        learning_rate=learning_rate,
    )
    return {path: moved[path] - agent[path] for path in paths}


@functools.partial(jax.jit, static_argnames=("steps", "batch", "learning_rate"))
def _descend(
    key: jax.Array,
    leaves: Tree,
    agent: Agent,
    observations: Array,
    teacher: Float[Array, "batch actions"],
    *,
    steps: int,
    batch: int,
    learning_rate: float,
) -> Tree:
    """The leaves after all steps of Adam."""
    adam = optax.adam(optax.cosine_decay_schedule(learning_rate, steps))
    acts = agent.spec.distribution

    def loss(leaves: Tree, rows: Array) -> Float[Array, ""]:
        found = agent.replace({**agent, **leaves}).logits(observations[rows])
        return acts.kl(teacher[rows], found).mean()

    def step(carry: tuple, key: jax.Array) -> tuple[tuple, None]:
        leaves, opt_state = carry
        rows = jax.random.randint(key, (batch,), 0, len(observations))
        change, opt_state = adam.update(jax.grad(loss)(leaves, rows), opt_state, leaves)
        return (optax.apply_updates(leaves, change), opt_state), None

    start = (leaves, adam.init(leaves))
    (leaves, _), _ = jax.lax.scan(step, start, jax.random.split(key, steps))
    return leaves
