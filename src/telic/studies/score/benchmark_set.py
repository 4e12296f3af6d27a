"""On-disk benchmark set: agents in one file, ground truth in another.

Making planted agents takes training, so the set of a run is made once and kept beside
its checkpoints, in two folders. A locator gets neither: see `evidence_file`.

    NAME/agents.safetensors            agents, their world, and keys
    NAME-truth/truth.safetensors       ground truth: rungs, goals and decoys
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import jax

from telic.core.errors import DamagedError, TelicError
from telic.locators import ContrastPair, contrast_pair
from telic.planted import Planted
from telic.policies import Agent
from telic.runs import artifact, codec, disk
from telic.studies.planting.study import planting_key

SCHEMA = 4

Form = TypeVar("Form")


class Question(NamedTuple):
    """The input to a locator: agents, without the ground truth.

    Attributes:
        pairs: (recipient, donor), the pair itself first; then similar ones.
        key: The random key of the evidence and of the locator.
    """

    pairs: tuple[tuple[Agent, Agent], ...]
    key: jax.Array

    def evidence(self) -> ContrastPair:
        """The contrast pair, the same in every process."""
        return contrast_pair(*self.pairs[0], key=self.key, switches=self.pairs[1:])


class Questions(NamedTuple):
    """The questions of a set."""

    questions: tuple[Question, ...]


class Solutions(NamedTuple):
    """The solutions of a set, in the order of the questions; without agents."""

    solutions: tuple[Planted, ...]


def keep(folder: Path, seed: int, planted: Mapping[int, Planted]) -> None:
    """Write a set atomically, the questions last.

    Args:
        folder: The folder for the questions; that of the solutions is beside it.
        seed: The run's seed.
        planted: The pairs, by their numbers on the run's ladder.

    Raises:
        StorageError: If the files cannot be written.
    """
    start = planting_key(seed)
    asked = Questions(
        tuple(
            Question(pair.pairs, jax.random.fold_in(start, number))
            for number, pair in planted.items()
        )
    )
    solved = Solutions(tuple(pair._replace(pairs=()) for pair in planted.values()))
    truth = artifact.to_bytes("truth", *codec.pack(solved))
    disk.publish(solutions_of(folder), {"truth.safetensors": truth})
    agents = artifact.to_bytes("questions", *codec.pack(asked))
    disk.publish(folder, {"agents.safetensors": agents})


def solutions_of(folder: Path) -> Path:
    """The folder of a set's solutions."""
    return folder.with_name(f"{folder.name}-truth")


def questions(folder: Path) -> tuple[Question, ...]:
    """The questions of a set.

    Raises:
        DamagedError: If the file is missing or damaged.
    """
    return _read(folder / "agents.safetensors", "questions", Questions).questions


def solutions(folder: Path) -> tuple[Planted, ...]:
    """The solutions of a set, in the order of the questions; without agents.

    Raises:
        DamagedError: If the file is missing or damaged.
    """
    path = solutions_of(folder) / "truth.safetensors"
    return _read(path, "truth", Solutions).solutions


def _read(path: Path, kind: str, form: type[Form]) -> Form:
    """The contents of one of the two files."""
    try:
        found = artifact.read(path, kind)
        return codec.decode(found.payload, form, found.arrays, what=str(path))
    except TelicError as error:
        raise DamagedError(
            f"{path} is not what was written",
            why=f"{error.what}: {error.why}",
            fix=f"remove {path.parent}; it is made again",
        ) from error
