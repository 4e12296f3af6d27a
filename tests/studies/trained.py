"""Two small trained runs, and studies of edits done on them."""

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path

from telic.runs import folder
from telic.runs.carry import carry_run
from telic.runs.folder import Run
from telic.studies import Alternation, Retarget, SpliceStudy
from telic.studies.base import Study, preset
from telic.studies.results import measure_if_missing
from telic.training import ExperimentConfig
from tests import made

PLAN: ExperimentConfig = dataclasses.replace(
    preset(Alternation, "small"), phases=6
).plan()
SPLICE = preset(SpliceStudy, "small")
RETARGET = dataclasses.replace(preset(Retarget, "small"), new="yellow", episodes=2)


def pair(root: Path) -> None:
    """Seeds 0 and 1 of blue, purple, blue, purple, blue, purple: 2 rollouts each."""
    for seed in (0, 1):
        carry_run(folder.create_run(root, "pair", seed, PLAN))


def spliced(root: Path) -> None:
    """The same runs, once the small splice study is done on each."""
    for run in made.copied("pair", pair, root):
        done(run, "splice", SPLICE)


def retargeted(root: Path) -> None:
    """The same runs, once the small retarget study is done on each."""
    for run in made.copied("pair", pair, root):
        done(run, "retarget", RETARGET)


def done(run: Run, name: str, study: Study) -> list[float]:
    """Do a study on a run; the fractions of its work that were reported."""
    told: list[float] = []
    measure_if_missing(
        run,
        name,
        study,
        report=lambda _, value: told.append(value[0]),
        should_stop=lambda: False,
    )
    return told


def copies(runs: Sequence[Run], root: Path) -> list[Run]:
    """The runs in another place, without answers: there they may be damaged."""
    for run in runs:
        place = root / run.path.parent.name / run.path.name
        shutil.copytree(run.path, place, ignore=shutil.ignore_patterns("studies"))
    return [Run(root / run.path.parent.name / run.path.name) for run in runs]


def without_its_last_phase(run: Run) -> None:
    """Take a run's last checkpoint away: it is then incomplete."""
    shutil.rmtree(run.checkpoints[-1].path)
