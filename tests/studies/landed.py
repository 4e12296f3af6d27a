"""Two small runs of landers, and the small studies of them: made once, then copied."""

from pathlib import Path

from telic.runs import folder
from telic.runs.carry import carry
from telic.runs.folder import Run
from telic.studies import Isolation, Landing, Snr, answers, isolation, snr
from tests.studies.trained import done

ISOLATION = answers.settings_of(Isolation.preset("small"))
SNR = answers.settings_of(Snr.preset("small"))


def landers(root: Path) -> list[Run]:
    """Two complete runs, too short to learn anything."""
    plan = Landing.preset("small").plan()
    runs = [folder.create(root, "landers", seed, plan) for seed in (0, 1)]
    for run in runs:
        carry(run)
    return runs


def isolated(runs: list[Run]) -> list[Run]:
    """The same runs, once both small studies are done on them."""
    for run in runs:
        done(isolation.job, run, ISOLATION)
        done(snr.job, run, SNR)
    return runs
