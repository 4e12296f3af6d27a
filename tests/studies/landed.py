"""Two small runs of landers, and the small studies of them."""

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from telic.runs import folder
from telic.runs.carry import carry_run
from telic.runs.folder import Run
from telic.stats.rows import Rows
from telic.studies import Isolation, Landing, Snr, results
from telic.studies.base import Study, preset, settings_of
from telic.studies.isolation import edits
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
        with few_parts():
            done(run, "isolation", ISOLATION)
        done(run, "snr", SNR)


@contextlib.contextmanager
def few_parts() -> Iterator[None]:
    """A block in which a study of isolation subtracts two parts of each kind."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("RANK", "SHARE", "AMOUNT"):
            patch.setattr(edits, name, getattr(edits, name)[:2])
        yield


def rows_of(run: Run, name: str, study: Study) -> Rows:
    """The rows of a study that was done on a run."""
    return results.read(run, name, settings_of(study))
