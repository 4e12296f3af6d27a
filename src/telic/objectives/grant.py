"""Grant the wish: the objective of goal-conditioned agents in the `GoalKeys` world."""

from telic.objectives.base import Objective
from telic.worlds.grid import COLOURS


def grant(*, haste: float = 0.9, other: float = 0.1) -> Objective:
    """Fetch what is wished for: `fetch` of every colour, each when it is wanted.

    Example:
        >>> dict(grant().weights)["granted"]
        0.9
    """
    weights = {f"pick_{colour}": other for colour in COLOURS}
    weights |= {"granted": 1 - other, "late": -haste}
    weights |= {"wall": -1.0, "bump": -1.0, "ball": -1.0}
    return Objective("grant", weights)
