"""`telic train STUDY`: train agents under changing objectives, many seeds at once."""

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from telic.cli import known, names, terminal
from telic.cli.import_ import world_named
from telic.cli.parsing import named, parse_study
from telic.core.errors import InputError
from telic.core.names import check_name, lookup
from telic.runs import lock

SEEDS = 10_000
"""The most seeds of one command."""

HELP = """usage: telic train STUDY [OPTIONS]

  alternation   switch the wanted goal again and again; checkpoint at every switch
  landing       learn to land a lunar lander, whatever fuel it takes

telic train STUDY --help lists every option of a study.
example: telic train alternation --seeds 0:10"""


@dataclasses.dataclass(frozen=True)
class Running:
    """The runs to make, their folder, and the processes."""

    seeds: str = "0"
    """The seeds: `3`, `0,2,5`, or `0:10` for 0 to 9."""
    preset: str = ""
    """The settings to begin from."""
    world: str = ""
    """One of `telic world`, or your own, FILE.py:NAME; its fields are then options."""
    policy: str = ""
    """The network kind: mlp, conv, nature or recurrent; its fields are then options."""
    name: str | None = None
    """The experiment's name; default: the study's and a hash of its settings."""
    workers: int | None = None
    """The number of processes, each on its own core; default: one per core."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object at the end, and nothing else."""


def run(argv: Sequence[str]) -> int:
    """Train runs, or resume them: the same command goes on where it stopped."""
    if not argv or argv[0] in ("-h", "--help"):
        print(HELP)
        return 0 if argv else 2
    if argv[0].startswith("-"):
        raise InputError(
            "no study", why=f"{argv[0]} came first", fix=HELP.splitlines()[-1]
        )
    study = check_name(argv[0], known.names(known.EXPERIMENTS), kind="study")
    from telic.scale import engine
    from telic.scale.local import check_workers

    preset = known.presets(known.EXPERIMENTS, study)[0]
    running, chosen = parse_study(
        Running(preset=preset),
        known.EXPERIMENTS,
        study,
        argv[1:],
        prog=f"telic train {study}",
        settings=_own(study, preset, argv),
    )
    seeds = parse_seeds(running.seeds)
    check_workers(running.workers)
    root = terminal.root_folder(running.root)
    if running.name:
        names.check_experiment(running.name)
        lock.check_named(root, [f"{running.name}/seed-{seed:04d}" for seed in seeds])
    engine.prepare()
    from telic.cli.execute import execute
    from telic.runs import folder
    from telic.studies import EXPERIMENTS
    from telic.worlds.check import check_world
    from telic.worlds.host import check_ready

    plan = chosen.settings(EXPERIMENTS[study]).plan()
    experiment = running.name or folder.experiment_name(study, plan)
    if running.world:  # again, as its options change the world
        check_world(plan.world)
    check_ready(plan.world)
    runs = [folder.create_run(root, experiment, seed, plan) for seed in seeds]
    return execute(runs, root=root, workers=running.workers, as_json=running.json)


def _own(study: str, preset: str, argv: Sequence[str]) -> Any:
    """The study's settings with the chosen world or policy; None without either."""
    world, policy = named(argv, "--world", ""), named(argv, "--policy", "")
    if not world and not policy:
        return None
    from telic.scale import engine

    engine.prepare()
    from telic.policies import POLICIES
    from telic.studies import EXPERIMENTS
    from telic.studies.base import preset as start
    from telic.worlds import present_goals

    settings = start(EXPERIMENTS[study], named(argv, "--preset", preset))
    if policy:
        kind = lookup(policy, POLICIES, kind="policy")
        settings = dataclasses.replace(settings, policy=kind())
    if world:
        if study != "alternation":
            raise InputError(
                f"--world {world} for {study}",
                why="only alternation trains in any world",
                fix=f"telic train alternation --world {world}",
            )
        made = world_named(world)
        goals = tuple(present_goals(made)[:2])
        if len(goals) < 2:
            raise InputError(
                f"{world} has {len(goals)} goals",
                why="two are needed to alternate between",
                fix="give the world `goals`: telic world tells what it has",
            )
        settings = dataclasses.replace(settings, world=made, objectives=goals)
    return settings


def parse_seeds(text: str) -> list[int]:
    """The seeds in a text.

    Raises:
        InputError: If it is not of the form `3`, `0,2,5` or `0:10`.

    Example:
        >>> parse_seeds("0:3,7")
        [0, 1, 2, 7]
    """
    seeds: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,9})(?::(\d{1,9}))?", part.strip())
        if not match:
            raise InputError(
                f"--seeds {text}",
                why=f"{part!r} is neither a number nor FIRST:END",
                fix="for example --seeds 3, --seeds 0,2,5 or --seeds 0:10 for 0 to 9",
            )
        first, end = int(match[1]), int(match[2] or int(match[1]) + 1)
        if end <= first:
            raise InputError(
                f"--seeds {text}",
                why=f"{part.strip()} holds no seed: FIRST must be below END",
                fix=f"for example --seeds {end}:{first + 1}",
            )
        if len(seeds) + end - first > SEEDS:
            raise InputError(
                f"--seeds {text}",
                why=f"those are more than {SEEDS:,}",
                fix="train them in parts, each with seeds of its own",
            )
        seeds += range(first, end)
    return list(dict.fromkeys(seeds))
