"""A paper: the planted pairs of one run, written down; what is right stands apart.

Making planted agents takes training, so a run's paper is made once and kept beside its
checkpoints, in two folders. Who sits an exam gets neither: see `handout`.

    NAME/agents.safetensors, agents.json         agents, their world, and keys
    NAME-truth/truth.safetensors, truth.json     rungs, goals and decoys

There is no pickle: arrays are safetensors, and each JSON file has their hash.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from safetensors.numpy import save

from telic.agents.mlp import Network, create
from telic.core.errors import DamagedError, TelicError
from telic.core.trees import Arrays, Tree, restore, select, under
from telic.core.typed import fits, short
from telic.locate import Evidence, evidence
from telic.objectives import Phase
from telic.objectives.fetch import fetch
from telic.planted import DECOYS, NONE, RUNGS, Planted, Recipe
from telic.planted.decoys import widened
from telic.runs import codec, disk, tensors
from telic.studies.planting import key_of
from telic.training.plan import Plan
from telic.worlds.base import World

SCHEMA = 2
SIDES = ("recipient", "donor")

ASKED = {"plan": dict[str, Any], "seed": int, "numbers": list[int]}
SOLVED = {"seed": int, "pairs": list[dict[str, str]]}
"""What the JSON files say, beside schema and hash."""


class Question(NamedTuple):
    """What a locator is asked about: agents, and nothing of where their goals are.

    Attributes:
        pairs: (recipient, donor), the pair itself first; then others like it.
        key: For the evidence, and for the locator.
        network: The shape of the agents.
        world: Their world.
    """

    pairs: tuple[tuple[Tree, Tree], ...]
    key: jax.Array
    network: Network
    world: World

    def evidence(self) -> Evidence:
        """The evidence on the pair, the same in every process."""
        return evidence(
            self.key,
            *self.pairs[0],
            network=self.network,
            world=self.world,
            switches=self.pairs[1:],
        )


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
        DamagedError: If they are not what was written, or not of their plan.
    """
    with _kept(folder):
        about, plan, arrays = _asked(folder)
        like, start = _like(plan), key_of(about["seed"])
        parts = _parts(arrays, len(about["numbers"]))
        return [
            Question(
                _pairs(part, like),
                jax.random.fold_in(start, number),
                plan.network,
                plan.world,
            )
            for part, number in zip(parts, about["numbers"], strict=True)
        ]


def solutions(folder: Path) -> list[Planted]:
    """The solutions of a paper, in the order of the questions; without agents.

    Raises:
        DamagedError: If they are not what was written, or not of the questions.
    """
    with _kept(folder):
        asked, plan, _ = _asked(folder)
        about, arrays = _read(solutions_of(folder), "truth", SOLVED)
        count = len(asked["numbers"])
        if (about["seed"], len(about["pairs"])) != (asked["seed"], count):
            raise DamagedError(f"{solutions_of(folder)} is of other questions")
        like, parts = _like(plan), _parts(arrays, count)
        return [
            Planted(**_said(said), pairs=(), **_marked(part, like))
            for said, part in zip(about["pairs"], parts, strict=True)
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
            network=recipe.network,
            hyper=recipe.hyper,
            sizes=recipe.sizes,
            objectives=tuple(fetch(colour) for colour in colours),
            schedule=(Phase(next(iter(colours)), recipe.rollouts),),
        )
    )


def _like(plan: Plan) -> Mapping[str, jax.ShapeDtypeStruct]:
    """The leaves of every agent of a plan: its actor's, with the spare units."""
    codec.check_memory(plan)
    if plan.network.actor_layers < 2:
        raise DamagedError("planted agents of one layer", why="nothing can be folded")

    def fresh(key: jax.Array) -> Tree:
        agent = create(key, plan.network, plan.world)
        return widened(key, select(agent, "actor/"))

    return jax.eval_shape(fresh, jax.random.key(0))


def _parts(arrays: Arrays, count: int) -> list[dict[str, Any]]:
    """The arrays of each of so many questions; there are no others."""
    names = [f"{at:03d}" for at in range(count)]
    if {name.partition("/")[0] for name in arrays} != set(names):
        raise DamagedError(f"a paper's arrays are not those of {count} questions")
    return [under(arrays, name) for name in names]


def _pairs(
    arrays: Arrays, like: Mapping[str, jax.ShapeDtypeStruct]
) -> tuple[tuple[Tree, Tree], ...]:
    """The pair and its switches, from one question's arrays."""
    count = len({name.partition("/")[0] for name in arrays})
    due = {
        f"{switch}/{side}/{path}": leaf
        for switch in range(count)
        for side in SIDES
        for path, leaf in like.items()
    }
    leaves = restore(due, arrays)
    found = []
    for switch in range(count):
        first, second = (under(leaves, f"{switch}/{side}") for side in SIDES)
        found.append((first, second))
    return tuple(found)


def _marked(
    arrays: Arrays, like: Mapping[str, jax.ShapeDtypeStruct]
) -> dict[str, Tree | None]:
    """The truth of a pair and its decoys, from one solution's arrays."""
    names = {"truth", *(name.partition("/")[0] for name in arrays)} & {
        "truth",
        "decoys",
    }
    due = {f"{name}/{path}": leaf for name in names for path, leaf in like.items()}
    leaves = restore(due, arrays)
    if not all(np.isin(leaf, (0, 1)).all() for leaf in leaves.values()):
        raise DamagedError("the truth of a paper is not 0 and 1")
    return {name: under(leaves, name) or None for name in ("truth", "decoys")}


def _said(said: Mapping[str, Any]) -> dict[str, str]:
    """What is said about a pair, if it is that."""
    known = (*RUNGS, *DECOYS, NONE)
    if set(said) != {"rung", "wants", "aim"} or said["rung"] not in known:
        raise DamagedError(f"a paper's pair is {short(said)}")
    return dict(said)


def _signed(data: bytes, about: Mapping[str, Any]) -> bytes:
    """The JSON file beside arrays, with their hash."""
    return disk.to_json({"schema": SCHEMA, "sha256": disk.sha256(data), **about})


@contextlib.contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Whatever is wrong with a paper: what to do about it is always the same."""
    try:
        yield
    except TelicError as error:
        raise DamagedError(
            f"{folder} is no paper: {error.what}",
            why=error.why,
            # Its solutions are made with it: whoever removes them alone has none.
            fix=f"remove {folder}; it is made anew",
        ) from error


def _asked(folder: Path) -> tuple[dict[str, Any], Plan, dict[str, np.ndarray]]:
    """What is said about the questions, their plan, and the agents."""
    about, arrays = _read(folder, "agents", ASKED)
    seed, numbers = about["seed"], about["numbers"]
    if not numbers or min(seed, *numbers) < 0:
        raise DamagedError(f"seed {seed}, pairs {short(numbers)}")
    return about, codec.decode(about["plan"]), arrays


def _read(
    folder: Path, name: str, form: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What is said about arrays, and the arrays, by sorted name."""
    path = folder / f"{name}.safetensors"
    about, data = disk.read_json(folder / f"{name}.json"), disk.read_file(path)
    if (about.get("schema"), about.get("sha256")) != (SCHEMA, disk.sha256(data)):
        raise DamagedError(
            f"{path} is not what was written", why="its SHA-256 or schema is another"
        )
    for field, kind in form.items():
        if not fits(about.get(field), kind):
            raise DamagedError(f"{field} = {short(about.get(field))} in {name}.json")
    arrays, _ = tensors.parse(data, path)
    tensors.check_numbers(arrays, path)
    return about, arrays
