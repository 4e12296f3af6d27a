"""The report's section on edits that move the last agent's goal."""

from collections.abc import Sequence

import jax

from telic.core.errors import InputError
from telic.core.names import lookup
from telic.render.gif import gif
from telic.render.keys_picture import picture
from telic.render.page import Drawing, Image, Section
from telic.render.trial_table import trial_table
from telic.rollouts import record
from telic.runs.folder import Run
from telic.studies.demo.edits import MEAN, DemoEdit, demo_edits, outcome
from telic.studies.expression_edit import from_expression
from telic.studies.field import field
from telic.studies.field.draw import draw_field
from telic.trials import Effects
from telic.worlds import Keys
from telic.worlds.base import World

FIELD_BOARD = 98
"""The board of the policy field: one on which agents fetch each colour about as often
as on the mean of 300 boards, with its keys far apart. The same for every run."""
EPISODE_BOARD = 0
WORDS = (
    "The last agent, edited with what its own training left behind; nothing is trained "
    "here. Each edit stands beside its nulls: changes of the same size that should do "
    "nothing. telic edit tries any other."
)
COLUMNS = {"old": "old colour", "fatal": "died", "timeout": "timed out"}


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
            caption=f"Boards with keys of {board} and one other. aim: share of "
            "episodes that end with the colour that the edit aims at.",
        )
        for board, effects in by_board(runs).items()
    )
    text = (WORDS, *(f"{each.name}: {each.text}" for each in made))
    drawing = policy_field(runs[0])
    images = tuple(i for each in made for i in _episodes(runs[0], each))
    return [Section("Move its goal", text, (drawing,), images, shown)]


def policy_field(run: Run) -> Drawing:
    """The goal that the last agent reaches from every cell, before and after an edit.

    Raises:
        InputError: If the run's plan has no demo edits, or its world no keys.
    """
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
    world = _keys(plan.world)
    board = world.reset(world.draw(jax.random.key(FIELD_BOARD)))
    caption = (
        "What the agent fetches if it starts in a cell, for each of the four ways it "
        f"may face; the ball is frozen. One board, one agent: seed {run.seed()}, n = 1."
    )
    return Drawing(draw_field(field(agents, world, board)), caption)


def _episodes(run: Run, made: DemoEdit) -> list[Image]:
    """Films of the agent on one board, before and after an edit."""
    world = _keys(run.plan().world).with_goals(made.board)
    tried = from_expression(run, made.text)
    shown = []
    for when, agent in (("before", tried.agent), ("after", tried.edit(tried.agent))):
        episode = record(agent, world, seed=EPISODE_BOARD)
        frames = [picture(world, board, tile=24) for board in episode.boards]
        ends = [n for n, count in episode.events.items() if count and "late" not in n]
        caption = (
            f"{made.name}, {when} (seed {run.seed()}): {', '.join(ends) or 'no end'} "
            f"after {len(episode.actions)} steps. One episode, n = 1."
        )
        shown.append(Image(gif(frames, fps=3), caption))
    return shown


def _keys(world: World) -> Keys:
    """The world, checked to be one whose boards can be drawn.

    Raises:
        InputError: If it is not.
    """
    if not isinstance(world, Keys):
        raise InputError(
            f"no pictures of {type(world).__name__}", why="only Keys can be drawn"
        )
    return world
