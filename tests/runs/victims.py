"""What is killed: the work of a run, of a study and of a report, each by its path."""

from pathlib import Path

from telic.runs.folder import Run


def run(path: str) -> None:
    """Carry a run to its end."""
    from telic.runs.carry import carry_run

    carry_run(Run(Path(path)))


def splice(path: str) -> None:
    """Do the splice study on a run."""
    from telic.studies.results import measure_if_missing
    from telic.studies.splice import SpliceStudy
    from telic.studies.splice.edits import LAST

    small = SpliceStudy(switches=1, episodes=8, groups=(LAST,), recovery=False)
    quiet = {"report": lambda kind, value: None, "should_stop": lambda: False}
    measure_if_missing(Run(Path(path)), "splice", small, **quiet)


def report(path: str) -> None:
    """Write the page of a run, its tables and its figures."""
    from telic.cli.report import write_report

    one = Run(Path(path))
    write_report([one], one.path.parent / "report")
