"""The parent of an exam: what it hands out, how it reports, and that it is exact."""

import re

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.runs import evidence_file
from telic.scale import outfit, processes, walls
from telic.scale.locator_runner import LOG, OFF, Candidate, run_locator
from telic.studies.score import benchmark_set, grading
from tests.scale import candidates, planted_paper
from tests.scale.candidates import written

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A paper with two pairs."""
    return planted_paper.kept(tmp_path_factory.mktemp("root"), pairs=2)


def without_seconds(record: dict) -> dict:
    """A record, but for what depends on the machine."""
    return {name: value for name, value in record.items() if name != "seconds"}


def test_a_good_locator_is_scored_as_ours_is_with_walls_and_without(folder, tmp_path):
    told, file = [], written(tmp_path, candidates.GOOD)
    reports = [
        run_locator(
            Candidate(file),
            [folder],
            tmp_path / way,
            isolation=way,
            listen=lambda *at: told.append(at),
        )
        for way in ("try", "off")
    ]
    pairs = zip(
        benchmark_set.questions(folder), benchmark_set.solutions(folder), strict=True
    )
    ours = [
        grading.reference_marks(*pair, ["magnitude"])["magnitude"] for pair in pairs
    ]
    for report in reports:
        assert report.outcome == "scored"
        assert [*map(without_seconds, report.records)] == [*map(without_seconds, ours)]
        assert all(0 < record["seconds"] < 60 for record in report.records)
    assert told == [(0, 2), (1, 2), (2, 2)] * 2
    assert "not a line of ours" in (tmp_path / "try" / LOG).read_text()


def test_a_handout_is_bit_for_bit_the_evidence_and_nothing_else(folder):
    question = benchmark_set.questions(folder)[1]
    found = question.evidence()
    data = evidence_file.pack_evidence(found, question.key)
    again, key = evidence_file.unpack_evidence(data)
    assert again.truth is None
    assert key == question.key
    for one, other in zip(again.switches, found.switches, strict=True):
        for mine, theirs in zip(one, other, strict=True):
            assert (mine.policy, mine.spec) == (theirs.policy, theirs.spec)
            assert {p: x.tobytes() for p, x in _arrays(mine).items()} == {
                p: x.tobytes() for p, x in _arrays(theirs).items()
            }
    for name in ("observations", "gap"):
        one, other = (getattr(x.behaviour, name) for x in (again, found))
        assert one.dtype == other.dtype and np.array_equal(one, other)
    for word in (b"truth", b"decoys", b"rung", b"seed", b"folded", b"exam"):
        assert word not in data


def test_questions_and_solutions_are_in_folders_of_their_own(folder):
    assert {path.stem for path in folder.iterdir()} == {"agents"}
    assert {path.stem for path in benchmark_set.solutions_of(folder).iterdir()} == {
        "truth"
    }


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"room": "/nowhere/at/all"}, "No such file|not permitted"),
        ({"show": []}, "Python did not start|not permitted"),
    ],
)
def test_a_room_that_cannot_be_built_is_no_room_and_the_report_says_so(
    folder, tmp_path, monkeypatch, change, why
):
    seen = outfit.visible_paths
    monkeypatch.setattr(outfit, "visible_paths", lambda *given: seen(*given) | change)
    candidate = Candidate(written(tmp_path, candidates.NUMBER))
    report = run_locator(candidate, [folder], tmp_path / "out")
    assert report.outcome == "no locus: the locator gave a int on pair 1 of 2"
    assert re.search(why, report.open)
    with pytest.raises(InputError, match="cannot be isolated"):
        run_locator(candidate, [folder], tmp_path / "out", isolation="must")


def test_without_walls_on_purpose_the_report_says_so(folder, tmp_path):
    candidate = Candidate(written(tmp_path, candidates.BROKEN))
    report = run_locator(candidate, [folder], tmp_path / "out", isolation="off")
    assert report.open == OFF and report.records == []
    assert report.outcome.startswith("crashed: RuntimeError: ·[31mred while it was imp")


def test_the_examiner_is_as_it_was_when_the_exam_is_over():
    before = [walls.held(x) for x in (walls.ADOPT_ORPHANS, walls.DUMPABLE)]
    with processes.guarded():
        inside = [walls.held(x) for x in (walls.ADOPT_ORPHANS, walls.DUMPABLE)]
    assert [walls.held(x) for x in (walls.ADOPT_ORPHANS, walls.DUMPABLE)] == before
    assert inside == [1, 0]


def test_a_limit_is_more_than_nothing(tmp_path):
    with pytest.raises(InputError, match=r"limit = 0\.0"):
        Candidate(tmp_path / "mine.py", limit=0.0)


def _arrays(tree):
    return {path: np.asarray(leaf) for path, leaf in tree.items()}
