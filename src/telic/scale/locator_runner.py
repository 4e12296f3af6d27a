"""The parent of an exam: it asks a child, watches the clock, and marks the answers.

Whatever somebody's locator does ends in a report: that it was scored, that it crashed,
that there was no answer in time, or that what it gave is no locus. The child gets the
questions and not the truth; the clock is here; and in the end the child and all that it
started are killed. Between walls (`walls`), a child can find nothing else. Where the
system does not allow walls, the report says so: a program of the user can read what the
user can.
"""

import secrets
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from telic.core.errors import InputError, TelicError
from telic.core.names import check_name
from telic.locators import ContrastPair
from telic.planted import Planted
from telic.policies import Agent
from telic.runs import evidence_file, locus_file
from telic.scale import locator_worker
from telic.scale.channel import Message, printable_text
from telic.scale.walls import ISOLATION
from telic.scale.worker_session import Place, WorkerSession, open_session
from telic.studies.score import benchmark_set, grading
from telic.studies.score.leaderboard import NO_LOCUS, SCORED

PATIENCE = 300.0
"""Seconds for what the child does before the locator is imported: loading JAX."""

LOG = "log.txt"
"""What the child prints, and where it crashed."""

OFF = "it was switched off"
"""Why there were no walls, if nobody wanted them."""

Pair = tuple[benchmark_set.Question, Planted]


@dataclass(frozen=True)
class Candidate:
    """Somebody's locator, and how long it may take."""

    file: Path
    """The Python file."""
    function: str = "locate"
    """The name of the function in it."""
    limit: float = 60.0
    """Seconds for each pair, the first with all that is compiled."""

    def __post_init__(self) -> None:
        """Check the limit."""
        if not 0 < self.limit <= 86_400:
            raise InputError(f"limit = {self.limit}", why="allowed: up to 86400")


class Report(NamedTuple):
    """How a candidate did.

    Attributes:
        outcome: `scored`, or what happened instead: a line of at most 200 characters
            that are safe to print.
        records: What is kept of each answer, in the order of the pairs.
        open: Why the candidate was not isolated; empty if it was.
    """

    outcome: str
    records: list[dict[str, Any]]
    open: str = ""


def run_locator(
    candidate: Candidate,
    papers: Sequence[Path],
    out: Path,
    *,
    hide: Sequence[Path] = (),
    isolation: str = "try",
    listen: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Try a locator on every pair of some papers.

    Args:
        candidate: The locator.
        papers: The folders of the papers.
        out: Where the child's log is kept.
        hide: Folders that an isolated child must not see, beside the papers' runs.
        isolation: Whether to isolate the child, one of `walls.ISOLATION`.
        listen: Called with how many pairs are done, and of how many.

    Raises:
        DamagedError: If a paper is not what was written.
        InputError: If the child must be isolated and the system does not allow it.
    """
    check_name(isolation, ISOLATION, kind="isolation")
    pairs = [
        pair
        for folder in papers
        for pair in zip(
            benchmark_set.questions(folder),
            benchmark_set.solutions(folder),
            strict=True,
        )
    ]
    place = Place(
        file=candidate.file.resolve(),
        function=candidate.function,
        hidden=(*(folder.parent for folder in papers), *hide),
        seconds=int(PATIENCE + candidate.limit * (len(pairs) + 2)),
    )
    why = OFF
    if isolation != "off":
        try:
            return _sit(place, candidate.limit, pairs, out / LOG, listen, walls=True)
        except _NoWallsError as refused:
            why = printable_text(str(refused))
        if isolation == "must":
            raise InputError(
                "a locator cannot be isolated on this system",
                why=why,
                fix="--isolation off, for a locator that you trust",
            )
    found = _sit(place, candidate.limit, pairs, out / LOG, listen, walls=False)
    return found._replace(open=why)


class _NoWallsError(Exception):
    """The child did not get to work between walls; nobody's code was run."""


class _FailedError(Exception):
    """What a candidate did instead of answering, and where in its file."""

    def __init__(self, what: str, line: str = "") -> None:
        super().__init__(what)
        self.what, self.line = what, line


def _sit(
    place: Place,
    limit: float,
    pairs: Sequence[Pair],
    log: Path,
    listen: Callable[[int, int], None],
    *,
    walls: bool,
) -> Report:
    """One sitting, with walls or without."""
    records: list[dict[str, Any]] = []
    where = "while it started"
    with open_session(place, log, walls=walls) as child:
        try:
            _start(child, walls=walls)
            where = "while it was imported"
            _await(child, locator_worker.IMPORTED, limit)
            for number, (question, planted) in enumerate(pairs):
                listen(number, len(pairs))
                where = f"on pair {number + 1} of {len(pairs)}"
                records.append(_asked(child, question, planted, limit))
            listen(len(pairs), len(pairs))
            return Report(SCORED, records)
        except _FailedError as error:
            return Report(_outcome(error, where), records)


def _start(child: WorkerSession, *, walls: bool) -> None:
    """Wait until the child is ready; up to then it runs nobody's code but ours."""
    message, _ = child.take(PATIENCE)
    if message.at == locator_worker.READY:
        return
    if walls and message.at != "late":
        raise _NoWallsError(message.text or "Python did not start in it")
    raise _failed(message, PATIENCE)


def _asked(
    child: WorkerSession,
    question: benchmark_set.Question,
    planted: Planted,
    limit: float,
) -> dict[str, Any]:
    """The record of one answer; the clock runs from handing the question out."""
    found, token = question.evidence(), secrets.token_hex(8)
    child.hand_out(evidence_file.pack_evidence(found, question.key), token)
    message, seconds = _await(child, locator_worker.ANSWERED, limit)
    if message.token != token:
        raise _FailedError("crashed: it answered what it was not asked")
    record = _record(child, found, planted, seconds)
    if "fault" in record:
        raise _FailedError(f"{NO_LOCUS}: {record['fault']}")
    return record


def _await(child: WorkerSession, wanted: str, limit: float) -> tuple[Message, float]:
    """The message that is due, and after how many seconds it came."""
    message, seconds = child.take(limit)
    if message.at != wanted:
        raise _failed(message, limit)
    return message, seconds


def _failed(message: Message, allowed: float) -> _FailedError:
    """What it means that another message came than the one that was due."""
    if message.at == "late":
        return _FailedError(f"timed out: no answer within {allowed:g} s")
    if message.at == "end":
        return _FailedError("crashed: it fell silent")
    if message.at == "died":
        names = {number.value: f" ({number.name})" for number in signal.Signals}
        end = f"{message.code}{names.get(-message.code, '')}"
        return _FailedError(f"crashed: died with exit code {end}")
    if message.at == locator_worker.FAILED:
        return _FailedError(message.text, message.line)
    return _FailedError("crashed: it wrote where only telic writes")


def _outcome(error: _FailedError, where: str) -> str:
    """One line: what happened, where in the exam, and where in the file."""
    what = printable_text(error.what)[: locator_worker.SHORT - len(where) - 1]
    at = f" ({error.line})" if error.line else ""
    return printable_text(f"{what} {where}{at}")


def _record(
    child: WorkerSession, found: ContrastPair, planted: Planted, seconds: float
) -> dict[str, Any]:
    """The record of an answer that may be anything."""
    most = largest_answer(found.recipient)
    data = child.answer(most)
    if len(data) > most:
        return {"fault": f"an answer of more than {most} bytes"}
    try:
        locus = locus_file.locus_from_bytes(data, Path("the answer"), found.recipient)
    except TelicError as error:
        return {"fault": f"{error.what}: {error.why}" if error.why else error.what}
    return grading.graded_record(locus, found, planted, seconds)


def largest_answer(agent: Agent) -> int:
    """The largest answer about an agent, in bytes.

    Scores are 8 bytes a weight; directions have two factors, and may be a few times as
    many as there are units.
    """
    return (1 << 20) + 64 * sum(leaf.size for leaf in agent.values())
