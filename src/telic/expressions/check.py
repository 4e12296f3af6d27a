"""What can be wrong in an expression without an agent: its text and its phases."""

from collections.abc import Sequence

from telic.expressions.nodes import Call, Joined, Name, Negative, Node
from telic.expressions.phases import START, pairs, phase_of
from telic.expressions.signatures import SIGNATURES
from telic.expressions.syntax import parse


def check(text: str, schedule: Sequence[str]) -> None:
    """Raise if an expression cannot be read, or names a phase that there is not.

    Args:
        text: The expression.
        schedule: The objective of each phase.

    Raises:
        ExpressionError: With a caret under the character that is wrong.

    Example:
        >>> check("blue + 2 * (purple@1 - blue)", ["blue", "purple"])
    """
    _check(text, parse(text), schedule, frozenset())


def _check(
    text: str, node: Node, schedule: Sequence[str], bound: frozenset[str]
) -> None:
    """Check the names in a part; inside of a mean, bare ones stand for many phases."""
    match node:
        case Name() if node.name != START:
            if node.phase is not None or node.name not in bound:
                phase_of(text, node, schedule)
        case Negative():
            _check(text, node.inner, schedule, bound)
        case Joined():
            for part in (node.first, *(step.operand for step in node.steps)):
                _check(text, part, schedule, bound)
        case Call():
            if SIGNATURES[node.function].over_phases and not bound:
                bound = frozenset(
                    name for pair in pairs(text, node, schedule) for name in pair
                )
            for part in node.arguments:
                _check(text, part, schedule, bound)
