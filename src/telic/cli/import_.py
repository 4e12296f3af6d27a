"""`telic import FILE… --world W`: a run of agents that another library trained."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from telic.cli import names, terminal
from telic.core.errors import InputError

EXAMPLE = "telic import PPO.zip --world LunarLander-v3"


@dataclasses.dataclass(frozen=True)
class ImportOptions:
    """Make a run whose phases are agents that another library trained.

    FILE is a zip of Stable-Baselines3, or a state dict by torch.save, as safetensors or
    by flax's to_bytes. Nothing in it is run.
    """

    files: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """The files, in the order of their training; each becomes a phase."""
    world: str = ""
    """The world in which they act: one of telic's, FILE.py:NAME, or the name of a
    Gymnasium environment."""
    frames: int = 1
    """The number of the last observations that the agents see together."""
    goal: tuple[str, ...] = ()
    """The goal that each was trained for, or one of all; default: the world's first."""
    normaliser: tuple[str, ...] = ()
    """A vecnormalize.pkl, through which the agents see, or one of each. A run has one
    normaliser: those of later agents are folded into their first layers."""
    greedy: bool = False
    """The agents always take their most probable action: as many were evaluated."""
    name: str = ""
    """The experiment's name; default: that of the first file."""
    seed: int = 0
    """The number of the run in its experiment."""
    episodes: int = 100
    """Episodes of each agent for the certificate, sampled and greedy; 0: none."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object."""


def run(argv: Sequence[str]) -> int:
    """Import the files, and say what was found in them."""
    given = terminal.parse_options(ImportOptions, argv, prog="telic import")
    if not given.files or not given.world:
        raise InputError(
            "which agents, and in which world?"
            if not given.files
            else "in which world?",
            why="an agent acts in a world, and its file does not name it",
            fix=EXAMPLE,
        )
    if given.episodes < 0:
        raise InputError(f"--episodes {given.episodes}", why="allowed: 0 or more")
    name = given.name or named_after(given.files[0])
    names.check_experiment(name)
    root = terminal.root_folder(given.root)
    from telic.scale import engine

    engine.prepare()
    from telic.adapters import certificate, files, run_folder
    from telic.runs import inside

    seen = through(given.normaliser, len(given.files))
    found = [
        files.read_file(path, normaliser=kept)
        for path, kept in zip(given.files, seen, strict=True)
    ]
    if given.greedy:
        found = [each.acting_greedily() for each in found]
    world = world_named(given.world, frames=given.frames)
    alike = [each.onto(found[0]) for each in found]
    plan = run_folder.plan_of(alike, world, given.goal)
    made = run_folder.import_run(root, name, plan, alike, seed=given.seed)
    sources = [*given.files, *given.normaliser]
    with run_folder.whole_or_none(made):
        held = certificate.of_run(made, found, sources, episodes=given.episodes)
        certificate.write(made.path / inside.CERTIFICATE, held)
    if given.json:
        terminal.say_json({"run": made.name, **held})
        return 0
    for line in certificate.lines(held):
        terminal.say(terminal.clean(line, 400))
    terminal.say(f"\nin {made.path}")
    terminal.say(f"next:  telic verify {made.name}")
    return 0


def through(normalisers: Sequence[str], files: int) -> Sequence[str | None]:
    """The normaliser of each file: none, one of all, or its own.

    Raises:
        InputError: If there are several, and not as many as files.
    """
    if len(normalisers) == files:
        return list(normalisers)
    if len(normalisers) > 1:
        raise InputError(
            f"{len(normalisers)} normalisers for {files} files",
            why="one of all, or one of each, in the same order",
        )
    return [normalisers[0] if normalisers else None] * files


def world_named(text: str, *, frames: int = 1) -> Any:
    """The world of a name: one of telic's, a user's, or a Gymnasium environment.

    Args:
        text: The name.
        frames: The last observations that are seen together; only of an environment.

    Raises:
        InputError: If there is none.
    """
    import gymnasium

    from telic.core.names import nearest
    from telic.runs import own
    from telic.worlds import WORLDS, GymWorld, Stacked

    if frames != 1 and text not in gymnasium.registry:
        raise InputError(
            f"--frames {frames} for the world {text}",
            why="only environments of Gymnasium are stacked so",
        )
    if ".py:" in text:
        return WORLDS[own.adopt(text)]()
    if text in WORLDS:
        return WORLDS[text]()
    if text in gymnasium.registry:
        return GymWorld(text) if frames == 1 else Stacked(text, frames=frames)
    near = nearest(text, [*WORLDS, *gymnasium.registry])
    raise InputError(
        f"there is no world {text!r}",
        why=f"telic's are {', '.join(WORLDS)}; Gymnasium's have names as CartPole-v1",
        fix=f"did you mean {near}?" if near else "telic world lists them",
    )


def named_after(file: str) -> str:
    """The name of an experiment for a file: its own, in letters that a folder may have.

    Example:
        >>> named_after("zoo/My agent (2).zip")
        'My-agent-2'
    """
    import re

    words = re.findall(r"[A-Za-z0-9._]+", Path(file).stem)
    return "-".join(words).strip("._")[:80] or "imported"
