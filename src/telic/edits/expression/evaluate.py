"""Expressions: naming an edited agent in one line.

```text
purple@23 + 1.5 * mean(blue - purple, phases=2:17)
```

A name is an objective and stands for the agent at the end of the last phase that
trained it; `purple@23` is the one at the end of phase 23, counted from 0, and `start`
the agent before all training. The difference of two agents is a vector; vectors can be
added, subtracted and scaled, and added to an agent or subtracted from it.

- `mean(V, phases=a:b)`: V with its two bare names bound, in turn, to the agents of each
  two successive phases that trained the two, in either order; the mean over all that
  lie within phases a to b - 1, or over all there are;
- `only(V, actor, critic.0)`: zero elsewhere;
- `carry(V, purple, yellow)`: with the input rows of two colours exchanged;
- `top(V, 0.2)`: its largest entries over all leaves together, by share;
- `rank(V, 4)`: the best approximation of each kernel by so many directions;
- `lerp(A, B, 0.5)`: the agent on the line from A to B.

An expression is text from outside: it is parsed, never run as Python, and is bounded in
length, depth and the size of its numbers.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from telic.core.errors import InputError
from telic.core.trees import Tree, outline
from telic.edits.base import Params
from telic.edits.expression.functions import ACTS, FUNCTIONS, Inputs, prefix
from telic.edits.expression.operations import Worth, check_divisor, checked, operate
from telic.expressions.faults import fault, pointing
from telic.expressions.nodes import (
    Call,
    Joined,
    Name,
    Negative,
    Node,
    Number,
    Step,
    Word,
)
from telic.expressions.phases import START, pairs, phase_of
from telic.expressions.signatures import NUMBERS
from telic.expressions.syntax import parse as parse


@runtime_checkable
class Source(Protocol):
    """Where the agents of an expression come from: one history of training."""

    @property
    def schedule(self) -> Sequence[str]:
        """The objective of each phase, in order."""
        ...

    def start(self) -> Params:
        """The agent before all training."""
        ...

    def agent(self, phase: int) -> Params:
        """The agent at the end of a phase.

        Raises:
            InputError: If there is none.
        """
        ...

    def inputs(self, colour: str) -> Inputs:
        """The input channels of a colour.

        Raises:
            InputError: If there is no such colour.
        """
        ...


class Value(NamedTuple):
    """What an expression stands for.

    Attributes:
        kind: `agent` or `vector`.
        tree: Its leaves.
    """

    kind: str
    tree: Params

    __repr__ = outline


def evaluate(text: str, source: Source) -> Value:
    """What an expression stands for, in one history of training.

    Args:
        text: The expression.
        source: Where its agents come from (`telic.runs.source.RunSource`).

    Raises:
        ExpressionError: An `InputError` with a caret under the character that is
            wrong: the text, a name, a phase, a kind, or a number.
        DamagedError: If a checkpoint that it needs is damaged.

    Example:
        >>> import jax.numpy as jnp
        >>> from types import SimpleNamespace
        >>> agents = [{"actor/0/bias": jnp.array([x])} for x in (1.0, 3.0)]
        >>> source = SimpleNamespace(
        ...     schedule=("blue", "purple"),
        ...     start=lambda: agents[0],
        ...     agent=lambda phase: agents[phase],
        ...     rows=lambda colour: (),
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
            node.at,
            "the expression is a number",
            why="it must be an agent or a vector",
            fix="example: purple@23 + 1.5 * (blue - purple)",
        )
    return Value(found.kind, found.content)


def difference(text: str, source: Source) -> tuple[Params, Tree]:
    """The agent from which an expression sets out, and what it adds to that agent.

    The agent is the first one that the expression names; of the difference only the
    leaves that differ are given.

    Raises:
        ExpressionError: As for `evaluate`, or if the expression is no agent.
    """
    found = evaluate(text, source)
    node = parse(text)
    if found.kind != "agent":
        why = "an edited agent is AGENT + VECTOR"
        raise fault(text, node.at, "this is a vector, not an agent", why=why)
    agent = _worth(_Scope(text, source), _first(node)).content
    changes = {path: found.tree[path] - agent[path] for path in agent}
    return agent, {path: leaf for path, leaf in changes.items() if (leaf != 0).any()}


def _first(node: Node) -> Node:
    """The first agent that an expression of an agent names."""
    while isinstance(node, (Joined, Call)):
        node = node.first if isinstance(node, Joined) else node.arguments[0]
    return node


@dataclasses.dataclass(frozen=True)
class _Scope:
    """Where a part is worked out; inside of a mean, bare names are bound to phases."""

    text: str
    source: Source
    bound: Mapping[str, int] | None = None


def _worth(scope: _Scope, node: Node) -> Worth:
    """What any part of an expression stands for."""
    match node:
        case Number():
            return Worth("number", node.value)
        case Name():
            return Worth("agent", _agent(scope, node))
        case Negative():
            inner = _worth(scope, node.inner)
            with pointing(scope.text, node.at):
                return operate(f"- {inner.kind}", inner.content)
        case Joined():
            found = _worth(scope, node.first)
            for step in node.steps:
                found = _step(scope, found, step, _worth(scope, step.operand))
            return found
        case Call():
            return _call(scope, node)
    raise TypeError(f"a {type(node).__name__} stands for nothing by itself")


def _agent(scope: _Scope, name: Name) -> Params:
    """The agent that a name stands for."""
    source = scope.source
    if name.name == START:
        if name.phase is not None:
            at = name.phase.at
            raise fault(scope.text, at, "start has no phases", fix=f"write {START}")
        with pointing(scope.text, name.at):
            return source.start()
    phase = (scope.bound or {}).get(name.name) if name.phase is None else None
    if phase is None:
        phase = phase_of(scope.text, name, source.schedule)
    with pointing(scope.text, name.at):
        return source.agent(phase)


def _step(scope: _Scope, left: Worth, step: Step, right: Worth) -> Worth:
    """What stands to the left of a sign, joined with what stands to the right."""
    if step.sign == "/" and right.kind == "number":
        with pointing(scope.text, step.operand.at):
            check_divisor(right.content)
    with pointing(scope.text, step.at):
        operation = f"{left.kind} {step.sign} {right.kind}"
        return operate(operation, left.content, right.content)


def _call(scope: _Scope, call: Call) -> Worth:
    """The result of a function."""
    function = FUNCTIONS[call.function]
    if not function.over_phases:
        contents = _arguments(scope, call)
    elif scope.bound is None:
        bound = pairs(scope.text, call, scope.source.schedule)
        inner = [dataclasses.replace(scope, bound=each) for each in bound]
        contents = [[_arguments(place, call)[0] for place in inner]]
    else:  # each mean in a mean would multiply the work by the number of phases
        what = f"{call.function} inside of {call.function}"
        raise fault(scope.text, call.at, what, why="allowed: one, over all of it")
    with pointing(scope.text, call.at):
        return checked(Worth(function.gives, ACTS[call.function](*contents)))


def _arguments(scope: _Scope, call: Call) -> list[Any]:
    """The arguments of a function, each as its kind wants it."""
    found: list[Any] = []
    for number, node in enumerate(call.arguments):
        kind = FUNCTIONS[call.function].kind(number) or "nothing"
        with pointing(scope.text, node.at):
            if not isinstance(node, Word):
                found.append(_argument(_worth(scope, node), kind, call.function))
            elif kind == "colour":
                found.append(scope.source.inputs(node.text))
            else:
                found.append(prefix(node.text, found[0]))
    return found


def _argument(found: Worth, kind: str, function: str) -> Any:
    """What was found for an argument, if it is of the kind that is needed."""
    needed = "number" if kind in NUMBERS else kind
    if found.kind != needed:
        raise InputError(
            f"{function} needs here: {needed}, found: {found.kind}",
            fix=f"example: {FUNCTIONS[function].usage}",
        )
    if needed == "number":
        holds, allowed = NUMBERS[kind]
        if not holds(found.content):
            raise InputError(f"{kind} = {found.content:g}", why=f"allowed: {allowed}")
    return found.content
