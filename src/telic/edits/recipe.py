"""Recipes: an edit as plain data and arrays, and back; how edits are kept.

A recipe is a JSON object `{"kind": NAME, "fields": {...}}`. A field that holds arrays
holds their names instead: `{"array": NAME}` for one, `{"tree": {PATH: NAME}}` for a
tree. There is no code in it, so reading one runs none.
"""

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from telic.core import trees
from telic.core.errors import DamagedError, InputError
from telic.core.names import check_name, lookup
from telic.core.numbers import LARGEST
from telic.core.typed import fits, short
from telic.edits import EDITS
from telic.edits.base import Edit

Arrays = dict[str, np.ndarray]


def to_recipe(edit: Edit, *, prefix: str = "") -> tuple[dict[str, Any], Arrays]:
    """An edit's recipe and its arrays by name.

    Args:
        edit: One of `EDITS`.
        prefix: What the arrays' names begin with.

    Raises:
        InputError: If the edit is none of `EDITS`.

    Example:
        >>> from telic.edits import Add
        >>> recipe, arrays = to_recipe(Add({"actor/0/bias": jnp.ones(1)}, strength=2.0))
        >>> recipe["kind"], recipe["fields"]["strength"], list(arrays)
        ('add', 2.0, ['vector/actor/0/bias'])
    """
    names = {kind: name for name, kind in EDITS.items()}
    if type(edit) not in names:
        raise InputError(
            f"{type(edit).__name__} has no recipe", why="it is not among EDITS"
        )
    fields, arrays = {}, {}
    for field in dataclasses.fields(edit):
        value = getattr(edit, field.name)
        fields[field.name], more = _write(value, f"{prefix}{field.name}")
        arrays |= more
    return {"kind": names[type(edit)], "fields": fields}, arrays


def from_recipe(recipe: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Edit:
    """The edit that a recipe and its arrays describe; nothing of it is trusted.

    Raises:
        DamagedError: If the recipe is not of the right form, an array is missing, or a
            number is not finite or beyond all meaning.
        InputError: If its kind is unknown, or a value is not allowed.

    Example:
        >>> from telic.edits import Add
        >>> edit = Add({"actor/0/bias": jnp.ones(1)}, strength=2.0)
        >>> from_recipe(*to_recipe(edit)).strength
        2.0
    """
    if not fits(recipe, dict[str, Any]) or not fits(
        recipe.get("fields"), dict[str, Any]
    ):
        raise _wrong(short(recipe))
    kind = lookup(str(recipe.get("kind")), EDITS, kind="edit")
    hints, fields = typing.get_type_hints(kind), {}
    for name, value in recipe["fields"].items():
        check_name(name, hints, kind=f"field of {kind.__name__}")
        fields[name] = _read(value, arrays)
        if not _belongs(fields[name], hints[name]):
            raise _wrong(f"{kind.__name__}.{name} = {short(value)}")
    try:
        return kind(**fields)
    except TypeError as error:
        raise _wrong(str(error)) from error


def _write(value: Any, name: str) -> tuple[Any, Arrays]:
    """One field, and its arrays."""
    if isinstance(value, jax.Array):
        return {"array": name}, {name: np.asarray(value)}
    if isinstance(value, Mapping):
        arrays = {f"{name}/{path}": np.asarray(v) for path, v in value.items()}
        return {"tree": {path: f"{name}/{path}" for path in value}}, arrays
    if isinstance(value, tuple) and any(isinstance(v, Edit) for v in value):
        parts = [to_recipe(v, prefix=f"{name}/{i}/") for i, v in enumerate(value)]
        arrays = {key: leaf for _, held in parts for key, leaf in held.items()}
        return {"edits": [recipe for recipe, _ in parts]}, arrays
    return (list(value) if isinstance(value, tuple) else value), {}


def _read(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """One field from its written form."""
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, Mapping):
        return value
    ((form, named),) = value.items() if len(value) == 1 else (("", None),)
    if form == "array":
        return _array(named, arrays)
    if form == "edits" and isinstance(named, list):
        return tuple(from_recipe(recipe, arrays) for recipe in named)
    if form == "tree" and isinstance(named, Mapping):
        return {path: _array(name, arrays) for path, name in named.items()}
    raise _wrong(f"a field is {short(value)}")


def _array(name: Any, arrays: Mapping[str, np.ndarray]) -> jax.Array:
    """One of the arrays that belong to a recipe."""
    if not isinstance(name, str) or name not in arrays:
        raise _wrong(f"the array {short(name)} is missing")
    if trees.unsound({name: arrays[name]}) is not None:
        raise DamagedError(
            f"the array {name[:80]!r} of a recipe is not finite or too large",
            why=f"allowed: up to {LARGEST:g} in size",
        )
    return jnp.asarray(arrays[name])


def _belongs(value: Any, annotation: Any) -> bool:
    """Whether a field has what it is annotated with, and no number too large."""
    if isinstance(value, float) and not abs(value) <= LARGEST:
        return False
    if isinstance(value, dict):
        return typing.get_origin(annotation) is Mapping
    return fits(value, annotation)


def _wrong(why: str) -> DamagedError:
    """The error of a recipe that no edit can be made of."""
    return DamagedError("a recipe is not of the right form", why=why)
