"""Two small runs of landers, and the small studies of them."""

import dataclasses
from pathlib import Path

from telic.runs import folder
from telic.runs.carry import carry_run
from telic.runs.folder import Run
from telic.stats.rows import Rows
from telic.studies import Isolation, Landing, Snr, results
from telic.studies.base import Study, preset, settings_of
from tests import made
from tests.studies.trained import done

ISOLATION = dataclasses.replace(preset(Isolation, "small"), episodes=2)
SNR = dataclasses.replace(preset(Snr, "small"), episodes=2)


def landers(root: Path) -> None:
    """Two complete runs, too short to learn anything."""
    plan = preset(Landing, "small").plan()
    for seed in (0, 1):
        carry_run(folder.create_run(root, "landers", seed, plan))


def isolated(root: Path) -> None:
    """The same runs, once both small studies are done on them."""
    for run in made.copied("landers", landers, root):
        done(run, "isolation", ISOLATION)
        done(run, "snr", SNR)


def rows_of(run: Run, name: str, study: Study) -> Rows:
    """The rows of a study that was done on a run."""
    return results.read(run, name, settings_of(study))
