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
    goal: tuple[str, ...] = ()
    """The goal that each was trained for, or one of all; default: the world's first."""
    normaliser: Path | None = None
    """A vecnormalize.pkl, through which the agents see."""
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

    found = [files.read_file(path, normaliser=given.normaliser) for path in given.files]
    world = world_named(given.world)
    plan = run_folder.plan_of(found, world, given.goal)
    made = run_folder.import_run(root, name, plan, found, seed=given.seed)
    sources = [*given.files, *([given.normaliser] if given.normaliser else [])]
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


def world_named(text: str) -> Any:
    """The world of a name: one of telic's, a user's, or a Gymnasium environment.

    Raises:
        InputError: If there is none.
    """
    import gymnasium

    from telic.core.names import nearest
    from telic.runs import own
    from telic.worlds import WORLDS, GymWorld

    if ".py:" in text:
        return WORLDS[own.adopt(text)]()
    if text in WORLDS:
        return WORLDS[text]()
    if text in gymnasium.registry:
        return GymWorld(text)
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
