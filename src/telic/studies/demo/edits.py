"""Demo edits: three that move the last agent's goal, for any alternation run.

Two edits give the last agent the goal of the agent before it: a graft of some weights,
and the mean vector of earlier switches. The third carries that vector over to a goal
that was never trained. All are expressions, so that a reader can vary them.
"""

import functools
from typing import NamedTuple

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.runs.folder import Run
from telic.studies.expression_edit import try_expression
from telic.studies.goal_metrics import by_goal
from telic.training.plan import ExperimentConfig
from telic.trials import Effects, effects, tabulate
from telic.worlds import Symmetric
from telic.worlds.goals import is_alone

FEWEST_PHASES = 5
GRAFT, MEAN, CARRIED = "graft", "mean", "carried"
MEASURES = ("aim", "old", "fatal", "timeout")


class DemoEdit(NamedTuple):
    """An edit of the last agent of a run, as an expression.

    Attributes:
        kind: One of `GRAFT`, `MEAN` and `CARRIED`.
        name: Its caption.
        text: The expression.
        aim: The goal that the edit aims at.
        board: The goals present in every episode.
    """

    kind: str
    name: str
    text: str
    aim: str
    board: tuple[str, ...]


def demo_edits(plan: ExperimentConfig) -> list[DemoEdit]:
    """The edits for the runs of a plan; none if the plan does not fit them.

    Example:
        >>> from telic.studies import Alternation
        >>> from telic.studies.base import preset
        >>> [each.aim for each in demo_edits(preset(Alternation, "demo").plan())]
        ['blue', 'blue', 'green']
    """
    wanted, world = [phase.objective for phase in plan.schedule], plan.world
    last = len(wanted) - 1
    if not isinstance(world, Symmetric) or last < FEWEST_PHASES - 1:
        return []
    if len(set(wanted)) != 2 or wanted[-1] == wanted[-2]:
        return []
    old, aim = wanted[-1], wanted[-2]
    agent, donor = f"{old}@{last}", f"{aim}@{last - 1}"
    mean = f"mean({aim} - {old}, phases=0:{last - 1})"
    graft = f"{agent} + top({donor} - {agent}, 0.2)"
    made = [
        DemoEdit(GRAFT, "graft of 20 %", graft, aim, world.present),
        DemoEdit(
            MEAN, "mean goal vector", f"{agent} + 1.5 * {mean}", aim, world.present
        ),
    ]
    try:
        others = [goal for goal in world.occasional if is_alone(world, goal)]
    except InputError:  # no input channel stands for a goal alone
        return []
    for new in others[:1]:
        carried = f"{agent} + 1.5 * carry({mean}, {aim}, {new})"
        made.append(DemoEdit(CARRIED, f"carried to {new}", carried, new, (old, new)))
    return made


@functools.lru_cache(maxsize=8)  # for the terminal, and again for the page
def outcome(
    runs: tuple[Run, ...], chosen: tuple[DemoEdit, ...], *, episodes: int = 256
) -> Effects:
    """The effects of edits that share one kind of board, over all runs.

    Raises:
        InputError: If they are not on one kind of boards.
    """
    for each in chosen:
        check_name(str(each.board), [str(chosen[0].board)], kind="board")
    plan = runs[0].plan()
    old, world = plan.schedule[-1].objective, plan.world
    results = {}
    for run in runs:
        rows = {}
        for each in chosen:
            tried = try_expression(run, each.text, episodes=episodes, goals=each.board)
            for row in by_goal(tried, world, aim=each.aim, old=old):
                name = each.name if row.edit == each.text else row.edit
                rows[(name, row.null)] = row._replace(edit=name)
        results[run.seed()] = [list(rows.values())]
    return effects(tabulate(results), measure="aim", also=MEASURES)
