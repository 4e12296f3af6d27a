"""A codec between values and JSON with arrays; class annotations are the schema.

A dataclass or a named tuple becomes an object of its fields; a tuple becomes a list. A
class of an open family (a world, a policy, an edit) is stored with its registered name.
Arrays are stored beside the JSON, which holds their names:

    {"array": NAME}     one array; {"key": NAME} one random key
    {"tree": NAME}      a dict of arrays: all those under NAME/

Files are not trusted: a value that does not match the annotation of its field is
refused. The data hold no code, so decoding runs none.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from telic.core import trees
from telic.core.errors import DamagedError, InputError, TelicError
from telic.core.names import check_name, lookup
from telic.core.typed import fits, short


class Form(NamedTuple):
    """The stored form of a class that is not stored by its own fields.

    Attributes:
        kind: The dataclass or named tuple that is stored instead.
        to: The function from a value to its stored form.
        of: The function from the stored form to the value.
    """

    kind: type
    to: Callable[[Any], Any]
    of: Callable[[Any], Any]


class Family(NamedTuple):
    """An open family of registered classes.

    Attributes:
        word: The word for them in messages: "world".
        classes: The classes by name.
        find: Called with a name before it is looked up; it may register a class.
        old: Today's names by those that earlier versions wrote.
    """

    word: str
    classes: Mapping[str, type]
    find: Callable[[str], Any] = str
    old: Mapping[str, str] = {}


class Families(NamedTuple):
    """The open families and special forms of a codec.

    Attributes:
        open: Families by annotation, such as `World`.
        forms: The classes that have a special stored form.
    """

    open: Mapping[Any, Family] = {}
    forms: Mapping[type, Form] = {}


CLOSED = Families()
"""No open families: every class is given by an annotation."""


class Source(NamedTuple):
    """The families and arrays for decoding, and the largest allowed number."""

    families: Families = CLOSED
    arrays: Mapping[str, np.ndarray] = {}
    largest: float = float("inf")


ALONE = Source()
"""JSON without arrays."""


def encode(
    value: Any,
    families: Families = CLOSED,
    arrays: dict[str, np.ndarray] | None = None,
    *,
    at: str = "",
) -> Any:
    """A value as JSON.

    Args:
        value: Dataclasses, named tuples, lists, dicts, arrays, numbers and text.
        families: The open families and special forms.
        arrays: The dictionary to put its arrays in, by name.
        at: The prefix of their names.

    Raises:
        InputError: If a class of an open family is not registered.

    Example:
        >>> @dataclasses.dataclass
        ... class Change:
        ...     size: float
        ...     leaves: dict[str, jax.Array]
        >>> arrays = {}
        >>> encode(Change(2.0, {"a/b": jnp.ones(1)}), arrays=arrays), list(arrays)
        ({'size': 2.0, 'leaves': {'tree': 'leaves'}}, ['leaves/a/b'])
    """
    arrays = {} if arrays is None else arrays
    if type(value) in families.forms:
        value = families.forms[type(value)].to(value)
    if _is_array(value):
        if at in arrays:
            raise InputError(f"two arrays would have the name {at!r}")
        secret = jnp.issubdtype(value.dtype, jax.dtypes.prng_key)
        arrays[at] = np.asarray(jax.random.key_data(value) if secret else value)
        return {"key" if secret else "array": at}
    if isinstance(value, Mapping) and value and all(map(_is_array, value.values())):
        arrays |= {_join(at, path): np.asarray(x) for path, x in value.items()}
        return {"tree": at}
    if _has_fields(value):
        parts = {name: getattr(value, name) for name in _hints(type(value))}
        name = _name(value, families)
    elif isinstance(value, Mapping):
        parts, name = value, None
    elif isinstance(value, list | tuple):
        return [
            encode(each, families, arrays, at=_join(at, i))
            for i, each in enumerate(value)
        ]
    else:
        return value
    found = {
        key: encode(each, families, arrays, at=_join(at, key))
        for key, each in parts.items()
    }
    return found if name is None else {"name": name, **found}


def decode(data: Any, kind: Any, source: Source = ALONE, *, what: str = "") -> Any:
    """The value of a type from JSON, fully checked.

    A field that its class does not accept (`init=False`) is a constant: it may be in a
    file, and must then have the constant's value.

    Args:
        data: The JSON.
        kind: The type: any annotation of a field.
        source: The open families, and the arrays.
        what: A description for messages.

    Raises:
        DamagedError: If a field is missing, or is of another type than its annotation.
        InputError: If a field or a name is unknown, or a class refuses a value.

    Example:
        >>> @dataclasses.dataclass
        ... class Point:
        ...     x: float
        ...     tags: tuple[str, ...] = ()
        >>> decode({"x": 1.5, "tags": ["a"]}, Point)
        Point(x=1.5, tags=('a',))
        >>> decode({"x": True}, Point)
        Traceback (most recent call last):
        telic.core.errors.DamagedError: Point.x = True
          why: it should be of the type float
    """
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if kind in source.families.open:
        word, classes, find, old = source.families.open[kind]
        fields = dict(_object(data, what or word))
        name = str(fields.pop("name", ""))
        name = old.get(name, name)
        find(name)
        return _build(fields, lookup(name, classes, kind=word), source, what or word)
    if kind in source.families.forms:
        form = source.families.forms[kind]
        return form.of(_build(data, form.kind, source, what or kind.__name__))
    if isinstance(kind, type) and _has_fields(kind):
        return _build(data, kind, source, what or kind.__name__)
    if _of_array(kind):
        return _array(data, kind, source, what)
    if origin in (typing.Union, types.UnionType):
        return _either(data, kind, source, what)
    if origin in (dict, Mapping) and isinstance(data, dict):
        if _of_array(inside[1]) and data.keys() == {"tree"}:
            return _tree(data["tree"], inside[1], source, what)
        return {
            key: decode(each, inside[1], source, what=f"{what}.{key}")
            for key, each in data.items()
        }
    if origin is tuple and isinstance(data, list | tuple):
        each = inside[:1] * len(data) if inside[-1:] == (...,) else inside
        if len(each) == len(data):
            return tuple(
                decode(one, part, source, what=f"{what}[{i}]")
                for i, (one, part) in enumerate(zip(data, each, strict=True))
            )
    large = isinstance(data, float) and abs(data) > source.largest
    if large or not fits(data, kind):
        raise DamagedError(
            f"{what} = {short(data)}",
            why=f"it should be of the type {getattr(kind, '__name__', kind)}"
            + (f", up to {source.largest:g} in size" if large else ""),
        )
    return data


def _build(data: Any, kind: type, source: Source, what: str) -> Any:
    """A dataclass or a named tuple from its fields."""
    hints = _hints(kind)
    facts = {}
    if dataclasses.is_dataclass(kind):
        facts = {f.name: f.default for f in dataclasses.fields(kind) if not f.init}
    given = {}
    for field, value in _object(data, what).items():
        check_name(field, hints, kind=f"field of {what}")
        given[field] = decode(value, hints[field], source, what=f"{what}.{field}")
        if field in facts and given.pop(field) != facts[field]:
            raise DamagedError(
                f"{what}.{field} = {short(value)}",
                why=f"it is always {facts[field]!r}",
            )
    try:
        return kind(**given)
    except TelicError:
        raise
    except (ArithmeticError, AttributeError, LookupError) as error:
        raise DamagedError(f"{what} is not possible", why=repr(error)[:200]) from error
    except (RuntimeError, TypeError, ValueError) as error:
        raise DamagedError(f"{what} is not possible", why=str(error)[:200]) from error


def _either(data: Any, kind: Any, source: Source, what: str) -> Any:
    """A value of a union: of the first member that it matches."""
    for each in typing.get_args(kind):
        try:
            return decode(data, each, source, what=what)
        except DamagedError:
            continue
    raise DamagedError(
        f"{what} = {short(data)}", why=f"it should be of the type {kind}"
    )


def _array(data: Any, kind: Any, source: Source, what: str) -> Any:
    """One of the arrays, checked for dtype and number of axes."""
    form, name = next(iter(_object(data, what).items()), ("", None))
    if len(data) != 1 or form not in ("array", "key") or not isinstance(name, str):
        raise DamagedError(f"{what} = {short(data)}", why="the name of an array is due")
    if name not in source.arrays:
        raise DamagedError(f"{what}: the array {short(name)} is missing")
    found = source.arrays[name]
    if trees.unsound({name: found}, source.largest) is not None:
        bound = source.largest
        more = f", or are beyond {bound:g}" if bound < float("inf") else ""
        raise DamagedError(f"{what}: the numbers of {short(name)} are not finite{more}")
    if form == "key":
        if found.dtype != np.uint32 or found.shape[-1:] != (2,):
            raise DamagedError(f"{what}: {short(name)} is no random key")
        return jax.random.wrap_key_data(jax.device_put(found))
    if getattr(kind, "array_type", kind) is not np.ndarray:
        found = jax.device_put(found)
    if not isinstance(found, kind):
        raise DamagedError(
            f"{what} is {found.dtype}{list(found.shape)}",
            why=f"it should be of the type {kind.__name__}",
        )
    return found


def _tree(name: Any, kind: Any, source: Source, what: str) -> dict[str, Any]:
    """All arrays under a name, as a dict."""
    if not isinstance(name, str):
        raise DamagedError(f"{what} = {short(name)}", why="the name of arrays is due")
    found = trees.under(source.arrays, name) if name else source.arrays
    if not found:
        raise DamagedError(f"{what}: the arrays {short(name)} are missing")
    return {
        path: _array({"array": _join(name, path)}, kind, source, f"{what}.{path}")
        for path in found
    }


def _object(data: Any, what: str) -> Mapping[str, Any]:
    """JSON, checked to be an object."""
    if not isinstance(data, Mapping):
        raise DamagedError(f"{what} is {short(data)}", why="an object is needed")
    return data


def _name(value: Any, families: Families) -> str | None:
    """The name of a value's class in its family; None if it is in none."""
    for family in families.open.values():
        for name, kind in family.classes.items():
            if type(value) is kind:
                return name
    for base, (word, *_) in families.open.items():
        if isinstance(value, base):
            raise InputError(
                f"{word} {type(value).__name__} is not registered",
                why=f"files hold the name of a {word}, and not its code",
                fix=f"add it to the table of every {word}, under a name",
            )
    return None


def _has_fields(value: Any) -> bool:
    """True for a dataclass or a named tuple, or an instance of one."""
    return dataclasses.is_dataclass(value) or hasattr(value, "_fields")


def _hints(kind: Any) -> dict[str, Any]:
    """The fields of a class, with their annotations."""
    hints = typing.get_type_hints(kind)
    if dataclasses.is_dataclass(kind):
        return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    return {name: hints[name] for name in kind._fields}


def _is_array(value: Any) -> bool:
    """True if a value is an array."""
    return isinstance(value, jax.Array | np.ndarray)


def _of_array(kind: Any) -> bool:
    """True if an annotation is that of an array."""
    kind = getattr(kind, "array_type", kind)
    return isinstance(kind, type) and issubclass(kind, jax.Array | np.ndarray)


def _join(at: str, part: object) -> str:
    """A name below another."""
    return f"{at}/{part}" if at else str(part)
