"""From run folders to a page: read the metrics, sum them up, let each agent play."""

from collections.abc import Sequence
from pathlib import Path

from telic.core.errors import InputError
from telic.policies import Agent, Spec
from telic.render.gif import gif
from telic.render.keys_picture import picture
from telic.render.page import Image, Page
from telic.rollouts.record import Episode, record
from telic.runs import checkpoint
from telic.runs.checkpoint import Checkpoint
from telic.runs.folder import Run
from telic.studies.alternation.page import alternation
from telic.studies.alternation.summary import Summary, summarise
from telic.studies.demo import section
from telic.training import ExperimentConfig
from telic.worlds import Keys
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
    experiments = {run.path.parent.name for run in started}
    if len(experiments) > 1:
        raise InputError(
            f"runs of {len(experiments)} experiments in one report",
            why=f"they are {', '.join(sorted(experiments)[:4])}",
            fix="one report each; telic compare sets experiments side by side",
        )
    least = min(len(rows[run.path]) for run in started)
    whole = _whole_phases(started[0].plan(), least)
    seeds = {run.seed(): rows[run.path] for run in started}
    cut = {seed: run[:whole] for seed, run in sorted(seeds.items())}
    return summarise(cut, started[0].plan().world)


def page(runs: Sequence[Run], *, command: str = "") -> Page:
    """The page of some runs of one plan, with episodes of the first of them.

    Args:
        runs: The runs; those that are not as far as others cut all to their length.
        command: How to make them again.
    """
    return alternation(
        summary_of(runs),
        records={run.seed(): run.record() for run in runs},
        episodes=_episodes(runs[0]),
        moved=section.section(runs),
        command=command,
        folders=[str(Path(*runs[0].path.parts[-2:-1]))],
    )


def _whole_phases(plan: ExperimentConfig, rollouts: int) -> int:
    """How many of these rollouts make up whole phases; all, if there is none yet."""
    _, into = phase_at(plan.schedule, rollouts)
    return rollouts - into or rollouts


def _episodes(run: Run) -> list[Image]:
    """Each objective's last checkpoint at work, all on the same boards."""
    plan = run.plan()
    if not isinstance(plan.world, Keys):
        return []
    images = []
    for objective, found in _last_checkpoints(run, plan).items():
        params = checkpoint.read_agent(found)
        agent = Agent(params, plan.policy, Spec.of(plan.world))
        for board in BOARDS:
            episode = record(agent, plan.world, seed=board)
            frames = [picture(plan.world, b, tile=24) for b in episode.boards]
            text = _caption(objective, episode, found, run.seed(), board)
            images.append(Image(gif(frames, fps=3), text))
    return images


def _last_checkpoints(run: Run, plan: ExperimentConfig) -> dict[str, Checkpoint]:
    """For each objective the checkpoint at the end of the last phase that wanted it."""
    last = {}
    for found in run.checkpoints:
        phase, into = phase_at(plan.schedule, found.rollouts)
        if into == 0 and phase > 0:
            last[plan.schedule[phase - 1].objective] = found
    return last


def _caption(
    objective: str, episode: Episode, found: Checkpoint, seed: int, board: int
) -> str:
    """What an episode shows, its end included, fair or not."""
    ends = [name.replace("pick_", "picks ") for name, n in episode.events.items() if n]
    how = next((name for name in ends if not name.startswith("late_")), "no end")
    return (
        f"trained last on {objective} (seed {seed}, after {found.rollouts} rollouts), "
        f"board {board}: {how} after {len(episode.actions)} steps. One episode, n = 1."
    )
