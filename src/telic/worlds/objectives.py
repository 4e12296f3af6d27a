"""An objective: weights over the events of a world.

The reward of a step is w·φ, with φ the event vector of the step and w the weights. So
objectives add and scale, one compiled program trains all of them, and the return under
*every* objective of a rollout is one product of a matrix and its mean event vector.
"""

import dataclasses
from collections.abc import Iterable, Mapping

import numpy as np
from jaxtyping import Float32

from telic.core.names import check_name


@dataclasses.dataclass(frozen=True)
class Objective:
    """Named weights over events; the weight of any other event is 0.

    Attributes:
        name: Its name in tables, flags and figures.
        weights: Pairs of an event's name and its weight; may be given as a dict.

    Example:
        >>> fly = Objective("fly", {"height": 1.0})
        >>> save = Objective("save", {"fuel": -0.5})
        >>> (fly + 2 * save).vector(("fuel", "height")).tolist()
        [-1.0, 1.0]
        >>> (fly + 2 * save).name
        'fly+2·save'
    """

    name: str
    weights: tuple[tuple[str, float], ...]

    def __init__(
        self,
        name: str,
        weights: Mapping[str, float | int] | Iterable[tuple[str, float | int]],
    ) -> None:
        """Store the weights as sorted pairs, so that equal objectives compare equal."""
        pairs = tuple(sorted((event, float(w)) for event, w in dict(weights).items()))
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "weights", pairs)

    def vector(self, events: tuple[str, ...]) -> Float32[np.ndarray, " events"]:
        """The weights in the order of a world's events.

        Raises:
            InputError: If the objective has an event that the world does not.
        """
        for event, _ in self.weights:
            check_name(event, events, kind="event")
        table = dict(self.weights)
        return np.array([table.get(event, 0.0) for event in events], np.float32)

    def __add__(self, other: "Objective") -> "Objective":
        """The sum of two objectives: their weights are added."""
        total = dict(self.weights)
        for event, weight in other.weights:
            total[event] = total.get(event, 0.0) + weight
        return Objective(f"{self.name}+{other.name}", total)

    def __mul__(self, factor: float | int) -> "Objective":
        """The objective with its weights multiplied by `factor`."""
        scaled = {event: weight * factor for event, weight in self.weights}
        return Objective(f"{factor:g}·{self.name}", scaled)

    __rmul__ = __mul__


def matrix(
    objectives: Iterable[Objective], events: tuple[str, ...]
) -> Float32[np.ndarray, "objectives events"]:
    """The weights of several objectives, one row each.

    Example:
        >>> matrix([Objective("a", {"x": 1.0})], ("x", "y")).tolist()
        [[1.0, 0.0]]
    """
    return np.stack([objective.vector(events) for objective in objectives])
