"""`telic study recipes`, `held-out`, `calibrate`: train, edit or plant, and report."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from telic.cli import known, study, terminal
from telic.cli.parsing import parse_study
from telic.cli.train import parse_seeds
from telic.core.errors import InputError
from telic.runs import inside


@dataclasses.dataclass(frozen=True)
class VariantsOptions:
    """The seeds to train, their folder, and the processes."""

    seeds: str
    """The seeds of every variant: `3`, `0,2,5`, or `0:10` for 0 to 9."""
    preset: str = "full"
    """The settings to begin from: full, or small for a test of the machinery."""
    workers: int | None = None
    """The number of processes, each on its own core; default: one per core."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    out: Path | None = None
    """The folder to write to; default: the study's name in the experiments' folder."""
    json: bool = False
    """Print one JSON object at the end, and nothing else."""


def run(name: str, argv: Sequence[str]) -> int:
    """Train the missing runs, do the studies, and compare; the same command resumes."""
    from telic.scale import engine
    from telic.scale.local import check_workers

    working, chosen = parse_study(
        VariantsOptions(known.default_seeds(name)),
        known.VARIANTS,
        name,
        argv,
        prog=f"telic study {name}",
    )
    check_workers(working.workers)
    seeds = parse_seeds(working.seeds)
    engine.prepare()
    from telic.studies import VARIANTS
    from telic.studies.pages import variants_files

    variants = chosen.settings(VARIANTS[name])
    root = terminal.root_folder(working.root)
    runs = create_runs(root, variants, seeds)
    code = _train(runs, root, working) or _measure(runs, variants, working)
    if code:
        return code
    command = study.study_command(name, argv)
    texts = variants_files(variants, runs, command=command)
    out = working.out or inside.beside_runs(root, name)
    study.tell(study.write_files(texts, out), out, as_json=working.json)
    return 0


def create_runs(
    root: Path, variants: Any, seeds: Sequence[int]
) -> dict[str, list[Any]]:
    """The runs of every variant; existing ones are kept.

    Raises:
        InputError: If the folder of a variant holds runs of another plan.
    """
    from telic.runs import folder

    try:
        return {
            variant: [
                folder.create_run(root, variants.experiment(variant), seed, plan)
                for seed in seeds
            ]
            for variant, plan in variants.plans().items()
        }
    except InputError as error:
        fix = "choose another folder of experiments: --root DIR"
        raise InputError(error.what, why=error.why, fix=fix) from error


def _train(runs: dict[str, list[Any]], root: Path, working: VariantsOptions) -> int:
    """Train every unfinished run; return the process exit code."""
    from telic.cli.execute import execute

    every = [run for each in runs.values() for run in each]
    if all(run.status() == "complete" for run in every):
        return 0
    return execute(every, root=root, workers=working.workers, quiet=working.json)


def _measure(
    runs: dict[str, list[Any]], variants: Any, working: VariantsOptions
) -> int:
    """Do the substudies on every run that lacks one; return the exit code."""
    every = [run for each in runs.values() for run in each]
    how = {"workers": working.workers, "quiet": working.json}
    for name, settings in variants.substudies():
        code = study.work(name, settings, every, **how)
        if code:
            return code
    return 0
