"""What is killed: the work of a run, of a study and of a report, each by its path."""

from pathlib import Path

from telic.runs.folder import Run


def run(path: str) -> None:
    """Carry a run to its end."""
    from telic.runs.carry import carry

    carry(Run(Path(path)))


def splice(path: str) -> None:
    """Answer the splice study for a run."""
    from telic.studies.swaps import LAST

    from telic.studies import Splice, answers, splice

    small = Splice(switches=1, episodes=8, groups=(LAST,), recovery=False)
    quiet = {"tell": lambda kind, value: None, "stop": lambda: False}
    splice.job(Run(Path(path)), answers.settings_of(small), **quiet)


def report(path: str) -> None:
    """Write the page of a run, its tables and its figures."""
    from telic.cli.report import write

    one = Run(Path(path))
    write([one], one.path.parent / "report")
