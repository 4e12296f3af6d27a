"""Jobs: the functions that a worker can apply to a run."""

from collections.abc import Callable, Mapping
from typing import Any

from telic.runs.carry import carry_run
from telic.runs.folder import Run

Tell = Callable[[str, Any], None]
Stop = Callable[[], bool]


def train_run(run: Run, options: Mapping[str, Any], *, tell: Tell, stop: Stop) -> None:
    """Train a run to its end; there are no options."""
    carry_run(
        run,
        report=lambda row, seconds: tell("row", (row, seconds)),
        notice=lambda text: tell("notice", text),
        stop=stop,
    )


def measure_run(
    run: Run, options: Mapping[str, Any], *, tell: Tell, stop: Stop
) -> None:
    """Measure a run for a study; the options are its name and its settings."""
    from telic.studies import STUDIES
    from telic.studies.base import restored
    from telic.studies.results import measure_if_missing

    name = options["study"]
    study = restored(STUDIES[name], options["settings"])
    measure_if_missing(run, name, study, report=tell, should_stop=stop)
