"""Whatever a stranger's locator does is a row, in time, and nothing of it is left.

All of them, with walls and without, and a table (ten minutes):

    pytest -m slow tests/scale/test_strangers.py -s
"""

import os
import socket
import tempfile
import time
import uuid
from pathlib import Path

import pytest

from telic.core.errors import InputError
from telic.scale.locator_runner import Candidate, Report, run_locator
from telic.studies.score.benchmark_set import questions
from tests import made
from tests.scale import planted_paper
from tests.scale.strangers import SEARCHING, STRANGERS

pytestmark = pytest.mark.e2e

SHORT, LIMIT, LONG = 2.0, 15.0, 60.0
"""Seconds: for those of whom no answer is awaited, for others, for `SEARCHING`."""

QUICK = (
    "a daemon that holds the pipe",
    "a daemon with nothing of ours",
    "chatters once a second",
    "a pipe for a file",
    "kills its parent and leaves a daemon",
)
"""What the ordinary run tries without walls: each ends in another way."""


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """A paper with one pair, far from where locators lie."""
    folder = planted_paper.kept(tmp_path_factory.mktemp("root"))
    questions(folder)[0].evidence()  # compiled once, and not on anybody's clock
    return folder


@pytest.fixture(scope="module")
def walled(paper, tmp_path_factory):
    """Skips where the system allows no walls: what needs them is not run outside."""
    try:
        tried(
            STRANGERS["honest"].text, paper, tmp_path_factory.mktemp("walled"), "must"
        )
    except InputError as error:
        pytest.skip(f"no walls here: {error.why}")


def limit_of(name: str) -> float:
    """How long one of them may take."""
    if "within 2 s" in STRANGERS[name].row:
        return SHORT
    return LONG if name in SEARCHING else LIMIT


def tried(
    text: str, paper: Path, folder: Path, isolation: str, limit: float = LIMIT
) -> Report:
    """What becomes of a locator's text."""
    root, file = paper.parents[2], folder / "mine.py"
    file.write_text(text.replace("ROOT", str(root)))
    candidate, out = Candidate(file, limit=limit), folder / "out"
    # The papers that tests share are no candidate's either (`tests.made`).
    made.STORE.mkdir(parents=True, exist_ok=True)
    hide = [root, made.STORE]
    with pytest.MonkeyPatch.context() as patch:
        # Whoever runs the tests may import from a folder in which other runs lie, and
        # what Python imports from is open to read behind walls too.
        patch.delenv("PYTHONPATH", raising=False)
        return run_locator(candidate, [paper], out, hide=hide, isolation=isolation)


def left(mark: str) -> list[str]:
    """The processes that have a word in their command line or environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            said = b"".join((path / x).read_bytes() for x in ("cmdline", "environ"))
        except OSError:
            continue
        if mark.encode() in said and int(path.name) != os.getpid():
            found.append(said.decode(errors="replace")[:200])
    return found


def check(name: str, paper: Path, isolation: str) -> str:
    """Raise unless it is a row, in time, and nothing is left; the row for the table."""
    assert isolation == "must" or not STRANGERS[name].walls, "it would do harm"
    mark = f"telic-{uuid.uuid4().hex}"
    with (
        tempfile.TemporaryDirectory(prefix=mark) as folder,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        port = str(server.getsockname()[1])
        text = STRANGERS[name].text.replace("MARK", mark).replace("PORT", port)
        started = time.monotonic()
        report = tried(text, paper, Path(folder), isolation, limit_of(name))
        seconds, more = time.monotonic() - started, left(mark)
    line = (
        f"{isolation:<5}{seconds:5.1f} s {len(more)} left  {name:<42}{report.outcome}"
    )
    rows = STRANGERS[name].row.split(" | ")  # whichever comes first
    assert any(row in report.outcome for row in rows), line
    assert seconds < limit_of(name) + 15, line
    assert not more, line
    assert len(report.outcome) <= 200 and report.outcome.isprintable(), line
    assert bool(report.records) == (report.outcome == "scored"), line
    return line


@pytest.mark.parametrize("name", QUICK)
def test_whatever_a_stranger_does_is_a_row_and_nothing_of_it_is_left(paper, name):
    check(name, paper, "off")


@pytest.mark.parametrize("name", ["everything at once", "a chain of forks"])
def test_between_walls_a_thief_finds_nothing_and_nobody_stays(
    paper, walled, monkeypatch, name
):
    monkeypatch.setenv("TELIC_SECRET", "abc")
    check(name, paper, "must")


def test_a_locator_that_lies_among_the_runs_works_and_does_not_see_them(paper, walled):
    root, name = paper.parents[2], "knows where the truth is"
    (root / "beside.py").write_text("power = 2")
    report = tried("import beside\n" + STRANGERS[name].text, paper, root, "must", LIMIT)
    assert STRANGERS[name].row in report.outcome


def test_without_walls_who_knows_where_the_truth_is_finds_it(paper, tmp_path):
    text = STRANGERS["knows where the truth is"].text
    report = tried(text, paper, tmp_path, "off", LIMIT)
    assert report.outcome.startswith("no locus: the locator gave a int") and report.open


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("isolation", ["must", "off"])
def test_of_all_strangers_each_is_a_row_in_time_and_leaves_nothing(
    paper, request, monkeypatch, isolation
):
    if isolation == "must":
        request.getfixturevalue("walled")
    monkeypatch.setenv("TELIC_SECRET", "abc")
    names = [n for n, one in STRANGERS.items() if isolation == "must" or not one.walls]
    assert len(names) >= 41
    wrong = []
    for name in names:
        try:
            print(check(name, paper, isolation))
        except AssertionError as error:
            wrong.append(str(error))
    assert not wrong, "\n".join(wrong)
