"""Readers for files of earlier versions.

Until 0.1.0 every kind of file had a different form: safetensors, with other data in the
metadata or beside it. This module can go when nobody has such files.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from telic.core import trees
from telic.core.errors import DamagedError
from telic.runs import artifact, disk
from telic.runs.artifact import Artifact

_WISH = re.compile(r"((?:^|/)at/.+/\d+)/wish$")


def renamed_leaves(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The leaves of an agent, or arrays named like them, under today's names.

    Example:
        >>> list(renamed_leaves({"at/actor/0/pre/0/wish": np.ones(1)}))
        ['at/actor/0/pre/0/goal']
    """
    return {_WISH.sub(r"\1/goal", path): leaf for path, leaf in arrays.items()}


def edit(data: bytes, path: Path) -> Artifact:
    """An edit of schema 1: its recipe, and the digest of the agent it is for.

    Raises:
        DamagedError: If its form or its hash is wrong.
    """
    about, arrays = artifact.read_plain(data, path)
    try:
        recipe, agent, sha = (about[key] for key in ("recipe", "agent", "sha256"))
        signed = f"{recipe}\n{agent}\n{trees.digest(arrays)}".encode()
        _check(sha, signed, path)
        fields = _recipe(disk.parse_json(recipe.encode(), path))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise DamagedError(f"{path} is not an edit", why=repr(error)[:200]) from error
    return Artifact({"edit": fields, "agent": agent}, renamed_leaves(arrays), sha)


def locus(data: bytes, path: Path) -> Artifact:
    """A locus of schema 1: its kind, and its scores and factors by name.

    Raises:
        DamagedError: If its form or its hash is wrong.
    """
    about, arrays = artifact.read_plain(data, path)
    try:
        kind, sha = about["kind"], about["sha256"]
        _check(sha, f"{kind}\n{trees.digest(arrays)}".encode(), path)
        scores, left, right = (
            trees.under(arrays, part) for part in ("scores", "left", "right")
        )
        found = {f"scores/{name}": leaf for name, leaf in scores.items()}
        for layer in left:
            found[f"factors/{layer}/0"] = left[layer]
            found[f"factors/{layer}/1"] = right[layer]
    except LookupError as error:
        raise DamagedError(f"{path} is not a locus", why=repr(error)) from error
    payload = {
        "kind": kind,
        "scores": {"tree": "scores"} if scores else {},
        "factors": {
            layer: [{"array": f"factors/{layer}/{side}"} for side in (0, 1)]
            for layer in left
        },
    }
    return Artifact(payload, found, sha)


def _check(sha: str, signed: bytes, path: Path) -> None:
    """Raise unless a file has the hash in its metadata."""
    if sha != disk.sha256(signed):
        raise DamagedError(
            f"{path} was altered", why="its content has not the hash in its header"
        )


def _recipe(recipe: dict[str, Any]) -> dict[str, Any]:
    """An edit in today's form."""
    fields = {name: _field(value) for name, value in recipe["fields"].items()}
    return {"name": recipe["kind"], **fields}


def _field(value: Any) -> Any:
    """A field of an edit in today's form."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    if "edits" in value:
        return [_recipe(each) for each in value["edits"]]
    if value.get("tree"):
        # The names of its arrays are PREFIX/PATH; the prefix is what remains.
        path, name = next(iter(value["tree"].items()))
        return {"tree": name.removesuffix(f"/{path}")}
    return value.get("tree", value)
