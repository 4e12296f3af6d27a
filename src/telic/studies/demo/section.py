"""The report's section on edits that move the last agent's goal."""

import dataclasses
from collections.abc import Sequence

import jax

from telic.core.errors import WorldError
from telic.core.names import lookup
from telic.render.page import Drawing, Image, Section
from telic.render.pictures import is_drawn, show
from telic.render.trial_table import trial_table
from telic.runs.folder import Run
from telic.studies.demo.edits import MEAN, DemoEdit, demo_edits, outcome
from telic.studies.expression_edit import from_expression
from telic.studies.field.pictures import field_of
from telic.trials import Effects
from telic.worlds import Symmetric

EPISODE_BOARD = 0
WORDS = (
    "The last agent, edited with what its own training left behind; nothing is trained "
    "here. Each edit stands beside its nulls: changes of the same size that should do "
    "nothing. telic edit tries any other."
)
COLUMNS = {"old": "old goal", "fatal": "died", "timeout": "timed out"}


def by_board(runs: Sequence[Run]) -> dict[str, Effects]:
    """The effects on all runs, by kind of board; empty if there are no edits."""
    made = demo_edits(runs[0].plan())
    boards = dict.fromkeys(each.board for each in made)
    return {
        " and ".join(board): outcome(
            tuple(runs), tuple(each for each in made if each.board == board)
        )
        for board in boards
    }


def section(runs: Sequence[Run]) -> list[Section]:
    """The section with tables over seeds and pictures of the first run, or nothing."""
    made = demo_edits(runs[0].plan())
    if not made or any(run.status() != "complete" for run in runs):
        return []
    shown = tuple(
        trial_table(
            effects,
            columns=COLUMNS,
            caption=f"Boards with the goals {board}. aim: share of episodes that reach "
            "the goal that the edit aims at.",
        )
        for board, effects in by_board(runs).items()
    )
    text = (WORDS, *(f"{each.name}: {each.text}" for each in made))
    images = tuple(i for each in made for i in _episodes(runs[0], each))
    return [Section("Move its goal", text, _field(runs[0]), images, shown)]


def _field(run: Run) -> tuple[Drawing, ...]:
    """The goal that the last agent reaches from each cell, before and after an edit."""
    plan = run.plan()
    made = lookup(MEAN, {e.kind: e for e in demo_edits(plan)}, kind="demo edit")
    tried = from_expression(run, made.text)
    null = tried.edit.nulls(jax.random.key(0), tried.agent)["gaussian_per_tensor"]
    old = plan.schedule[-1].objective
    agents = {
        f"{old} agent, before": tried.agent,
        f"after: + 1.5 × mean({made.aim} − {old})": tried.edit(tried.agent),
        "control: + noise of the same length": null(tried.agent),
    }
    drawn = field_of(agents, plan.world)
    if drawn is None:
        return ()
    caption = f"{drawn.caption} One board, one agent: seed {run.seed()}, n = 1."
    return (dataclasses.replace(drawn, caption=caption),)


def _episodes(run: Run, made: DemoEdit) -> list[Image]:
    """Films of the agent on one board, before and after an edit."""
    world = run.plan().world
    if not is_drawn(world) or not isinstance(world, Symmetric):
        return []
    world = world.with_goals(made.board)
    tried = from_expression(run, made.text)
    shown = []
    for when, agent in (("before", tried.agent), ("after", tried.edit(tried.agent))):
        try:
            episode = show(agent, world, seed=EPISODE_BOARD)
        except WorldError:  # the page says so where it shows agents at work
            return []
        caption = (
            f"{made.name}, {when} (seed {run.seed()}): {episode.how}. One episode, "
            "n = 1."
        )
        shown.append(Image(episode.image, caption))
    return shown
