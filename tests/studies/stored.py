"""Answers made by hand: two directions, three switches, curves that can be counted."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from telic.runs import folder
from telic.runs.folder import Run
from telic.studies import answers
from telic.trials import Result
from telic.trials.trial import DONOR, UNEDITED
from telic.worlds.keys import EVENTS
from tests.runs.small import PLAN

SETTINGS = {"episodes": 16}
NULLS = ("gaussian", "signs")


def rates(**changes: float) -> dict[str, float]:
    """All measures of a trial in Keys: nothing happens, but for what is named."""
    names = (*EVENTS, "length", "return_blue", "return_purple", "return_yellow")
    return {**dict.fromkeys(names, 0.0), **changes}


def trial(
    wants: str, aim: str, share: float, *, edits: Sequence[str] = ("add",), **extra: Any
) -> dict[str, Any]:
    """A stored trial: the edits bring `share` of the aim, each null 0.1."""

    def row(edit: str, null: str, got: float) -> Result:
        found = rates(**{f"pick_{aim}": got, f"pick_{wants}": 1 - got})
        found[f"return_{aim}"] = got
        return Result(edit, null, found, 10, 1.0, True)

    results = [row(UNEDITED, "", 0.0), row(DONOR, "", 1.0)]
    for edit in edits:
        results += [row(edit, "", share), *(row(edit, null, 0.1) for null in NULLS)]
    return {"wants": wants, "aim": aim, "results": answers.plain(results), **extra}


def curves(edited: Sequence[float | None], trained: Sequence[float]) -> dict[str, Any]:
    """Training on from blue to purple: the old return was 1, the edit gives 0.6."""
    long = len(edited)
    return {
        "unedited, old objective": {"blue": [1.0] * long, "purple": [0.0] * long},
        "edited, old objective": {"blue": list(edited), "purple": [0.6] * long},
        "noise, old objective": {"blue": [0.8] * long, "purple": [0.0] * long},
        "unedited, new objective": {"blue": [0.0] * long, "purple": list(trained)},
    }


def stored(
    root: Path,
    study: str,
    found: Mapping[int, Mapping[str, Any]],
    *,
    name: str = "e",
    settings: Mapping[str, Any] = SETTINGS,
) -> list[Run]:
    """Runs that were never trained, with answers by seed."""
    runs = [folder.create(root, name, seed, PLAN) for seed in found]
    for run, answer in zip(runs, found.values(), strict=True):
        answers.write(run, study, settings, answer)
    return runs
