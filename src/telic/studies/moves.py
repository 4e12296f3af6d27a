"""Moves: three edits that show what can be done with a goal, for any alternation run.

The last agent is made to want what the one before it wanted, by some of its weights and
by the mean vector of earlier switches; and to want a colour that was never its target,
by that vector carried over. They are expressions, so that a reader can vary them.
"""

import functools
from typing import NamedTuple

from telic.core.names import check_name
from telic.runs.folder import Run
from telic.studies.goal_metrics import by_role
from telic.studies.wish import attempt
from telic.training.plan import Plan
from telic.trials import Table, tabulate
from telic.worlds import Keys

FEWEST_PHASES = 5
SHARED = ("grey", "red")
"""Colours whose input rows also carry walls, the ball and empty cells."""


class Move(NamedTuple):
    """An edit of the last agent of a run, as an expression.

    Attributes:
        name: What it is, in words.
        text: The expression.
        aim: The colour that the agent is to fetch.
        board: The colours of the keys on every board.
    """

    name: str
    text: str
    aim: str
    board: tuple[str, ...]


def moves(plan: Plan) -> list[Move]:
    """The moves for the runs of a plan; none where there is nothing to move.

    Example:
        >>> from telic.studies import Alternation
        >>> from telic.studies.base import preset
        >>> [move.aim for move in moves(preset(Alternation, "demo").plan())]
        ['blue', 'blue', 'green']
    """
    wanted, world = [phase.objective for phase in plan.schedule], plan.world
    last = len(wanted) - 1
    if not isinstance(world, Keys) or last < FEWEST_PHASES - 1:
        return []
    if len(set(wanted)) != 2 or wanted[-1] == wanted[-2]:
        return []
    if world.encoding_name != "onehot":
        return []
    old, aim = wanted[-1], wanted[-2]
    agent, donor = f"{old}@{last}", f"{aim}@{last - 1}"
    mean = f"mean({aim} - {old}, phases=0:{last - 1})"
    made = [
        Move("graft of 20 %", f"{agent} + top({donor} - {agent}, 0.2)", aim, ()),
        Move("mean goal vector", f"{agent} + 1.5 * {mean}", aim, ()),
    ]
    for new in [c for c in world.third if c not in SHARED][:1]:
        carried = f"{agent} + 1.5 * carry({mean}, {aim}, {new})"
        made.append(Move(f"carried to {new}", carried, new, (old, new)))
    return [move._replace(board=move.board or world.colours) for move in made]


@functools.lru_cache(maxsize=8)  # the demo prints what its page then shows again
def outcome(
    runs: tuple[Run, ...], chosen: tuple[Move, ...], *, episodes: int = 256
) -> Table:
    """Some moves on one kind of boards, tried on every run, by role.

    Raises:
        InputError: If the moves are not on one kind of boards.
    """
    for move in chosen:
        check_name(str(move.board), [str(chosen[0].board)], kind="board")
    plan = runs[0].plan()
    old, world = plan.schedule[-1].objective, plan.world
    results = {}
    for run in runs:
        rows = {}
        for move in chosen:
            for r in attempt(run, move.text, episodes=episodes, colours=move.board):
                told = by_role(r, world, aim=move.aim, old=old)
                name = move.name if r.edit == move.text else r.edit
                rows[(name, r.null)] = told._replace(edit=name)
        results[run.seed()] = [list(rows.values())]
    return tabulate(results)
