"""The syntax of expressions, parsed by Python's own parser and then checked.

```text
sum       product (('+' | '-') product)*            left to right
product   operand (('*' | '/') operand)*            left to right, before sums
operand   '-' operand | '(' sum ')' | NUMBER | NAME ['@' PHASE] | call
call      FUNCTION '(' argument (',' argument)* [',' 'phases' '=' PHASE ':' PHASE] ')'
argument  a sum; a colour; or weights, as `actor/0/kernel`
```

Python's parser sees only a skeleton: a row of `1` for each number, word, `blue@4` and
`2:17`, a row of `_` for each function, all at their own columns. So names may be Python
keywords, a phase binds before all signs, and nothing is ever run. Afterwards the
operands are put into the tree: each is an `ast.Constant` of an `AgentName`, a float, or
a str where a word is needed, such as a colour. Columns of nodes are those of the text.

All errors that can be found without a run are raised here.
"""

import ast
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from telic.core.names import check_name, lookup
from telic.core.numbers import check_number
from telic.expressions.faults import fault, pointing
from telic.expressions.signatures import SIGNATURES, WORDS, Signature
from telic.expressions.tokens import Token, tokenise

START = "start"
"""The name of the agent before training; it cannot be that of an objective."""

_WORD = re.compile(r"[A-Za-z_][\w.]*(?:\s*/\s*\w+)*\s*", re.ASCII)


class AgentName(NamedTuple):
    """An agent by name: `blue`, or `blue@4` for the one at the end of phase 4.

    Attributes:
        name: Its name.
        at: The index of its first character, from 0.
        phase: The phase, if one is given.
        phase_at: The index of the phase's first digit.
    """

    name: str
    at: int
    phase: int | None = None
    phase_at: int = 0


def parse(text: str) -> ast.expr:
    """The tree of an expression.

    Raises:
        ExpressionError: If it is malformed, with the caret at the first error.

    Example:
        >>> tree = parse("blue@2 - top(purple, 0.2)")
        >>> value(tree.left), value(tree.right.args[1])
        (AgentName(name='blue', at=0, phase=2, phase_at=5), 0.2)
    """
    form = _form(tokenise(text))
    try:  # in parentheses on a separate line, so that white space does not matter
        tree = ast.parse(f"(\n{form}\n)", mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise fault(text, 0, "cannot read the expression", why=str(error)) from error
    nodes = list(ast.walk(tree))
    for node in nodes:
        _restore(text, node)
    for node in nodes:
        if isinstance(node, ast.Call):
            _check_call(text, node)
    return tree


def value(node: ast.AST) -> Any:
    """The content of an operand: an `AgentName`, a number or a word; else None."""
    return getattr(node, "value", None)


def agents(node: ast.AST) -> list[AgentName]:
    """The agents that a part of an expression names, from left to right.

    Example:
        >>> [agent.name for agent in agents(parse("carry(blue - purple, blue, red)"))]
        ['blue', 'purple']
    """
    found = [value(part) for part in ast.walk(node)]
    return sorted((a for a in found if isinstance(a, AgentName)), key=lambda a: a.at)


def over_phases(node: ast.AST) -> list[ast.Call]:
    """The calls of functions over phases, the outer ones first."""
    names = [name for name, each in SIGNATURES.items() if each.over_phases]
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    return [call for call in calls if function(call) in names]


def function(call: ast.Call) -> str:
    """The name of the function that is called."""
    return ast.unparse(call.func)


def end_of(node: ast.expr) -> int:
    """The position after a part."""
    return node.end_col_offset or 0


def _form(tokens: Sequence[Token]) -> str:
    """The skeleton of an expression: a row of `1` or `_` for anything but signs."""
    form, last = "", ""
    for kind, text, at in tokens:
        joined = text in ("@", ":") or last in ("@", ":")
        row = "_" if kind == "function" else "1"
        form = form.ljust(at, row if joined else " ")
        form += text if kind in ("sign", "end") and not joined else row * len(text)
        last = text
    return form


def _restore(text: str, node: ast.AST) -> None:
    """Put the original content into a node; raise if the language lacks its kind."""
    match node:
        case ast.Name():
            node.id = text[node.col_offset : end_of(node)]
        case ast.keyword(arg=str(row)):
            node.arg = text[node.col_offset :][: len(row)]
        case ast.Constant():
            node.value = _operand(text, node.col_offset, end_of(node))
        case ast.expr() if not isinstance(node, (ast.UnaryOp, ast.BinOp, ast.Call)):
            what = f"an expression holds no {type(node).__name__}"
            raise fault(text, node.col_offset, what)


def _operand(text: str, at: int, behind: int) -> Any:
    """The agent or the number between two positions; a range of phases as text."""
    name, _, phase = re.sub(r"\s", "", text[at:behind]).partition("@")
    if ":" in name:
        return name
    if name[0] in ".0123456789":
        with pointing(text, at):
            check_number(float(name))
        return float(name)
    if not phase:
        return AgentName(name, at)
    if name == START:
        what = "start has no phases"
        raise fault(text, behind - len(phase), what, fix=f"write {START}")
    return AgentName(name, at, int(phase), behind - len(phase))


def _check_call(text: str, call: ast.Call) -> None:
    """Raise unless a call has the right arguments; words become constants."""
    name = function(call)
    with pointing(text, call.col_offset):
        signature = lookup(name, SIGNATURES, kind="function")
    for option in call.keywords:
        with pointing(text, option.col_offset):
            options = ["phases"] if signature.over_phases else []
            check_name(str(option.arg), options, kind="option")
    _check_count(text, call, signature)
    for inner in over_phases(call)[1:] if signature.over_phases else []:
        # nested means would multiply the work by the number of phases each
        what, why = (
            f"{function(inner)} inside of {name}",
            "allowed: one, over all of it",
        )
        raise fault(text, inner.col_offset, what, why=why)
    for number, node in enumerate(call.args):
        kind = signature.kind(number)
        if kind in WORDS:
            word = _word(text, node, kind)
            if word in map(value, call.args[:number]):
                raise fault(text, node.col_offset, f"{word!r} is given twice")
            call.args[number] = ast.copy_location(ast.Constant(word), node)


def _check_count(text: str, call: ast.Call, signature: Signature) -> None:
    """Raise if a function is given too few or too many arguments."""
    needed, given = len(signature.arguments), len(call.args)
    if given == needed or (given > needed and signature.repeats):
        return
    at = end_of(call) - 1 if given < needed else call.args[needed].col_offset
    least = "at least " if signature.repeats else ""
    what = f"{function(call)} takes {least}{needed} argument{'s' * (needed > 1)}"
    raise fault(text, at, what, fix=f"example: {signature.usage}")


def _word(text: str, node: ast.expr, kind: str) -> str:
    """The word of an argument: a name, or names and numbers between slashes."""
    found = _WORD.match(text, node.col_offset)
    at = found.end() if found else node.col_offset
    if not found or at < end_of(node):
        seen = text[at : at + 1] if found else text[at : end_of(node)]
        raise fault(text, at, f"expected the name of a {kind}, found {seen!r}")
    return re.sub(r"\s", "", found[0])
