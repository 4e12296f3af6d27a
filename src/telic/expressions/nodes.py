"""The parts of an expression: what the parser makes and the evaluator works out."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Node:
    """A part of an expression.

    Attributes:
        at: The number of its first character, from 0; brackets around it are not its.
    """

    at: int


@dataclasses.dataclass(frozen=True)
class Number(Node):
    """A number."""

    value: float


@dataclasses.dataclass(frozen=True)
class Phase(Node):
    """The number of a phase."""

    number: int


@dataclasses.dataclass(frozen=True)
class Name(Node):
    """An agent: `blue`, or `blue@4` for the one at the end of phase 4."""

    name: str
    phase: Phase | None = None


@dataclasses.dataclass(frozen=True)
class Word(Node):
    """A word that stands for itself: a colour, or weights such as `actor.0`."""

    text: str


@dataclasses.dataclass(frozen=True)
class Negative(Node):
    """A minus sign and what it stands before."""

    inner: Node


@dataclasses.dataclass(frozen=True)
class Step(Node):
    """A sign between two operands, at its own place, and the second of them."""

    sign: str
    operand: Node


@dataclasses.dataclass(frozen=True)
class Joined(Node):
    """Operands joined by signs of one strength, to be worked out left to right.

    However long it is, it is one node deep: Python's stack bounds no sum.
    """

    first: Node
    steps: tuple[Step, ...]


@dataclasses.dataclass(frozen=True)
class Call(Node):
    """A function, its arguments, and the stretch of phases, if one was given."""

    function: str
    arguments: tuple[Node, ...]
    phases: tuple[Phase, Phase] | None = None


def bare_names(node: Node) -> list[Name]:
    """The names without a phase in a part of an expression, from left to right.

    Example:
        >>> [name.name for name in bare_names(Negative(0, Name(1, "blue")))]
        ['blue']
    """
    match node:
        case Name(phase=None):
            return [node]
        case Negative():
            return bare_names(node.inner)
        case Joined():
            parts = [node.first, *(step.operand for step in node.steps)]
        case Call():
            parts = node.arguments
        case _:
            return []
    return [name for part in parts for name in bare_names(part)]
