"""The interface of an actor; any object that has it can act and be measured."""

from typing import Any, Protocol, runtime_checkable

import jax
from jaxtyping import Array, Bool, Float, Shaped

from telic.core.errors import InputError
from telic.worlds.base import World

Carry = Any
Chosen = tuple[Shaped[Array, "batch ..."], Float[Array, " batch"], Carry]
"""The actions, one each or a row each, their log-probabilities, and the next memory."""


@runtime_checkable
class Actor(Protocol):
    """An agent for rollouts: a pytree, so that compiled programs can take it."""

    def initial_carry(self, batch: int) -> Carry:
        """The memory at the start of an episode; an empty tuple if there is none."""
        ...

    def act(
        self,
        observations: Array,
        carry: Carry,
        uniform: Float[Array, "batch ..."],
        *,
        greedy: bool = False,
    ) -> Chosen:
        """One action for each observation.

        Args:
            observations: What is seen.
            carry: The memory.
            uniform: Numbers in [0, 1) that select, one for each entry of an action
                (`worlds.base.action_shape`).
            greedy: Whether the most probable action is taken instead.
        """
        ...

    def sample(
        self, key: jax.Array, observations: Array, carry: Carry
    ) -> tuple[Shaped[Array, "batch ..."], Carry]:
        """One action drawn for each observation, and the next memory."""
        ...

    def log_probs(
        self,
        observations: Array,
        actions: Shaped[Array, "time batch ..."],
        first: Bool[Array, "time batch"],
        carry: Carry,
    ) -> Float[Array, "time batch"]:
        """The log-probability of every action of a rollout."""
        ...

    def check_world(self, world: World) -> None:
        """Raise `InputError` unless it can act in a world."""
        ...


def check_actor(agent: object, world: World) -> None:
    """Raise unless an object can act in a world; it need not be an `Agent`.

    Raises:
        InputError: If it cannot act at all, such as a dict of arrays, or not in this
            world.
    """
    if not isinstance(agent, Actor):
        raise InputError(
            f"the agent is a {type(agent).__name__}",
            why="an agent acts: a dict of arrays has no policy",
            fix="telic.Agent(params, policy, spec)",
        )
    agent.check_world(world)


def remembers(carry: Carry) -> bool:
    """True if a policy's carry holds any memory.

    Example:
        >>> import jax.numpy as jnp
        >>> remembers(()), remembers(jnp.zeros((1, 8)))
        (False, True)
    """
    return bool(jax.tree.leaves(carry))
