"""The lander of envpool: three times as fast as Gymnasium's."""

import dataclasses

from telic.worlds import Lander


@dataclasses.dataclass(frozen=True)
class FastLander(Lander):
    """Land between the flags, with envpool's physics."""

    backend: str = "envpool"
