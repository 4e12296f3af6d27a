"""The page of runs in worlds that telic does not ship, however far they are."""

import dataclasses
from typing import ClassVar

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.runs import folder
from telic.runs.carry import carry_run
from telic.studies import Alternation
from telic.studies.alternation.report import report_files
from telic.worlds import WORLDS, Goal, Objective, Pictured
from tests import small
from tests.worlds.test_gymnax import Line

RETURNS = {n: Goal(Objective(n, {n: 1.0})) for n in ("left", "right")}
"""Goals whose success no event tells."""


@dataclasses.dataclass(frozen=True)
class Drawn(Line):
    """The corridor, which draws itself: one column a cell."""

    broken: bool = False
    limit: int = 6

    def picture(self, state):
        if self.broken:
            raise ValueError("no ink")
        frame = np.zeros((8, 56, 3), np.uint8)
        frame[:, 8 * int(state.state.x) :][:, :8] = 255
        return frame


@dataclasses.dataclass(frozen=True)
class Untold(Line):
    """The corridor, without a word on what its events mean."""

    goals: ClassVar = RETURNS


@dataclasses.dataclass(frozen=True)
class Half(Line):
    """The corridor, whose right end alone is called a success."""

    goals: ClassVar = {**Line.goals, "left": RETURNS["left"]}


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """`runs(world, *lengths, phases)`: runs of a world, each of so many rollouts."""

    def made(world, *lengths, phases=2):
        monkeypatch.setitem(WORLDS, "own", type(world))
        plan = Alternation(
            objectives=("left", "right"),
            period=1,
            phases=phases,
            world=world,
            policy=small.POLICY,
            rollout=small.SIZES,
        ).plan()
        found = []
        for seed, length in enumerate(lengths):
            run = folder.create_run(tmp_path, "own", seed, plan)
            done = iter(range(1, 100))
            if length:
                carry_run(run, stop=lambda done=done, n=length: next(done) >= n)
            found.append(run)
        return found

    return made


def test_a_world_that_draws_itself_is_shown_at_work(runs, undrawn):
    world = Drawn()
    assert isinstance(world, Pictured)
    made = report_files(runs(world, 2))
    shown = "trained last on right (seed 0, after 2 rollouts), board 1: "
    assert made["report.html"].count("data:image/gif;base64") == 4
    assert shown in made["report.md"] and "No pictures" not in made["report.md"]


def test_a_world_that_cannot_draw_itself_after_all_has_a_page_that_says_why(
    runs, undrawn
):
    made = report_files(runs(Drawn(broken=True), 2))
    assert (
        "No pictures: Drawn cannot be drawn (ValueError: no ink)." in made["report.md"]
    )


@pytest.mark.parametrize(
    ("world", "lengths"), [(Line(), (1,)), (Untold(), (3, 2)), (Half(), (2, 0, 3))]
)
def test_runs_that_are_not_done_have_a_page_as_far_as_they_are(world, lengths, runs):
    made = report_files(runs(world, *lengths, phases=5))
    assert set(made) >= {"report.md", "phases.csv", "returns.svg", "switches.svg"}
    assert made["phases.csv"].count("\n") >= 2


def test_two_phases_alone_have_a_page_that_claims_nothing(runs, undrawn):
    text = report_files(runs(Line(), 2))["report.md"]
    assert "Nothing can be said about the claim yet" in text
    assert "Wanted goal" not in text.partition("## Every phase")[0]


def test_of_goals_without_successes_the_page_gives_returns_and_events(runs, undrawn):
    text = report_files(runs(Untold(), 5, 5, phases=5))["report.md"]
    assert "the return under left is" in text and "## What happens in episodes" in text
    assert "| Return under right, last rollout of a phase |" in text
    assert "| Phase | Objective | First return | Last return | left |" in text
    for not_told in ("0.94", "wanted goal", "Updates", "key", "died", "None"):
        assert not_told not in text


def test_where_one_goal_alone_has_a_success_each_is_judged_by_its_return(runs, undrawn):
    text = report_files(runs(Half(), 5, phases=5))["report.md"]
    assert "| Return under left, last rollout of a phase |" in text
    assert "| Wanted goal under right, last rollout (share of episodes) |" in text
    assert "| Wanted goal under left" not in text


def test_without_a_rollout_there_is_nothing_to_report_on(runs):
    with pytest.raises(InputError, match="no run to report on"):
        report_files(runs(Line(), 0))
