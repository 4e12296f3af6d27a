"""The certificate of an import: what was read, how exactly, and what the agent does.

It names the files by their SHA-256 and lists what was ignored; it compares the agent's
outputs with those of the library that trained it, where that is installed; and it plays
the agent, sampled and greedy. `telic verify` repeats it.
"""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Array

from telic.adapters import expected
from telic.adapters.imported import Imported
from telic.core import trees
from telic.core.errors import DamagedError, InputError
from telic.core.typed import fits
from telic.policies import Agent
from telic.rollouts import episode_seeds, play
from telic.runs import disk
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats import Interval, bootstrap
from telic.worlds import World
from telic.worlds.objectives import matrix

SCHEMA = 1

MOST = 1_000_000
"""The most episodes that a certificate may ask to be played again."""

STATES = 16
"""The observations on which outputs are stored."""

WAYS = {"sampled": False, "greedy": True}
"""How episodes are played, and whether that is greedy."""


def of_run(
    run: Run, found: Sequence[Imported], paths: Sequence[str | Path], *, episodes: int
) -> dict[str, Any]:
    """The certificate of a run that was imported.

    Args:
        run: The run.
        found: Its agents, as they were read.
        paths: The files that they come from.
        episodes: Episodes of each agent and way to act; 0: none.
    """
    source = RunSource(run)
    plan = source.plan
    phases = []
    for number, each in enumerate(found):
        agent = source.agent(number)
        seen = observations(agent)
        phases.append(
            {
                "file": Path(paths[number]).name,
                "library": each.source.library,
                "algorithm": each.source.algorithm,
                "ignored": [*each.source.ignored, *_folded(each, agent)],
                "network": str(each.policy),
                "goal": plan.schedule[number].objective,
                "agent": trees.digest(agent),
                "outputs": outputs(agent, seen).tolist(),
                "difference": expected.difference(
                    Path(paths[number]), each, agent, seen
                ),
                "claimed": expected.claimed(Path(paths[number])),
                "returns": returns(agent, plan.world, plan, episodes=episodes),
            }
        )
    return {
        "schema": SCHEMA,
        "files": [_file(Path(path)) for path in paths],
        "world": str(plan.world),
        "made with": _versions(),
        "episodes": episodes,
        "phases": phases,
    }


def _folded(found: Imported, agent: Agent) -> list[str]:
    """What was done to an agent whose normaliser is not its run's."""
    if found.policy == agent.policy:
        return []
    return ["normaliser: folded into the first layer, behind that of the first agent"]


def compared(run: Run, held: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """What a certificate says beside what is found now: (what, found, whether equal).

    Weights must be the same to the bit, outputs within `expected.CLOSE`. Returns are
    compared by their intervals, as another version of a simulator plays otherwise.

    Raises:
        DamagedError: If the certificate is not of this run.
    """
    source, found = RunSource(run), []
    plan = source.plan
    if len(held["phases"]) != len(plan.schedule):
        raise DamagedError(
            f"the certificate of {run.name} has {len(held['phases'])} phases",
            why=f"the run has {len(plan.schedule)}",
        )
    for number, phase in enumerate(held["phases"]):
        agent, where = source.agent(number), f"phase {number}"
        digest = trees.digest(agent)
        found.append((f"{where}, weights", digest[:16], digest == phase["agent"]))
        now = outputs(agent, observations(agent))
        stored = np.asarray(phase["outputs"], np.float64)
        fine = now.shape == stored.shape
        gap = float(np.abs(now - stored).max()) if fine else float("inf")
        size = max(1.0, float(np.abs(now).max()))
        told = f"differ by {gap:.1e}"
        found.append((f"{where}, outputs", told, gap <= expected.CLOSE * size))
        again = returns(agent, plan.world, plan, episodes=held["episodes"])
        for way, named in again.items():
            for name, value in named.items():
                kept = phase["returns"].get(way, {}).get(name)
                same = kept is not None and _overlap(value, kept)
                found.append((f"{where}, {way}, {name}", _words(value), same))
    return found


def write(path: Path, held: dict[str, Any]) -> None:
    """Write a certificate beside the run it is of."""
    disk.write_file(path, disk.to_json(held))


def read(path: Path) -> dict[str, Any]:
    """The certificate in a file.

    Raises:
        InputError: If there is none.
        DamagedError: If it is none of this form.
    """
    if not path.exists():
        raise InputError(
            f"{path.parent} has no certificate",
            why="only an imported run has one",
            fix="telic runs verify checks the hashes of any run",
        )
    held = disk.read_json(path)
    forms = {"schema": int, "episodes": int, "phases": list[dict[str, Any]]}
    fine = all(fits(held.get(name), form) for name, form in forms.items())
    fine = fine and held["schema"] == SCHEMA and 0 <= held["episodes"] <= MOST
    if not fine or not all(map(_is_phase, held["phases"])):
        raise DamagedError(f"{path} is no certificate of this version")
    return held


def _is_phase(phase: dict[str, Any]) -> bool:
    """True if what `compared` reads of a phase has its form."""
    number = float | None
    value = dict[str, number]
    forms = {
        "agent": str,
        "outputs": list[list[float]],
        "returns": dict[str, dict[str, value]],
    }
    if not all(fits(phase.get(name), form) for name, form in forms.items()):
        return False
    rows = {len(row) for row in phase["outputs"]}
    ends = {"mean", "low", "high"}
    told = [each for named in phase["returns"].values() for each in named.values()]
    return len(rows) == 1 and all(ends <= each.keys() for each in told)


def observations(agent: Agent) -> np.ndarray:
    """Some observations, the same for every agent of a form.

    Codes and bytes of images are drawn evenly, all else from a standard Gaussian.
    """
    shape, drawn = (STATES, *agent.spec.observation), np.random.default_rng(0)
    if agent.spec.encoding is not None:
        return drawn.integers(0, len(agent.spec.table), shape)
    if len(agent.spec.observation) == 3:
        return drawn.integers(0, 256, shape).astype(np.float32)
    return drawn.normal(size=shape).astype(np.float32)


def outputs(agent: Agent, seen: np.ndarray) -> np.ndarray:
    """What the actor computes for some observations, each as a first step."""
    return np.asarray(_logits(agent, seen), np.float64)


@jax.jit
def _logits(agent: Agent, seen: Array) -> Array:
    """The logits, as one compiled program."""
    return agent.logits(seen)


def returns(
    agent: Agent, world: World, plan: Any, *, episodes: int
) -> dict[str, dict[str, Any]]:
    """By way to act and objective, the mean return and its interval over episodes."""
    if not episodes:
        return {}
    seeds, found = episode_seeds(world, episodes, key=jax.random.key(0)), {}
    weights = matrix(plan.objectives, world.events).astype(np.float64)
    for way, greedy in WAYS.items():
        if agent.greedy and not greedy:
            continue
        done = play(agent, world, seeds, greedy=greedy)
        each = np.asarray(done.events, np.float64) @ weights.T
        found[way] = {
            objective.name: _told(bootstrap(each[:, k]))
            for k, objective in enumerate(plan.objectives)
        }
        found[way]["length"] = _told(bootstrap(np.asarray(done.length, np.float64)))
    return found


def lines(held: dict[str, Any]) -> list[str]:
    """A certificate in words, one line each."""
    told = []
    for phase in held["phases"]:
        by = " ".join(filter(None, (phase["library"], phase["algorithm"])))
        told.append(f"{phase['file']}: {by}; {phase['network']}")
        told += [f"  ignored: {text}" for text in phase["ignored"]]
        told.append(f"  outputs: {phase['difference']['words']}")
        for way, named in phase["returns"].items():
            for name, value in named.items():
                kind = name if name == "length" else f"return {name}"
                told.append(f"  {way}: {kind} {_words(value)}")
        if phase["claimed"]:
            told.append(f"  claimed: {phase['claimed']['words']}")
    if held["episodes"]:
        told.append(
            "  intervals are over episodes of this one agent, and say nothing of others"
        )
    return told


def _told(value: Interval) -> dict[str, Any]:
    """An interval as JSON."""
    return {
        "mean": value.estimate,
        "low": value.low,
        "high": value.high,
        "episodes": value.n,
    }


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """True if two intervals overlap, or two means without intervals are equal."""
    if None in (one["low"], one["high"], other["low"], other["high"]):
        return one["mean"] == other["mean"]
    return one["low"] <= other["high"] and other["low"] <= one["high"]


def _words(value: dict[str, Any]) -> str:
    """An interval in words."""
    ends = value["low"], value["high"]
    known = None not in ends
    shown = f" [{ends[0]:.2f}, {ends[1]:.2f}]" if known else ""
    return f"{value['mean']:.2f}{shown} (n={value['episodes']} episodes)"


def _file(path: Path) -> dict[str, Any]:
    """The name, size and hash of a file."""
    data = disk.read_file(path, most=1 << 30)
    return {"name": path.name, "bytes": len(data), "sha256": disk.sha256(data)}


def _versions() -> dict[str, str]:
    """The versions of what the numbers depend on."""
    found = {}
    for name in ("telic", "jax", "gymnasium", "stable-baselines3", "torch"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
