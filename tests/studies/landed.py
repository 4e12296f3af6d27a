"""Two small runs of landers, and the small studies of them."""

from pathlib import Path

from telic.runs import folder
from telic.runs.carry import carry
from telic.studies import Isolation, Landing, Snr, answers, isolation, snr
from telic.studies.base import preset
from tests import made
from tests.studies.trained import done

ISOLATION = answers.settings_of(Isolation.preset("small"))
SNR = answers.settings_of(Snr.preset("small"))


def landers(root: Path) -> None:
    """Two complete runs, too short to learn anything."""
    plan = preset(Landing, "small").plan()
    for seed in (0, 1):
        carry(folder.create(root, "landers", seed, plan))


def isolated(root: Path) -> None:
    """The same runs, once both small studies are done on them."""
    for run in made.copied("landers", landers, root):
        done(isolation.job, run, ISOLATION)
        done(snr.job, run, SNR)
