"""The grammar of expressions: from tokens to nodes, by recursive descent.

```text
sum       product (('+' | '-') product)*            left to right
product   operand (('*' | '/') operand)*            left to right, before sums
operand   '-' operand | '(' sum ')' | NUMBER | NAME ['@' PHASE] | call
call      FUNCTION '(' argument (',' argument)* [',' 'phases' '=' PHASE ':' PHASE] ')'
argument  a sum, or a word, as the function wants it
```

Whatever can be wrong without knowing a run is found here.
"""

from collections.abc import Sequence
from typing import NoReturn

from telic.core.names import check_name, lookup
from telic.core.numbers import check_number
from telic.expressions.faults import fault, pointing
from telic.expressions.nodes import (
    Call,
    Joined,
    Name,
    Negative,
    Node,
    Number,
    Phase,
    Step,
    Word,
)
from telic.expressions.signatures import SIGNATURES, WORDS, Signature
from telic.expressions.tokens import Reader, Token, tokenise


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises:
        ExpressionError: If it is not one; the caret is at the first character that
            cannot be part of one.

    Example:
        >>> parse("blue@2 - purple").steps[0]
        Step(at=7, sign='-', operand=Name(at=9, name='purple', phase=None))
    """
    reader = Reader(text, tokenise(text))
    if reader.next.kind == "end":
        reader.fail("the expression is empty", fix="example: blue@2 - purple")
    node = _sum(reader)
    reader.expect("an operator or the end", kind="end")
    return node


def _sum(reader: Reader) -> Node:
    """Products and the signs between them."""
    first, steps = _product(reader), []
    while reader.sees("+", "-"):
        sign = reader.take()
        steps.append(Step(sign.at, sign.text, _product(reader)))
    return _joined(first, steps)


def _product(reader: Reader) -> Node:
    """Operands and the signs between them."""
    first, steps = _operand(reader), []
    while reader.sees("*", "/"):
        sign = reader.take()
        steps.append(Step(sign.at, sign.text, _operand(reader)))
    return _joined(first, steps)


def _joined(first: Node, steps: Sequence[Step]) -> Node:
    """An operand and the steps behind it, if there are any."""
    return Joined(first.at, first, tuple(steps)) if steps else first


def _operand(reader: Reader) -> Node:
    """What stands between two operators."""
    if not (reader.next.kind in ("number", "name") or reader.sees("-", "(")):
        reader.fail(
            f"expected an agent, a vector or a number, found {reader.next}",
            why="one stands on either side of + - * /",
            fix="example: purple@23 + 1.5 * mean(blue - purple)",
        )
    token = reader.take()
    if token.kind == "number":
        return _number(reader, token)
    if token.kind == "name":
        return _call(reader, token) if reader.sees("(") else _name(reader, token)
    with reader.nested(token):
        if token.text == "-":
            return Negative(token.at, _operand(reader))
        node = _sum(reader)
    reader.expect("an operator or ')'", text=")")
    return node


def _number(reader: Reader, token: Token) -> Number:
    """A number, unless it is out of range."""
    value = float(token.text)
    with pointing(reader.text, token.at):
        check_number(value)
    return Number(token.at, value)


def _phase(reader: Reader) -> Phase:
    """The number of a phase: digits alone."""
    token = reader.expect("the number of a phase", kind="number")
    if not token.text.isdigit():
        raise fault(
            reader.text,
            token.at,
            f"expected the number of a phase, found {token}",
            why="phases are counted 0, 1, 2, …",
        )
    return Phase(token.at, int(token.text))


def _name(reader: Reader, token: Token) -> Name:
    """An agent, with its phase if there is one."""
    if not reader.sees("@"):
        return Name(token.at, token.text)
    reader.take()
    return Name(token.at, token.text, _phase(reader))


def _call(reader: Reader, name: Token) -> Call:
    """A function and all that stands in its brackets."""
    with pointing(reader.text, name.at):
        function = lookup(name.text, SIGNATURES, kind="function")
    reader.take()
    with reader.nested(name):
        arguments, phases = _arguments(reader, function)
    if len(arguments) < len(function.arguments):
        _miscounted(reader, function)
    reader.expect("')'", text=")")
    return Call(name.at, name.text, arguments, phases)


def _arguments(
    reader: Reader, function: Signature
) -> tuple[tuple[Node, ...], tuple[Phase, Phase] | None]:
    """What stands between the brackets of a function; an option comes last."""
    found: list[Node] = []
    while not reader.sees(")"):
        if found:
            reader.expect("an operator, ',' or ')'", text=",")
        if reader.next.kind == "name" and reader.after.text == "=":
            return tuple(found), _phases(reader, function)
        kind = function.kind(len(found))
        if kind is None:
            _miscounted(reader, function)
        word = kind in WORDS
        found.append(_word(reader, kind, found) if word else _sum(reader))
    return tuple(found), None


def _word(reader: Reader, kind: str, before: Sequence[Node]) -> Word:
    """A word, which must not be among the arguments before it."""
    token = reader.next
    if any(isinstance(node, Word) and node.text == token.text for node in before):
        reader.fail(f"{token} is given twice")
    reader.expect(f"the name of a {kind}", kind="name")
    return Word(token.at, token.text)


def _phases(reader: Reader, function: Signature) -> tuple[Phase, Phase]:
    """The option `phases=FIRST:END`."""
    with pointing(reader.text, reader.next.at):
        options = ["phases"] if function.over_phases else []
        check_name(reader.take().text, options, kind="option")
    reader.expect("'='", text="=")
    first = _phase(reader)
    reader.expect("':'", text=":")
    return first, _phase(reader)


def _miscounted(reader: Reader, function: Signature) -> NoReturn:
    """Raise, at the next token, that there are too few or too many arguments."""
    name, count = function.usage.partition("(")[0], len(function.arguments)
    least = "at least " if function.repeats else ""
    reader.fail(
        f"{name} takes {least}{count} argument{'s' * (count > 1)}",
        fix=f"example: {function.usage}",
    )
