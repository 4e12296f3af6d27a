"""Edit files: an edit, with the digest of the agent that it was made for.

An altered file is refused, and so is any other agent unless forced.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from telic.core import trees
from telic.core.errors import DamagedError, InputError
from telic.core.numbers import LARGEST
from telic.edits import Edit
from telic.policies import Agent
from telic.runs import artifact, codec, old


class Kept(NamedTuple):
    """An edit read from a file.

    Attributes:
        edit: The edit.
        agent: The digest of the agent that it was made for.
    """

    edit: Edit
    agent: str


def write(path: Path, edit: Edit, agent: Agent) -> None:
    """Write an edit of an agent to a file, atomically.

    Raises:
        InputError: If the edit does not fit the agent, or is not registered.
        StorageError: If the file cannot be written.
    """
    _edited(edit, agent, path)
    kept = Kept(edit, trees.digest(agent))
    artifact.write(path, "edit", *codec.pack(kept))


def read(path: Path) -> Kept:
    """The edit in a file.

    Raises:
        DamagedError: If its form or its hash is wrong.
        InputError: If it names an unknown edit, or a value that is not allowed.
    """
    found = artifact.read(path, "edit", old.edit)
    return codec.decode(
        found.payload, Kept, found.arrays, largest=LARGEST, what=str(path)
    )


def apply(path: Path, agent: Agent, *, force: bool = False) -> Agent:
    """The agent after the edit in a file.

    Args:
        path: The file.
        agent: The agent that the edit was made for, or any of its shape if forced.
        force: Whether to accept another agent.

    Raises:
        InputError: If it is another agent and not forced, or the edit does not fit it.
        DamagedError: If the file was altered, or the edited agent is not finite.
    """
    kept = read(path)
    if kept.agent != trees.digest(agent) and not force:
        raise InputError(
            f"{path} is an edit of another agent",
            why=f"of {kept.agent[:12]}…, not {trees.digest(agent)[:12]}…",
            fix="force it, if that is what you want",
        )
    return _edited(kept.edit, agent, path)


def _edited(edit: Edit, agent: Agent, path: Path) -> Agent:
    """The agent after an edit, checked to have the same form and finite numbers."""
    try:
        edited = edit(agent)
    except InputError:
        raise
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        what = f"the edit in {path} does not fit the agent"
        raise DamagedError(what, why=str(error)[:200]) from error
    form = {p: (leaf.shape, leaf.dtype) for p, leaf in agent.items()}
    if any((edited[p].shape, edited[p].dtype) != form[p] for p in form):
        raise DamagedError(f"the edit in {path} changes the form of the agent")
    artifact.check_numbers({p: np.asarray(x) for p, x in edited.items()}, path)
    return edited
