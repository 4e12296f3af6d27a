"""Jobs: what a worker may do with a run. A study's job is in the study's own file."""

from collections.abc import Callable, Mapping
from typing import Any

from telic.runs.carry import carry
from telic.runs.folder import Run

Tell = Callable[[str, Any], None]
Stop = Callable[[], bool]


def train(run: Run, options: Mapping[str, Any], *, tell: Tell, stop: Stop) -> None:
    """Carry a run to its end; there are no options."""
    carry(
        run,
        report=lambda row, seconds: tell("row", (row, seconds)),
        notice=lambda text: tell("notice", text),
        stop=stop,
    )
