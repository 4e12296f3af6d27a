"""The contents of a pickle as data: nothing is imported, and nothing is called.

Torch and Stable-Baselines3 keep arrays in pickles. A pickle is a program for a stack
machine, and Python's own machine imports and calls whatever the program names. This one
knows the opcodes that build numbers, text and containers. A global stays a name
(`Global`), and the result of a call stays a record of it (`Called`), which an adapter
may understand. A name that the caller did not allow is an error before it is stored.
"""

import dataclasses
import pickletools
from collections.abc import Collection
from typing import Any, NamedTuple

from telic.core.errors import DamagedError, InputError

LONGEST = 1 << 20
"""The most opcodes of a pickle; a file of settings or names has some thousands."""

_BREAK = object()
"""The marker that `MARK` puts on the stack."""

_LITERALS = frozenset(
    f"{length}{kind}"
    for length in ("", "BIN", "SHORT_BIN")
    for kind in ("INT", "FLOAT", "STRING", "BYTES", "UNICODE")
) | frozenset(
    (
        *("BININT1", "BININT2", "LONG", "LONG1", "LONG4"),
        *("BINBYTES8", "BYTEARRAY8", "BINUNICODE8"),
    )
)
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_PUT = frozenset(("PUT", "BINPUT", "LONG_BINPUT"))
_GET = frozenset(("GET", "BINGET", "LONG_BINGET"))
_SHORT_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_SILENT = frozenset(("PROTO", "FRAME"))


class Global(NamedTuple):
    """A name that the pickle refers to, such as `collections.OrderedDict`."""

    name: str


class Persistent(NamedTuple):
    """A reference to something outside of the pickle, such as a tensor's storage."""

    key: Any


@dataclasses.dataclass(eq=False)
class Called:
    """A record of a call that was not made.

    Attributes:
        name: What would be called.
        given: The arguments.
        state: The state that the result would be given; None if there was none.
        items: The entries that would be set on the result, as pairs.
    """

    name: str
    given: tuple
    state: Any = None
    items: list[tuple[Any, Any]] = dataclasses.field(default_factory=list)


def contents(data: bytes, allowed: Collection[str], *, what: str) -> tuple[Any, int]:
    r"""The value that a pickle describes, and the offset of the first byte after it.

    Args:
        data: The bytes; more may follow the pickle.
        allowed: The names that it may refer to.
        what: The file, for messages.

    Raises:
        InputError: If it refers to another name.
        DamagedError: If it is not a pickle, or is cut off.

    Example:
        >>> contents(b"(I1\nI2\nt.", (), what="x")
        ((1, 2), 9)
    """
    machine, end = _Machine(frozenset(allowed), what), 0
    try:
        for count, (code, given, at) in enumerate(pickletools.genops(data)):
            if count > LONGEST:
                raise DamagedError(f"{what} has more than {LONGEST:,} opcodes")
            end = int(at or 0) + 1
            if code.name == "STOP":
                break
            machine.step(code.name, given)
        return machine.result(), end
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise DamagedError(
            f"{what} is no pickle that telic can read",
            why=f"{type(error).__name__}: {error}"[:200],
            fix="copy the file again; it may be cut off",
        ) from error


class _Machine:
    """The stack and the memory of a pickle's program."""

    def __init__(self, allowed: frozenset[str], what: str) -> None:
        self.allowed, self.what = allowed, what
        self.stack: list[Any] = []
        self.memory: dict[int, Any] = {}

    def result(self) -> Any:
        """What is left on the stack, which is one value."""
        if len(self.stack) != 1:
            raise ValueError(f"{len(self.stack)} values are left on the stack")
        return self.stack[0]

    def step(self, name: str, given: Any) -> None:
        """Carry out one opcode."""
        if name in _SILENT:
            return
        if name in _LITERALS:
            self.stack.append(given)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _PUT:
            self.memory[given] = self.stack[-1]
        elif name in _GET:
            self.stack.append(self.memory[given])
        elif name in _SHORT_TUPLES:
            self.stack.append(tuple(self._taken(_SHORT_TUPLES[name])))
        else:
            known = getattr(self, f"_{name.lower()}", None)
            if known is None:
                raise ValueError(f"the opcode {name} is not one of data")
            known(given)

    def _taken(self, count: int) -> list[Any]:
        """The last values on the stack, removed from it."""
        if len(self.stack) < count or _BREAK in self.stack[-count:]:
            raise IndexError("a value is missing")
        found = self.stack[-count:]
        del self.stack[-count:]
        return found

    def _since_mark(self) -> list[Any]:
        """All values since the last marker, removed with it."""
        at = len(self.stack) - 1
        while self.stack[at] is not _BREAK:
            at -= 1
            if at < 0:
                raise IndexError("a marker is missing")
        found = self.stack[at + 1 :]
        del self.stack[at:]
        return found

    def _mark(self, _: Any) -> None:
        self.stack.append(_BREAK)

    def _pop(self, _: Any) -> None:
        self.stack.pop()

    def _pop_mark(self, _: Any) -> None:
        self._since_mark()

    def _dup(self, _: Any) -> None:
        self.stack.append(self.stack[-1])

    def _memoize(self, _: Any) -> None:
        self.memory[len(self.memory)] = self.stack[-1]

    def _empty_dict(self, _: Any) -> None:
        self.stack.append({})

    def _empty_list(self, _: Any) -> None:
        self.stack.append([])

    def _tuple(self, _: Any) -> None:
        self.stack.append(tuple(self._since_mark()))

    def _list(self, _: Any) -> None:
        self.stack.append(self._since_mark())

    def _dict(self, _: Any) -> None:
        found = self._since_mark()
        self.stack.append({})
        self._set(found)

    def _append(self, _: Any) -> None:
        self._extend(self._taken(1))

    def _appends(self, _: Any) -> None:
        self._extend(self._since_mark())

    def _setitem(self, _: Any) -> None:
        self._set(self._taken(2))

    def _setitems(self, _: Any) -> None:
        self._set(self._since_mark())

    def _global(self, given: str) -> None:
        self._name(*given.split(" ", 1))

    def _stack_global(self, _: Any) -> None:
        self._name(*self._taken(2))

    def _binpersid(self, _: Any) -> None:
        (key,) = self._taken(1)
        self.stack.append(Persistent(key))

    def _reduce(self, _: Any) -> None:
        called, given = self._taken(2)
        self._call(called, given)

    def _newobj(self, _: Any) -> None:
        kind, given = self._taken(2)
        self._call(kind, given)

    def _build(self, _: Any) -> None:
        (state,) = self._taken(1)
        found = self.stack[-1]
        if not isinstance(found, Called):
            raise TypeError("a state is given to what was not made by a call")
        found.state = state

    def _name(self, module: str, name: str) -> None:
        full = f"{module}.{name}"
        if full not in self.allowed:
            raise InputError(
                f"{self.what} refers to {full[:80]!r}",
                why="a pickle can run code; telic reads it as data, and knows only "
                "the names that files of this kind need",
                fix="if you trust the file, load it where it was made, and save its "
                "arrays as safetensors",
            )
        self.stack.append(Global(full))

    def _call(self, called: Any, given: Any) -> None:
        if not isinstance(called, Global) or not isinstance(given, tuple):
            raise TypeError("a call of what is no name, or without a tuple")
        self.stack.append(Called(called.name, given))

    def _extend(self, values: list[Any]) -> None:
        found = self.stack[-1]
        if not isinstance(found, list):
            raise TypeError("entries are appended to what is no list")
        found.extend(values)

    def _set(self, flat: list[Any]) -> None:
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        found = self.stack[-1]
        if isinstance(found, Called):
            found.items.extend(pairs)
        elif isinstance(found, dict):
            found.update(pairs)  # TypeError for keys that cannot be hashed
        else:
            raise TypeError("entries are set in what is no dict")
