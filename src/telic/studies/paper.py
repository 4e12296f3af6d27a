"""A paper: the planted pairs of one run, written down; what is right stands apart.

Making planted agents takes training, so a run's paper is made once and kept beside its
checkpoints, in two folders. Who sits an exam gets neither: see `handout`.

    NAME/agents.safetensors, agents.json         agents, their world, and keys
    NAME-truth/truth.safetensors, truth.json     rungs, goals and decoys

There is no pickle: arrays are safetensors, and each JSON file has their hash.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from telic.core.errors import DamagedError
from telic.core.trees import Arrays, Tree, under
from telic.locate import ContrastPair, contrast_pair
from telic.planted import Planted, Recipe
from telic.policies import Agent, Spec
from telic.runs import codec, disk
from telic.studies.planting import key_of
from telic.training.plan import Plan
from telic.worlds import Phase
from telic.worlds.fetch import fetch

SCHEMA = 2
SIDES = ("recipient", "donor")


class Question(NamedTuple):
    """What a locator is asked about: agents, and nothing of where their goals are.

    Attributes:
        pairs: (recipient, donor), the pair itself first; then others like it.
        key: For the evidence, and for the locator.
    """

    pairs: tuple[tuple[Agent, Agent], ...]
    key: jax.Array

    def evidence(self) -> ContrastPair:
        """The evidence on the pair, the same in every process."""
        return contrast_pair(*self.pairs[0], key=self.key, switches=self.pairs[1:])


def keep(
    folder: Path, seed: int, planted: Mapping[int, Planted], recipe: Recipe
) -> None:
    """Write a paper; it appears whole or not at all, the questions last.

    Args:
        folder: Where the questions are to be; the solutions are beside them.
        seed: The run's seed.
        planted: The pairs, by their numbers on the run's ladder.
        recipe: How they were trained on.

    Raises:
        StorageError: If the disk refuses.
    """
    pairs = list(planted.values())
    agents = save(_agents(pairs))
    truth = save(_flags(pairs))
    about = {"plan": _plan(pairs, recipe), "seed": seed, "numbers": list(planted)}
    said = [{"rung": p.rung, "wants": p.wants, "aim": p.aim} for p in pairs]
    solved = _signed(truth, {"seed": seed, "pairs": said})
    disk.publish(
        solutions_of(folder), {"truth.safetensors": truth, "truth.json": solved}
    )
    questions = {"agents.safetensors": agents, "agents.json": _signed(agents, about)}
    disk.publish(folder, questions)


def solutions_of(folder: Path) -> Path:
    """The folder of a paper's solutions."""
    return folder.with_name(f"{folder.name}-truth")


def questions(folder: Path) -> list[Question]:
    """The questions of a paper.

    Raises:
        DamagedError: If they are not what was written.
    """
    about, arrays = _read(folder, "agents")
    plan = codec.decode(about["plan"])
    start = key_of(int(about["seed"]))
    return [
        Question(
            _pairs(under(arrays, f"{at:03d}"), plan),
            jax.random.fold_in(start, number),
        )
        for at, number in enumerate(about["numbers"])
    ]


def solutions(folder: Path) -> list[Planted]:
    """The solutions of a paper, in the order of the questions; without agents.

    Raises:
        DamagedError: If they are not what was written.
    """
    about, arrays = _read(solutions_of(folder), "truth")
    return [
        Planted(
            pairs=(),
            truth=_leaves(under(arrays, f"{at:03d}/truth")),
            decoys=_leaves(under(arrays, f"{at:03d}/decoys")) or None,
            **said,
        )
        for at, said in enumerate(about["pairs"])
    ]


def _agents(pairs: Sequence[Planted]) -> dict[str, np.ndarray]:
    """Every leaf of every agent, by pair, switch and side."""
    return {
        f"{at:03d}/{switch}/{side}/{path}": np.asarray(leaf)
        for at, planted in enumerate(pairs)
        for switch, pair in enumerate(planted.pairs)
        for side, agent in zip(SIDES, pair, strict=True)
        for path, leaf in agent.items()
    }


def _flags(pairs: Sequence[Planted]) -> dict[str, np.ndarray]:
    """The truth of every pair, and its decoys where there are any."""
    return {
        f"{at:03d}/{name}/{path}": np.asarray(leaf)
        for at, planted in enumerate(pairs)
        for name, flags in (("truth", planted.truth), ("decoys", planted.decoys))
        for path, leaf in (flags or {}).items()
    }


def _plan(pairs: Sequence[Planted], recipe: Recipe) -> dict[str, Any]:
    """How the agents were trained on, as a plan: it tells their shape and world."""
    colours = dict.fromkeys(p.wants for p in pairs)
    return codec.encode(
        Plan(
            world=recipe.world,
            policy=recipe.policy,
            hyper=recipe.hyper,
            sizes=recipe.sizes,
            objectives=tuple(fetch(colour) for colour in colours),
            schedule=(Phase(next(iter(colours)), recipe.rollouts),),
        )
    )


def _pairs(arrays: Arrays, plan: Plan) -> tuple[tuple[Agent, Agent], ...]:
    """The pair and its switches, from one question's arrays."""
    switches = sorted({name.partition("/")[0] for name in arrays}, key=int)
    found, spec = [], Spec.of(plan.world)
    for switch in switches:
        first, second = (
            Agent(_leaves(under(arrays, f"{switch}/{side}")), plan.policy, spec)
            for side in SIDES
        )
        found.append((first, second))
    return tuple(found)


def _leaves(arrays: Arrays) -> Tree:
    """The leaves as JAX's arrays."""
    return {path: jnp.asarray(leaf) for path, leaf in arrays.items()}


def _signed(data: bytes, about: Mapping[str, Any]) -> bytes:
    """The JSON file beside arrays, with their hash."""
    return disk.to_json({"schema": SCHEMA, "sha256": disk.sha256(data), **about})


def _read(folder: Path, name: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What is said about arrays, and the arrays, by sorted name."""
    path = folder / f"{name}.safetensors"
    about, data = disk.read_json(folder / f"{name}.json"), disk.read_file(path)
    if (about.get("schema"), about.get("sha256")) != (SCHEMA, disk.sha256(data)):
        raise DamagedError(
            f"{path} is not what was written",
            why="its SHA-256 or schema is another",
            fix=f"remove {folder}; it is made anew",
        )
    try:
        return about, dict(sorted(load(data).items()))
    except (SafetensorError, ValueError, KeyError) as error:
        raise DamagedError(f"{path} is not safetensors", why=str(error)) from error
