"""The run of another seed, whose vectors are the nulls of this one's."""

from telic.runs.folder import Run
from telic.runs.source import RunSource


def other_seed(run: Run) -> RunSource | None:
    """The next complete run of the same experiment, around the end; None if alone."""
    runs = [Run(path) for path in sorted(run.path.parent.glob("seed-*"))]
    after = [other for other in runs if other.path.name > run.path.name]
    for other in [*after, *runs]:
        if other != run and other.status() == "complete":
            return RunSource(other)
    return None
