"""An agent that is only a Python function: what it does is measured, nothing else.

It has no weights to change and no probabilities to compare, so there is nothing to
locate or edit; `play`, rates and returns are as for any agent.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Shaped

from telic.core.errors import THEIRS, InputError, TelicError, said
from telic.core.keys import as_key
from telic.rollouts.actor import Chosen
from telic.rollouts.evaluate import episode_seeds, play
from telic.rollouts.rates import Rates, rates
from telic.worlds.base import Continuous, World, action_shape
from telic.worlds.objectives import Objective

Function = Callable[[np.ndarray], Any]


@jax.tree_util.register_static
class BlackBox:
    """A function from observations to actions, as an agent of a world.

    Args:
        function: Called with (batch, ...) observations, as floats: those of the world's
            Gymnasium environment, so codes as their channels, in a row. It gives one
            action for each; whether it samples is its own affair.
        world: The world in which it acts.

    Example:
        >>> from telic.worlds import GymWorld
        >>> box = BlackBox(lambda seen: seen[:, 2] > 0, GymWorld("CartPole-v1"))
        >>> 30 < box.evaluate(episodes=8)["length"] < 60
        True
    """

    def __init__(self, function: Function, world: World) -> None:
        self.function, self.world = function, world
        self.error: TelicError | None = None

    def evaluate(
        self,
        *,
        episodes: int = 256,
        key: int | jax.Array = 0,
        objectives: Sequence[Objective] = (),
    ) -> Rates:
        """The mean measures of the function over complete episodes, as of an `Agent`.

        Raises:
            InputError: If it raises, or gives what is no action.
        """
        self.error = None
        try:
            seeds = episode_seeds(self.world, episodes, key=as_key(key))
            played = play(self, self.world, seeds)
            return rates(played, self.world, objectives)
        except Exception as error:
            # What a callback raises comes back as JAX's own error.
            if self.error is None:
                raise
            raise self.error from error

    def initial_carry(self, batch: int) -> tuple[()]:
        """An empty tuple: what it remembers is its own affair."""
        del batch
        return ()

    def act(
        self,
        observations: Array,
        carry: Any,
        uniform: Float[Array, "batch ..."],
        *,
        greedy: bool = False,
    ) -> Chosen:
        """The actions that the function gives, and 0 for what is not known of them."""
        del uniform, greedy
        count, shape = len(observations), action_shape(self.world)
        real = isinstance(self.world, Continuous) and bool(self.world.bounds)
        kind = jax.ShapeDtypeStruct((count, *shape), jnp.float32 if real else jnp.int32)
        chosen = jax.pure_callback(self._called(kind), kind, observations)
        return chosen, jnp.zeros(count), carry

    def sample(
        self, key: jax.Array, observations: Array, carry: Any
    ) -> tuple[Shaped[Array, "batch ..."], Any]:
        """The actions that the function gives."""
        del key
        chosen, _, carry = self.act(observations, carry, jnp.zeros(len(observations)))
        return chosen, carry

    def log_probs(
        self,
        observations: Array,
        actions: Shaped[Array, "time batch ..."],
        first: Bool[Array, "time batch"],
        carry: Any,
    ) -> Float[Array, "time batch"]:
        """Nothing: a function has no probabilities.

        Raises:
            InputError: Always.
        """
        raise InputError("a function has no probabilities", why="it cannot be trained")

    def check_world(self, world: World) -> None:
        """Raise `InputError` unless it is the world that the function is for."""
        if world != self.world:
            raise InputError(
                f"a function for {self.world}", why=f"it was to act in {world}"
            )

    def _called(self, kind: jax.ShapeDtypeStruct) -> Callable[[Any], np.ndarray]:
        """The function with checked actions, called outside of compiled programs."""

        def call(seen: Any) -> np.ndarray:
            seen, table = np.asarray(seen), self.world.encoding
            if table is not None:
                seen = np.asarray(table, np.float32)[seen].reshape(len(seen), -1)
            try:
                found = np.asarray(self.function(seen))
            except THEIRS as error:
                self.error = InputError("the function fails", why=said(error))
                raise self.error from error
            fits = found.shape == kind.shape and found.dtype.kind in "iufb"
            fits = fits and bool(np.isfinite(found.astype(float)).all())
            if kind.dtype == jnp.int32:
                fits = fits and self._numbered(found)
            if not fits:
                self.error = InputError(
                    f"the function gives {found.dtype}{list(found.shape)}, such as "
                    f"{found.ravel()[:3].tolist()}",
                    why=f"due are actions of the shape {list(kind.shape)}: "
                    f"{', '.join(self.world.actions[:12])}",
                )
                raise self.error
            return found.astype(kind.dtype)

        return call

    def _numbered(self, actions: np.ndarray) -> bool:
        """True if numbers are those of actions, or of the options of choices."""
        counts = getattr(self.world, "choices", ()) or (len(self.world.actions),)
        whole = np.array_equal(actions, actions.astype(int))
        return whole and bool(((actions >= 0) & (actions < np.array(counts))).all())
