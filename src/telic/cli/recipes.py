"""`telic study recipes`: train every recipe, edit it, set the recipes side by side."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from telic.cli import terminal
from telic.cli.terminal import clean, say, say_json
from telic.core.names import check_name


@dataclasses.dataclass(frozen=True)
class Working:
    """Which runs, where and how."""

    seeds: str = "0:3"
    """Which seeds of every recipe: `3`, `0,2,5`, or `0:10` for 0 to 9."""
    preset: str = "full"
    """The settings to begin from: full, or small for a test of the machinery."""
    workers: int | None = None
    """How many processes, each on a core of its own; default: one a core."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    out: Path | None = None
    """The folder to write to; default: `recipes` in the folder of experiments."""
    json: bool = False
    """Print one JSON object at the end, and nothing else."""


def run(argv: Sequence[str]) -> int:
    """Train what is missing, edit, compare; the same command goes on."""
    from telic.scale import engine

    engine.prepare()
    from telic.cli import study
    from telic.cli.execute import execute
    from telic.cli.train import parse_seeds
    from telic.report import effects
    from telic.runs import disk, folder
    from telic.scale.local import check_workers
    from telic.studies.answers import settings_of
    from telic.studies.recipes import RECIPES

    working, settings = _parse(argv)
    check_workers(working.workers)
    root, seeds = terminal.root_folder(working.root), parse_seeds(working.seeds)
    runs = {
        recipe: [
            folder.create(root, f"recipe-{recipe}", seed, settings.plan(recipe))
            for seed in seeds
        ]
        for recipe in RECIPES
    }
    every = [run for each in runs.values() for run in each]
    if [run for run in every if run.status() != "complete"]:
        quiet = working.json
        code = execute(every, root=root, workers=working.workers, quiet=quiet)
        if code:
            return code
    options = settings_of(settings.splice())
    quiet = working.json
    code = study.work("splice", every, options, workers=working.workers, quiet=quiet)
    if code:
        return code
    out = working.out or root / "recipes"
    command = f"telic study recipes --seeds {working.seeds}"
    texts = effects.recipes_texts(runs, options, command=command)
    for name, text in texts.items():
        disk.write_file(out / name, text.encode())
    if working.json:
        say_json({"files": [str(out / name) for name in texts]})
    else:
        say(f"{len(texts)} files in {clean(out)}")
        say(f"open:  {clean(out / 'report.html')}")
    return 0


def _parse(argv: Sequence[str]) -> tuple[Working, Any]:
    """The options of the command, and the study's settings."""
    from telic.studies.recipes import Recipes

    preset = check_name(
        terminal.named(argv, "--preset", "full"), ("full", "small"), kind="preset"
    )
    options = dataclasses.make_dataclass(
        "Options", [("working", Working), ("study", Recipes)], frozen=True
    )
    options.__doc__ = Recipes.__doc__
    default = options(working=Working(), study=Recipes.preset(preset))
    parsed = terminal.parse(options, argv, prog="telic study recipes", default=default)
    return parsed.working, parsed.study
