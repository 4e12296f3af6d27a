"""The section of a report that moves the goal of its last agents, and shows it."""

import dataclasses
from collections.abc import Sequence

import jax

from telic.core.errors import InputError
from telic.core.names import lookup
from telic.render.page import Drawing, Image, Section
from telic.render.trial_table import trial_table
from telic.report.field import draw_field
from telic.rollouts import record
from telic.runs.folder import Run
from telic.studies.field import field
from telic.studies.moves import Move, moves, outcome
from telic.studies.wish import wish
from telic.trials import Table as Trials
from telic.trials.effects import Arm
from telic.worlds import Keys
from telic.worlds.base import World
from telic.worlds.picture import gif, picture

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


def tables(runs: Sequence[Run]) -> dict[str, Trials]:
    """The moves on all runs, by kind of board; empty where nothing can be moved."""
    made = moves(runs[0].plan())
    boards = dict.fromkeys(move.board for move in made)
    return {
        " and ".join(board): outcome(
            tuple(runs), tuple(m for m in made if m.board == board)
        )
        for board in boards
    }


def section(runs: Sequence[Run]) -> list[Section]:
    """The moves in tables over seeds, and in pictures of the first run; or nothing."""
    made = moves(runs[0].plan())
    if not made or any(run.status() != "complete" for run in runs):
        return []
    shown = tuple(
        trial_table(
            table,
            [Arm(edit, "moves", None) for edit in table.edits],
            measure="aim",
            columns=COLUMNS,
            caption=f"Boards with keys of {board} and one other. aim: share of "
            "episodes that end with the colour that the edit aims at.",
        )
        for board, table in tables(runs).items()
    )
    text = (WORDS, *(f"{move.name}: {move.text}" for move in made))
    drawing = policy_field(runs[0])
    images = tuple(i for move in made for i in _episodes(runs[0], move))
    return [Section("Move its goal", text, (drawing,), images, shown)]


def policy_field(run: Run) -> Drawing:
    """What the last agent would fetch from every cell, before and after an edit.

    Raises:
        InputError: If the run's plan has no moves.
    """
    plan = run.plan()
    made = {move.name: move for move in moves(plan)}
    move = lookup("mean goal vector", made, kind="move")
    tried = wish(run, move.text)
    null = tried.edit.nulls(jax.random.key(0), tried.agent)["gaussian_per_tensor"]
    old = plan.schedule[-1].objective
    agents = {
        f"{old} agent, before": tried.agent,
        f"after: + 1.5 × mean({move.aim} − {old})": tried.edit(tried.agent),
        "control: + noise of the same length": null(tried.agent),
    }
    world = _keys(plan.world)
    board = world.reset(world.draw(jax.random.key(FIELD_BOARD)))
    caption = (
        "What the agent fetches if it starts in a cell, for each of the four ways it "
        f"may face; the ball is frozen. One board, one agent: seed {run.seed()}, n = 1."
    )
    return Drawing(draw_field(field(agents, world, board)), caption)


def _episodes(run: Run, move: Move) -> list[Image]:
    """The agent on one board, before and after a move."""
    plan, made = run.plan(), wish(run, move.text)
    others = tuple(c for c in _keys(plan.world).third if c not in move.board)
    world = dataclasses.replace(_keys(plan.world), colours=move.board, others=others)
    shown = []
    for when, agent in (("before", made.agent), ("after", made.edit(made.agent))):
        episode = record(agent, world, seed=EPISODE_BOARD)
        frames = [picture(world, board, tile=24) for board in episode.boards]
        ends = [n for n, count in episode.events.items() if count and "late" not in n]
        caption = (
            f"{move.name}, {when} (seed {run.seed()}): {', '.join(ends) or 'no end'} "
            f"after {len(episode.actions)} steps. One episode, n = 1."
        )
        shown.append(Image(gif(frames, fps=3), caption))
    return shown


def _keys(world: World) -> Keys:
    """A world with keys.

    Raises:
        InputError: If it has none.
    """
    if not isinstance(world, Keys):
        raise InputError(f"no keys in {type(world).__name__}", why="moves are of Keys")
    return world
