"""Import of a world's class from the bytes of a Python file.

The file is the user's and may raise anything while it is imported, which is reported
in one line. The bytes that were read are compiled, rather than the file or Python's
cache of it, so that the code that runs is the code that was hashed.
"""

import dataclasses
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from telic.core import codec
from telic.core.errors import THEIRS, InputError, TelicError, said
from telic.runs import disk
from telic.worlds.check import PARTS


def world_class(path: Path, data: bytes, name: str) -> type:
    """The world class of a given name in a file.

    Args:
        path: The file; its folder is put on the import path.
        data: Its bytes.
        name: The name of the class.

    Raises:
        InputError: If the import fails, there is no such name, or it is not a class of
            worlds that can be created without arguments and stored by its fields.
    """
    held = vars(_module(path, data))
    if name not in held:
        names = [n for n, kind in held.items() if isinstance(kind, type)]
        raise InputError(
            f"{path.name} has no {name!r}",
            why=f"its classes are {', '.join(names) or 'none'}",
        )
    kind, full = held[name], f"{path.name}:{name}"
    if not isinstance(kind, type):
        raise InputError(
            f"{full} is of the type {type(kind).__name__}",
            why="a world is named by its class, which a plan calls with its fields",
            fix=f"name a class, such as: class {name}(telic.GymWorld)",
        )
    made = _made(kind, full)
    _check_parts(made, full)
    _check_fields(made, full)
    return kind


def _module(path: Path, data: bytes) -> ModuleType:
    """A file as a module, one for each path and content."""
    mark = disk.sha256(disk.to_json([str(path), disk.sha256(data)]))[:16]
    name = f"telic_own_{mark}"
    if name in sys.modules:
        return sys.modules[name]
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses look their module up
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    try:
        exec(compile(data, str(path), "exec", dont_inherit=True), vars(module))
    except BaseException as error:  # a file may also raise SystemExit
        del sys.modules[name]
        if isinstance(error, KeyboardInterrupt) and error.args:
            raise  # a request to stop (`telic.scale.signals`)
        if isinstance(error, TelicError):
            raise  # the file's own message is better
        raise InputError(
            f"{path.name} cannot be imported",
            why=said(error),
            fix="a file of worlds only defines them: see examples/own_world.py",
        ) from error
    return module


def _made(kind: type, name: str) -> Any:
    """An instance with every field at its default."""
    try:
        return kind()
    except THEIRS as error:
        raise InputError(
            f"the world {name} cannot be made",
            why=said(error),
            fix="give every field of it a default that it allows",
        ) from error


def _check_parts(made: Any, name: str) -> None:
    """Raise unless an object has all parts of a world, and is a dataclass.

    Raises:
        InputError: If not; it names the missing parts.
    """
    none = object()
    missing = [x for x in PARTS if inspect.getattr_static(made, x, none) is none]
    if missing:
        raise InputError(
            f"{name} is no world",
            why=f"it has no {', '.join(missing)}",
            fix="see examples/own_world.py, or subclass telic.GymWorld",
        )
    if not dataclasses.is_dataclass(made):
        raise InputError(
            f"the world {name} is no dataclass",
            why="a plan stores a world by its fields",
            fix="write @dataclasses.dataclass(frozen=True) above the class",
        )


def _check_fields(made: Any, name: str) -> None:
    """Raise unless a plan can store a world by its fields, and restore an equal one.

    Raises:
        InputError: If a field cannot be stored, or worlds of equal fields differ.
    """
    fields = {f.name: getattr(made, f.name) for f in dataclasses.fields(made)}
    try:
        stored = disk.parse_json(disk.to_json(codec.encode(made)), Path(name))
        again = codec.decode(stored, type(made))
    except THEIRS as error:
        raise InputError(
            f"the fields of {name} cannot be stored: {str(fields)[:80]}",
            why=said(error),
            fix="allowed: numbers, words, True, False, None and tuples of these, "
            "annotated as such",
        ) from error
    try:
        same = again == made and hash(again) == hash(made)
    except TypeError:
        same = False
    if not same:
        raise InputError(
            f"the world {name} cannot be told from others by its fields",
            why="worlds of equal fields are equal and have one hash: programs are "
            "compiled for a world",
            fix="write @dataclasses.dataclass(frozen=True), and take tuples for lists",
        )
