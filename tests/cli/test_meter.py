"""Progress: every run from the start, the time left at 80 columns, a last line."""

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from telic.cli import meter
from telic.cli.progress import Bars
from telic.cli.shares import Shares
from telic.runs.folder import Run
from telic.studies import Alternation
from telic.studies.base import preset

RUNS = [Run(Path("/root/alternation-1a2b3c4d") / f"seed-{i:04d}") for i in range(3)]
PLAN = preset(Alternation, "demo").plan()
FIRST = str(RUNS[0].path)


@pytest.fixture(autouse=True)
def planned(monkeypatch):
    """The runs are not on disk."""
    monkeypatch.setattr(Run, "plan", lambda run: PLAN)


@pytest.fixture
def drawn(monkeypatch):
    """`drawn(terminal)`: what is written from now on, to a terminal or not."""

    def begin(terminal):
        file = io.StringIO()
        console = Console(
            file=file, force_terminal=terminal, width=80, color_system=None
        )
        monkeypatch.setattr(meter, "Console", lambda **_: console)
        return file

    return begin


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(meter.time, "monotonic", lambda: now.seconds)
    return now


def row(rollout, wanted="purple"):
    """A row of metrics, and the seconds that its rollout took."""
    phase, steps = (rollout - 1) // 15, rollout * 16_384
    found = {"rollout": rollout, "steps": steps, "phase": phase, "objective": wanted}
    return {**found, "return_blue": 0.5, "return_purple": -0.1}, 4.0


def lines(progress):
    """The bars as they stand, one a line."""
    console = Console(file=io.StringIO(), width=80, color_system=None)
    console.print(progress.get_renderable())
    return console.file.getvalue().splitlines()


def test_every_run_is_there_from_the_start_and_waits(drawn, clock):
    drawn(terminal=True)
    bars = Bars(RUNS)
    with bars:
        bars(FIRST, "start", None)
        shown = lines(bars.meter.progress)
    assert [line.split()[0] for line in shown] == ["3"] + [r.path.name for r in RUNS]
    assert "compiling" in shown[1]
    assert all(line.rstrip().endswith("waiting") for line in shown[2:])


def test_the_time_left_is_seen_at_80_columns_and_phases_are_counted_from_0(
    drawn, clock
):
    drawn(terminal=True)
    bars = Bars(RUNS)
    with bars:
        bars(FIRST, "start", None)
        for rollout in (1, 2, 76):
            bars(FIRST, "row", row(rollout))
        shown = lines(bars.meter.progress)
    assert len(shown) == 4 and all(len(line) <= 80 for line in shown)
    assert "56 s left" in shown[1] and "phase 5 of 0-5 wants" in shown[1]


def test_what_a_study_tries_and_the_time_left_are_shown(drawn, clock):
    drawn(terminal=True)
    shares = Shares(RUNS[:1])
    with shares:
        shares(FIRST, "start", None)
        clock.seconds = 60.0
        shares(FIRST, "share", (0.25, "switch 3 of 8, edit 12 of 40"))
        (shown,) = lines(shares.meter.progress)
    assert "3 min 00 s left" in shown and "switch 3 of 8, edit 12 of 40" in shown


def test_a_last_line_says_how_many_runs_took_how_long(drawn, clock):
    file = drawn(terminal=False)
    with Bars(RUNS) as bars:
        clock.seconds = 312.0
        for run in RUNS:
            bars(str(run.path), "start", None)
            bars(str(run.path), "end", None)
    assert file.getvalue().splitlines()[-1] == "done: 3 runs in 5 min 12 s"


def test_there_is_no_last_line_if_a_run_did_not_end(drawn, clock):
    file = drawn(terminal=False)
    with Bars(RUNS) as bars:
        bars(FIRST, "start", None)
        bars(FIRST, "end", None)
    assert "done:" not in file.getvalue()


def test_a_run_that_was_stopped_is_not_said_to_be_done(drawn, clock):
    file = drawn(terminal=False)
    with Shares(RUNS[:1]) as shares:
        shares(FIRST, "start", None)
        shares(FIRST, "stopped", None)
        shares(FIRST, "end", None)
    said = file.getvalue()
    assert "seed-0000: stopped" in said and "done" not in said


def test_without_a_terminal_a_study_writes_a_line_now_and_then(drawn, clock):
    file = drawn(terminal=False)
    with Shares(RUNS) as shares:
        shares(FIRST, "start", None)
        for done in range(100):
            clock.seconds = float(done)
            shares(FIRST, "share", (done / 100, f"edit {done + 1} of 100"))
        clock.seconds = 200.0
        shares(FIRST, "share", 0.99)
    said = file.getvalue().splitlines()
    assert said[0] == "seed-0000: 0 %  edit 1 of 100"
    assert said[1] == "seed-0000: 10 %  edit 11 of 100  1 min 30 s left"
    assert len(said) == 11 and "99 %" in said[-1]
