"""An edit as one small file, with the digest of the agent that it is for.

It is refused if it was altered, and for another agent than its own unless forced.
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
    """Keep an edit of an agent in a file that appears whole or not at all.

    Raises:
        InputError: If the edit does not fit the agent, or is not registered.
        StorageError: If the disk refuses.
    """
    _edited(edit, agent, path)
    kept = Kept(edit, trees.digest(agent))
    artifact.write(path, "edit", *codec.pack(kept))


def read(path: Path) -> Kept:
    """The edit in a file.

    Raises:
        DamagedError: If it is not, bit for bit, what was written; or not an edit.
        InputError: If it names an edit that there is not, or a value not allowed.
    """
    found = artifact.read(path, "edit", old.edit)
    return codec.decode(
        found.payload, Kept, found.arrays, largest=LARGEST, what=str(path)
    )


def apply(path: Path, agent: Agent, *, force: bool = False) -> Agent:
    """An agent after the edit in a file.

    Args:
        path: The file.
        agent: The agent that the edit was made for, or any of its shape if forced.
        force: Whether another agent will do.

    Raises:
        InputError: If it is another agent and not forced, or the edit does not fit it.
        DamagedError: If the file was altered, or numbers come out that are not finite.
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
    """An agent after an edit, if it is still one: of its form, with finite numbers."""
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
