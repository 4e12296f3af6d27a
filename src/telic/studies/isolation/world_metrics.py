"""The metrics of each kind of world. To add special ones: one file, one line here."""

from collections.abc import Mapping

from telic.studies.isolation.lander_metrics import LANDER
from telic.studies.isolation.metrics import WorldMetrics, returns_and_events
from telic.worlds import Lander, World

OF_WORLD: Mapping[type, WorldMetrics] = {Lander: LANDER}


def metrics_of(world: World, first: str, second: str) -> WorldMetrics:
    """The metrics of agents of a world, trained on two objectives in turn.

    A world that extends one with metrics of its own has those.
    """
    for kind, own in OF_WORLD.items():
        if isinstance(world, kind):
            return own
    return returns_and_events(world, first, second)
