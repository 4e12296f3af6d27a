"""Whatever a locator does to its process, the parent goes on and says what it was."""

import os
import time

import pytest

from telic.core.errors import InputError
from telic.scale.examiner import LOG, Candidate, examine
from telic.studies import exam, paper
from tests.scale import candidates
from tests.scale.candidates import written
from tests.studies.examined import EXAM


@pytest.fixture
def papers(examined):
    """The paper with one pair: what these tests are about does not take more."""
    return [exam.folder_of(examined[1], EXAM)]


def test_a_good_locator_is_scored_whatever_it_prints(papers, tmp_path):
    told = []
    file = written(tmp_path, candidates.GOOD)
    report = examine(
        Candidate(file), papers, tmp_path / "out", listen=lambda *at: told.append(at)
    )
    assert report.outcome == "scored"
    ours = exam.ours(papers_run(papers), EXAM)[0]["magnitude"]
    assert report.records[0]["weights"] == pytest.approx(ours["weights"])
    assert told[-1] == (1, 1) and report.records[0]["seconds"] > 0
    assert "not a line of ours" in (tmp_path / "out" / LOG).read_text()


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (candidates.DYING, "crashed: died with exit code 3 on pair 1 of 1"),
        (candidates.NUMBER, "no locus: the locator gave a int on pair 1 of 1"),
        (candidates.BROKEN, "crashed: RuntimeError: \x1b[31mred while it was imported"),
    ],
)
def test_what_went_wrong_is_the_outcome(papers, tmp_path, text, outcome):
    report = examine(Candidate(written(tmp_path, text)), papers, tmp_path / "out")
    assert report == (outcome, [])


FORKING = """
import os, time
from pathlib import Path

def locate(evidence, key):
    if not os.fork():
        Path(__file__).with_name("grandchild").write_text(str(os.getpid()))
        time.sleep(600)
    while True:
        pass
"""


def test_at_the_limit_all_that_the_locator_started_is_killed(papers, tmp_path):
    candidate = Candidate(written(tmp_path, FORKING), limit=2.0)
    report = examine(candidate, papers, tmp_path / "out")
    assert report.outcome == "timed out: no answer within 2 s on pair 1 of 1"
    assert not alive(int((tmp_path / "grandchild").read_text()))


def alive(process: int) -> bool:
    """Whether a process still runs, after a moment in which it may be reaped."""
    for _ in range(50):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        if state(process) == "Z":
            return False
        time.sleep(0.1)
    return True


def state(process: int) -> str:
    """A process's letter: Z for one that ended and was not asked after."""
    with open(f"/proc/{process}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


def papers_run(papers):
    """The run of the first paper."""
    from telic.runs.folder import Run

    return Run(papers[0].parent)


def test_a_limit_is_more_than_nothing(tmp_path):
    with pytest.raises(InputError, match=r"limit = 0\.0"):
        Candidate(tmp_path / "mine.py", limit=0.0)


def test_the_child_is_given_questions_alone(papers):
    assert set(paper.Question._fields) == {"pairs", "key", "network", "world"}
