"""Evaluation of expressions: an edited agent in one line.

```text
purple@23 + 1.5 * mean(blue - purple, phases=2:17)
```

A name is an objective and means the agent at the end of the last phase that trained it;
`purple@23` is the one at the end of phase 23, counted from 0, and `start` the agent
before training. The difference of two agents is a vector; vectors can be added,
subtracted and scaled, and added to an agent or subtracted from it.

`telic.expressions.signatures` lists the functions. In `mean(V, phases=a:b)` the two
bare names of V are bound, in turn, to the agents of each two successive phases that
trained the two, in either order; the mean is over all such pairs within phases a to
b - 1, by default over all.

An expression is untrusted text: it is parsed, never run as Python, and is bounded in
length, depth and the size of its numbers.
"""

import ast
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from telic.core.errors import InputError
from telic.core.trees import Tree, outline
from telic.edits.base import Params
from telic.edits.expression.functions import ACTS, FUNCTIONS, Inputs, prefix
from telic.edits.expression.operations import (
    Worth,
    check_divisor,
    checked_value,
    operate,
)
from telic.expressions.faults import fault, pointing
from telic.expressions.phases import phase_of, phase_pairs
from telic.expressions.signatures import NUMBERS, Signature
from telic.expressions.syntax import START, AgentName, agents, end_of, function, value
from telic.expressions.syntax import parse as parse


@runtime_checkable
class AgentSource(Protocol):
    """The source of the agents in an expression: the agents of one run."""

    @property
    def schedule(self) -> Sequence[str]:
        """The objective of each phase, in order."""
        ...

    def start(self) -> Params:
        """The agent before training."""
        ...

    def agent(self, phase: int) -> Params:
        """The agent at the end of a phase.

        Raises:
            InputError: If there is no such agent.
        """
        ...

    def inputs(self, colour: str) -> Inputs:
        """The input channels of a colour.

        Raises:
            InputError: If there is no such colour.
        """
        ...


class Value(NamedTuple):
    """The value of an expression.

    Attributes:
        kind: `agent` or `vector`.
        tree: Its leaves.
    """

    kind: str
    tree: Params

    __repr__ = outline


def evaluate(text: str, source: AgentSource) -> Value:
    """The value of an expression, for the agents of one run.

    Args:
        text: The expression.
        source: The source of its agents (`telic.runs.source.RunSource`).

    Raises:
        ExpressionError: If it is wrong: an `InputError` with a caret under the
            character at fault.
        DamagedError: If a checkpoint that it needs is damaged.

    Example:
        >>> import jax.numpy as jnp
        >>> from types import SimpleNamespace
        >>> agents = [{"actor/0/bias": jnp.array([x])} for x in (1.0, 3.0)]
        >>> source = SimpleNamespace(
        ...     schedule=("blue", "purple"),
        ...     start=lambda: agents[0],
        ...     agent=lambda phase: agents[phase],
        ...     inputs=lambda colour: (),
        ... )
        >>> kind, tree = evaluate("blue + 2 * (purple - blue)", source)
        >>> kind, tree["actor/0/bias"].tolist()
        ('agent', [5.0])
    """
    node = parse(text)
    found = _worth(_Scope(text, source), node)
    if found.kind == "number":
        raise fault(
            text,
            node.col_offset,
            "the expression is a number",
            why="it must be an agent or a vector",
            fix="example: purple@23 + 1.5 * (blue - purple)",
        )
    return Value(found.kind, found.content)


def difference(text: str, source: AgentSource) -> tuple[Params, Tree]:
    """The first agent that an expression names, and what it adds to that agent.

    The difference has only the leaves that differ.

    Raises:
        ExpressionError: As for `evaluate`, or if the expression is not an agent.
    """
    found = evaluate(text, source)
    node = parse(text)
    if found.kind != "agent":
        why = "an edited agent is AGENT + VECTOR"
        raise fault(text, node.col_offset, "this is a vector, not an agent", why=why)
    agent = _agent(_Scope(text, source), agents(node)[0])
    changes = {path: found.tree[path] - agent[path] for path in agent}
    return agent, {path: leaf for path, leaf in changes.items() if (leaf != 0).any()}


@dataclasses.dataclass(frozen=True)
class _Scope:
    """The context of a part: in a mean, bare names are bound to phases."""

    text: str
    source: AgentSource
    bound: Mapping[str, int] | None = None


def _worth(scope: _Scope, node: ast.expr) -> Worth:
    """The value of any part of an expression."""
    match node, value(node):
        case _, AgentName() as agent:
            return Worth("agent", _agent(scope, agent))
        case _, float() as number:
            return Worth("number", number)
        case ast.UnaryOp(), _:
            inner = _worth(scope, node.operand)
            with pointing(scope.text, node.col_offset):
                return operate(f"- {inner.kind}", inner.content)
        case ast.BinOp(), _:
            return _joined(scope, node)
        case ast.Call(), _:
            return _call(scope, node)
    raise TypeError(f"a {type(node).__name__} stands for nothing by itself")


def _agent(scope: _Scope, agent: AgentName) -> Params:
    """The agent of a name."""
    if agent.name == START:
        with pointing(scope.text, agent.at):
            return scope.source.start()
    phase = (scope.bound or {}).get(agent.name) if agent.phase is None else None
    if phase is None:
        phase = phase_of(scope.text, agent, scope.source.schedule)
    with pointing(scope.text, agent.at):
        return scope.source.agent(phase)


def _joined(scope: _Scope, node: ast.expr) -> Worth:
    """Operands joined by signs, left to right; in a loop, as a sum may be long."""
    steps: list[ast.BinOp] = []
    while isinstance(node, ast.BinOp):
        steps.append(node)
        node = node.left
    found = _worth(scope, node)
    for step in reversed(steps):
        found = _step(scope, found, step, _worth(scope, step.right))
    return found


def _step(scope: _Scope, left: Worth, step: ast.BinOp, right: Worth) -> Worth:
    """The result of one sign, from the values of both sides."""
    behind = scope.text[end_of(step.left) :].lstrip(" \t\r\n)")
    sign, at = behind[0], len(scope.text) - len(behind)
    if sign == "/" and right.kind == "number":
        with pointing(scope.text, step.right.col_offset):
            check_divisor(right.content)
    with pointing(scope.text, at):
        return operate(f"{left.kind} {sign} {right.kind}", left.content, right.content)


def _call(scope: _Scope, call: ast.Call) -> Worth:
    """The result of a function."""
    name = function(call)
    signature, scopes = FUNCTIONS[name], [scope]
    if signature.over_phases:
        bound = phase_pairs(scope.text, call, scope.source.schedule)
        scopes = [dataclasses.replace(scope, bound=each) for each in bound]
    found = [_arguments(each, call, signature) for each in scopes]
    arguments = [[each for (each,) in found]] if signature.over_phases else found[0]
    with pointing(scope.text, call.col_offset):
        return checked_value(Worth(signature.gives, ACTS[name](*arguments)))


def _arguments(scope: _Scope, call: ast.Call, signature: Signature) -> list[Any]:
    """The arguments of a function, each of the kind that it needs."""
    found: list[Any] = []
    for number, node in enumerate(call.args):
        kind = signature.kind(number) or "nothing"
        with pointing(scope.text, node.col_offset):
            if kind == "colour":
                found.append(scope.source.inputs(value(node)))
            elif kind == "weights":
                found.append(prefix(value(node), found[0]))
            else:
                found.append(_argument(_worth(scope, node), kind, signature))
    return found


def _argument(found: Worth, kind: str, signature: Signature) -> Any:
    """An argument, checked to be of the needed kind."""
    needed = "number" if kind in NUMBERS else kind
    if found.kind != needed:
        raise InputError(
            f"{signature.name} needs here: {needed}, found: {found.kind}",
            fix=f"example: {signature.usage}",
        )
    if needed == "number":
        holds, allowed = NUMBERS[kind]
        if not holds(found.content):
            raise InputError(f"{kind} = {found.content:g}", why=f"allowed: {allowed}")
    return found.content
