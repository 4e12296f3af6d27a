"""The spec of an agent: the form of its observations, and its actions."""

import dataclasses
import functools
import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32

from telic.core.errors import InputError
from telic.policies.distribution import Distribution, Gaussian, Numbered, Several
from telic.worlds.base import Choosing, Continuous, GoalConditioned, World


@dataclasses.dataclass(frozen=True)
class Spec:
    """The form of observations and actions; hashable, as programs depend on it.

    Example:
        >>> from telic.worlds import Keys
        >>> spec = Spec.of(Keys())
        >>> spec.inputs, len(spec.actions)
        (500, 7)
    """

    observation: tuple[int, ...]
    """The shape of an observation, without batch axes."""
    actions: tuple[str, ...]
    """The names of the actions, by index, or of the entries of an action."""
    encoding: tuple[tuple[float, ...], ...] | None = None
    """The channel values of each code, for observations of codes; None: floats."""
    goals: int = 0
    """The number of goals of a goal-conditioned agent, whose flat observation then ends
    with the index of the goal. 0: not goal-conditioned."""
    bounds: tuple[tuple[float, float], ...] = ()
    """The ends of each entry of a continuous action; empty: actions are numbered."""
    choices: tuple[int, ...] = ()
    """The options of each entry of an action that is several choices; empty: of one."""
    world: World | None = None
    """The world of this spec, the default of `evaluate`; None if it is not known, as
    for imported agents."""

    @classmethod
    def of(cls, world: World) -> "Spec":
        """The spec of a world."""
        return _of(world)

    @property
    def places(self) -> tuple[int, ...]:
        """The shape of the observation without channels and without a goal."""
        if self.encoding is None:
            return self.observation[:-1]
        return (*self.observation[:-1], self.observation[-1] - bool(self.goals))

    @property
    def channels(self) -> int:
        """The numbers at each place: a code's channels, or the last axis of floats."""
        if self.encoding is None:
            return self.observation[-1] - bool(self.goals)
        return len(self.encoding[0])

    @property
    def distribution(self) -> Distribution:
        """The family of the distributions of actions."""
        if self.bounds:
            return Gaussian(len(self.bounds))
        return Several(self.choices) if self.choices else Numbered(len(self.actions))

    @property
    def inputs(self) -> int:
        """The inputs of a first layer: places times channels."""
        return math.prod(self.places) * self.channels

    @property
    def table(self) -> Float32[np.ndarray, "codes channels"]:
        """The encoding as an array.

        Raises:
            ValueError: If observations are floats, which have no encoding.
        """
        if self.encoding is None:
            raise ValueError("observations of floats have no encoding")
        return np.asarray(self.encoding, np.float32)

    @property
    def name(self) -> str:
        """The name of the world, for messages."""
        return "its world" if self.world is None else type(self.world).__name__

    def channel_values(self, observations: Array) -> Float[Array, "batch ..."]:
        """Observations by their channels: (batch, *places, channels).

        Example:
            >>> import jax.numpy as jnp
            >>> from telic.worlds import Keys
            >>> Spec.of(Keys()).channel_values(jnp.zeros((2, 5, 5), jnp.uint8)).shape
            (2, 5, 5, 20)
        """
        if self.encoding is None:
            return observations[..., : self.channels]
        return jnp.asarray(self.table)[observations[..., : self.places[-1]]]

    def check_world(self, world: World) -> None:
        """Raise unless an agent of this spec can act in a world.

        Raises:
            InputError: If not; it names the difference in observations or actions.
        """
        other = Spec.of(world)
        name = type(world).__name__
        why = "an agent acts in worlds like the one that it was made for"
        if self.inputs != other.inputs or self.goals != other.goals:
            raise InputError(
                f"the agent takes {self.inputs} inputs, "
                f"the world {name} gives {other.inputs}",
                why=why,
            )
        if self.observation != other.observation or self.encoding != other.encoding:
            raise InputError(
                f"the agent sees {self.observation}, "
                f"the world {name} shows {other.observation}",
                why=f"{why}, with the same encoding",
            )
        kinds = type(self.distribution), type(other.distribution)
        if kinds[0] is not kinds[1] or self.choices != other.choices:
            raise InputError(
                f"the agent's actions are {self.distribution}, "
                f"those of the world {name} {other.distribution}",
                why=why,
            )
        if len(self.actions) != len(other.actions):
            raise InputError(
                f"the agent has {len(self.actions)} actions, and the world {name} "
                f"{len(world.actions)}: {', '.join(world.actions[:12])}",
                why=why,
            )


@functools.lru_cache(maxsize=64)
def _of(world: World) -> Spec:
    """The spec of a world, cached because its encoding is a long tuple."""
    table = world.encoding
    return Spec(
        observation=tuple(world.observation),
        actions=tuple(world.actions),
        encoding=None if table is None else tuple(map(tuple, table.tolist())),
        goals=world.num_goals if isinstance(world, GoalConditioned) else 0,
        bounds=tuple(world.bounds) if isinstance(world, Continuous) else (),
        choices=tuple(world.choices) if isinstance(world, Choosing) else (),
        world=world,
    )
