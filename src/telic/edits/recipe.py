"""Recipes: an edit as plain data and arrays, and back; how edits are kept.

A recipe is a JSON object `{"kind": NAME, "fields": {...}}`. A field that holds arrays
holds their names instead: `{"array": NAME}` for one, `{"tree": {PATH: NAME}}` for a
tree. There is no code in it, so reading one runs none.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from telic.core.errors import DamagedError, InputError
from telic.core.names import lookup
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
    """The edit that a recipe and its arrays describe.

    Raises:
        DamagedError: If the recipe is not of the right form, or an array is missing.
        InputError: If its kind is unknown, or a value is not allowed.

    Example:
        >>> from telic.edits import Add
        >>> edit = Add({"actor/0/bias": jnp.ones(1)}, strength=2.0)
        >>> from_recipe(*to_recipe(edit)).strength
        2.0
    """
    try:
        kind = lookup(str(recipe["kind"]), EDITS, kind="edit")
        fields = {
            str(name): _read(value, arrays) for name, value in recipe["fields"].items()
        }
        return kind(**fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise DamagedError(
            "a recipe is not of the right form", why=repr(error)
        ) from error


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
    if "array" in value:
        return jnp.asarray(arrays[value["array"]])
    if "edits" in value:
        return tuple(from_recipe(recipe, arrays) for recipe in value["edits"])
    return {path: jnp.asarray(arrays[name]) for path, name in value["tree"].items()}
