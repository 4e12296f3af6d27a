"""The run of another seed, whose vectors serve as nulls of this run's."""

from collections.abc import Callable

from telic.runs.folder import Run
from telic.runs.source import RunSource


def other_seed(
    run: Run, *, fit: Callable[[RunSource], bool] = lambda _: True
) -> RunSource | None:
    """The next complete run of the experiment, cyclically; None if there is none.

    Args:
        run: The run.
        fit: False for a run that is passed over, as one whose agent is left out.
    """
    runs = [Run(path) for path in sorted(run.path.parent.glob("seed-*"))]
    after = [other for other in runs if other.path.name > run.path.name]
    for other in [*after, *runs]:
        if other != run and other.status() == "complete" and fit(RunSource(other)):
            return RunSource(other)
    return None
