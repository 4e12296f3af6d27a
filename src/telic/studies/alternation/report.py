"""From run folders to a page: read the metrics, sum them up, let each agent play."""

from collections.abc import Sequence
from pathlib import Path

from telic.core.errors import InputError, WorldError
from telic.policies import Agent, Spec
from telic.render.files import files
from telic.render.page import Image, Section
from telic.render.pictures import is_drawn, show
from telic.runs import checkpoint
from telic.runs.checkpoint import Checkpoint
from telic.runs.folder import Run
from telic.studies.alternation.page import alternation
from telic.studies.alternation.records import phases_csv
from telic.studies.alternation.summary import Summary, summarise
from telic.studies.demo import section
from telic.studies.learning import check_one_experiment, learning
from telic.training import ExperimentConfig
from telic.worlds.schedule import phase_at

BOARDS = (0, 1)
"""The boards on which agents are shown; the same for every agent."""


def summary_of(runs: Sequence[Run]) -> Summary:
    """The numbers of some runs of one plan.

    Raises:
        InputError: If there is no run with metrics, two have one seed, or they are of
            different experiments.
    """
    rows = {run.path: run.rows() for run in runs}
    started = [run for run in runs if rows[run.path]]
    if not started:
        raise InputError(
            "no run to report on",
            why="none of those named has a finished rollout",
            fix="telic train alternation --seeds 0:10",
        )
    check_one_experiment(started)
    least = min(len(rows[run.path]) for run in started)
    whole = _whole_phases(started[0].plan(), least)
    cut = {run.seed(): rows[run.path][:whole] for run in started}
    return summarise(learning(cut), started[0].plan().world)


def report_files(runs: Sequence[Run], *, command: str = "") -> dict[str, str]:
    """The files of the page of some runs of one plan, the page first.

    Args:
        runs: The runs; those that are not as far as others cut all to their length.
        command: How to make them again.

    Raises:
        InputError: As for `summary_of`.
    """
    summary = summary_of(runs)
    page = alternation(
        summary,
        records={run.seed(): run.record() for run in runs},
        watched=_watched(runs[0]),
        moved=section.section(runs),
        command=command,
        folders=[str(Path(*runs[0].path.parts[-2:-1]))],
    )
    return {**files(page), "phases.csv": phases_csv(summary)}


def _whole_phases(plan: ExperimentConfig, rollouts: int) -> int:
    """How many of these rollouts make up whole phases; all, if there is none yet."""
    _, into = phase_at(plan.schedule, rollouts)
    return rollouts - into or rollouts


def _watched(run: Run) -> list[Section]:
    """Each objective's last checkpoint at work, all on the same boards."""
    plan, images = run.plan(), []
    last = _last_checkpoints(run, plan) if is_drawn(plan.world) else {}
    for objective, found in last.items():
        params = checkpoint.read_agent(found)
        agent = Agent(params, plan.policy, Spec.of(plan.world))
        for board in BOARDS:
            try:
                episode = show(agent, plan.world, seed=board)
            except WorldError as error:
                text = f"No pictures: {error.what} ({error.why})."
                return [Section("Watch it", (text,))]
            caption = (
                f"trained last on {objective} (seed {run.seed()}, after "
                f"{found.rollouts} rollouts), board {board}: {episode.how}. One "
                "episode, n = 1."
            )
            images.append(Image(episode.image, caption))
    return [Section("Watch it", images=tuple(images))] if images else []


def _last_checkpoints(run: Run, plan: ExperimentConfig) -> dict[str, Checkpoint]:
    """For each objective the checkpoint at the end of the last phase that wanted it."""
    last = {}
    for found in run.checkpoints:
        phase, into = phase_at(plan.schedule, found.rollouts)
        if into == 0 and phase > 0:
            last[plan.schedule[phase - 1].objective] = found
    return last
