"""The nulls of edits to a new goal: what else the same change of weights would do."""

from collections.abc import Mapping

from telic.core.trees import Tree, at
from telic.edits import Add, Edit
from telic.studies.hard_nulls import nulls_of
from telic.studies.retarget.case import GOAL, LATER, Case, Edits
from telic.studies.retarget.edits import carried
from telic.trials import Condition
from telic.vectors import matched


def retarget_nulls(
    case: Case, edits: Edits, directions: Mapping[str, Tree]
) -> dict[Condition, dict[str, Edit]]:
    """The nulls of all edits of weights, at each edit's norm in the leaves it changes.

    They are directions that training made and no switch of goals did. Beside a vector
    that is carried to the new goal, they are carried too; a further null of the goal
    vector is itself, `not carried`.

    Args:
        case: The agent and its goals.
        edits: The edits.
        directions: Vectors by name, from `telic.studies.hard_nulls.directions`.
    """
    moved = {name: carried(case, vector) for name, vector in directions.items()}
    vectors = {
        name: edit for name, edit in edits.items() if name.group in (GOAL, LATER)
    }
    rest = {name: edit for name, edit in edits.items() if name not in vectors}
    nulls = nulls_of(vectors, case.agent, moved)
    nulls |= nulls_of(rest, case.agent, directions)
    plain = at(case.vector, case.agent.actor)
    for name, edit in vectors.items():
        if name.group == GOAL:
            assert isinstance(edit, Add)
            nulls[name]["not carried"] = Add(
                matched(plain, edit.vector), strength=edit.strength
            )
    return nulls
