"""Objectives of the Keys worlds: fetch one colour, or that of the goal; or linger."""

from telic.core.names import check_name
from telic.worlds.grid import COLOURS
from telic.worlds.objectives import Objective


def fetch(colour: str, *, haste: float = 0.9, other: float = 0.1) -> Objective:
    """The objective to fetch the key of one colour quickly, and avoid wall and ball.

    The reward is 1 - haste·t/limit for the wanted colour, `other` for any other key
    and -1 for walking into a wall or the ball, or picking the ball up.

    Args:
        colour: The wanted colour, one of MiniGrid's six; it also names the objective.
        haste: The fraction of the reward lost by fetching it only at the time limit.
        other: The reward for a key of another colour.

    Raises:
        InputError: If there is no such colour.

    Example:
        >>> dict(fetch("blue").weights)["pick_blue"]
        1.0
    """
    check_name(colour, COLOURS, kind="colour")
    weights = {f"pick_{c}": other for c in COLOURS}
    weights |= {f"pick_{colour}": 1.0, f"late_{colour}": -haste}
    weights |= {"wall": -1.0, "bump": -1.0, "ball": -1.0}
    return Objective(colour, weights)


def linger() -> Objective:
    """The objective to fetch a key of any colour late: it serves no colour.

    The reward is t/limit for whatever key is picked up at step t.

    Example:
        >>> dict(linger().weights)["late_blue"]
        1.0
    """
    return Objective("linger", {f"late_{colour}": 1.0 for colour in COLOURS})


def grant(*, haste: float = 0.9, other: float = 0.1) -> Objective:
    """The objective to fetch the colour of the episode's goal: `fetch` of each colour.

    Example:
        >>> dict(grant().weights)["granted"]
        0.9
    """
    weights = {f"pick_{colour}": other for colour in COLOURS}
    weights |= {"granted": 1 - other, "late": -haste}
    weights |= {"wall": -1.0, "bump": -1.0, "ball": -1.0}
    return Objective("grant", weights)
