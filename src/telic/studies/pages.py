"""The files of a study's page, made from its results."""

import dataclasses
from collections.abc import Mapping, Sequence

from telic.core import trees
from telic.core.errors import InputError
from telic.render.files import files
from telic.runs import inside
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.studies import results
from telic.studies.base import Study, Variants, settings_of


def study_files(
    name: str, study: Study, runs: Sequence[Run], *, command: str = ""
) -> dict[str, str]:
    """The files of a study by name, the page first.

    Raises:
        InputError: If a run has no results, or they are of several experiments.
        DamagedError: If results do not have the study's form.
    """
    settings = settings_of(study)
    rows = results.together(runs, name, settings)
    with results.reading(runs, name, settings):
        page = study.page(study.summarise(rows, runs[0].plan()), command=command)
        told = (*_repeated(runs), *page.findings)
        return files(dataclasses.replace(page, findings=told))


def _repeated(runs: Sequence[Run]) -> tuple[str, ...]:
    """A sentence on what n counts, if runs begin from the same weights.

    Runs with different seeds do only if somebody imported one file several times.
    """
    imported = [run for run in runs if (run.path / inside.CERTIFICATE).exists()]
    if len(runs) < 2 or len(imported) < len(runs):
        return ()
    agents = len({trees.digest(RunSource(run).agent(0)) for run in runs})
    if agents == len(runs):
        return ()
    which = "the same agent" if agents == 1 else f"{agents} different agents"
    return (
        f"{len(runs)} runs begin from {which}: n counts trainings on, and nothing is "
        "said of other agents.",
    )


def variants_files(
    study: Variants, runs: Mapping[str, Sequence[Run]], *, command: str = ""
) -> dict[str, str]:
    """The files of a study of variants by name, the page first.

    Args:
        study: The study.
        runs: By variant, its runs; all variants have the same seeds.
        command: The command that makes the page again.

    Raises:
        InputError: If a run has no results, or the variants' seeds differ.
        DamagedError: If results do not have the form of the substudies.
    """
    seeds = {name: sorted(run.seed() for run in each) for name, each in runs.items()}
    if len({tuple(each) for each in seeds.values()}) > 1:
        raise InputError(
            f"variants with different seeds: {seeds}",
            why="variants are compared on the same seeds",
        )
    inner = study.substudies()
    rows = {
        variant: [results.together(each, n, settings_of(s)) for n, s in inner]
        for variant, each in runs.items()
    }
    plans = {variant: each[0].plan() for variant, each in runs.items()}
    every = [run for each in runs.values() for run in each]
    name, first = inner[0]
    with results.reading(every, name, settings_of(first)):
        return files(study.page(study.summarise(rows, plans), command=command))
