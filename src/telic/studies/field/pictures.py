"""What agents would do from every place of a board, in worlds that are drawn so.

To add a world: a function, and one line in `FIELDS`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax

from telic.policies import Agent
from telic.render.page import Drawing
from telic.studies.field.draw import draw_field
from telic.studies.field.field import field
from telic.worlds import Keys, World

BOARD = 98
"""The board of Keys: one on which agents fetch each colour about as often as on the
mean of 300 boards, with its keys far apart. The same for every run."""


def field_of(agents: Mapping[str, Agent], world: World) -> Drawing | None:
    """The policy field of some agents, by name; None in a world that has none.

    Example:
        >>> from telic.worlds import GoalKeys
        >>> field_of({}, GoalKeys()) is None
        True
    """
    drawn = (draw for kind, draw in FIELDS.items() if isinstance(world, kind))
    return next((draw(agents, world) for draw in drawn), None)


def _of_keys(agents: Mapping[str, Agent], world: Keys) -> Drawing:
    """What each agent fetches, on one board."""
    board = world.reset(world.sample_noise(jax.random.key(BOARD)))
    caption = (
        "What the agent fetches if it starts in a cell, for each of the four ways it "
        "may face; the ball is frozen."
    )
    return Drawing(draw_field(field(agents, world, board)), caption, "field")


FIELDS: Mapping[type, Callable[[Mapping[str, Agent], Any], Drawing]] = {Keys: _of_keys}
"""The worlds that have a policy field: functions of agents and the world."""
