"""The parent process of `telic score`: it runs a locator and scores its answers.

Whatever a locator does ends in a report: it was scored, crashed, timed out, or returned
something that is not a locus. The child gets the questions without the ground truth,
the parent keeps the time, and in the end the child and everything it started are
killed. In isolation (`walls`), the child has no access to the ground truth. Where the
system does not allow isolation, the report says so, as a program of the user can read
all files of the user.
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
"""Seconds for the child's start before the locator is imported: loading JAX."""

LOG = "log.txt"
"""The file with the child's output and traceback."""

OFF = "it was switched off"
"""The reason for no isolation if the user chose none."""

Pair = tuple[benchmark_set.Question, Planted]


@dataclass(frozen=True)
class Candidate:
    """A user's locator, and its time limit."""

    file: Path
    """The Python file."""
    function: str = "locate"
    """The name of the function in it."""
    limit: float = 60.0
    """Seconds for each pair, the first including compilation."""

    def __post_init__(self) -> None:
        """Check the limit."""
        if not 0 < self.limit <= 86_400:
            raise InputError(f"limit = {self.limit}", why="allowed: up to 86400")


class Report(NamedTuple):
    """The result of a candidate.

    Attributes:
        outcome: `scored`, or the failure: a printable line of at most 200 characters.
        records: The record of each answer, in the order of the pairs.
        open: The reason why the candidate was not isolated; empty if it was.
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
    """Run a locator on every pair of some benchmark sets, and score it.

    Args:
        candidate: The locator.
        papers: The folders of the sets.
        out: The folder for the child's log.
        hide: Folders to hide from an isolated child, beside the runs of the sets.
        isolation: Whether to isolate the child, one of `walls.ISOLATION`.
        listen: Called with the number of pairs done, and of all pairs.

    Raises:
        DamagedError: If a set is damaged.
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
    """The child could not be isolated; no user code was run."""


class _FailedError(Exception):
    """A failure of a candidate, and the line of its file."""

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
    """The report of one session, isolated or not."""
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
    """Wait until the child is ready; up to then it runs only our code."""
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
    """The record of one answer; its time starts when the question is sent."""
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
    """The expected message, and the seconds until it came."""
    message, seconds = child.take(limit)
    if message.at != wanted:
        raise _failed(message, limit)
    return message, seconds


def _failed(message: Message, allowed: float) -> _FailedError:
    """The failure that an unexpected message means."""
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
    """One line: the failure, the pair, and the line of the file."""
    what = printable_text(error.what)[: locator_worker.SHORT - len(where) - 1]
    at = f" ({error.line})" if error.line else ""
    return printable_text(f"{what} {where}{at}")


def _record(
    child: WorkerSession, found: ContrastPair, planted: Planted, seconds: float
) -> dict[str, Any]:
    """The record of an answer, which is not trusted."""
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

    Scores take 8 bytes per weight; directions have two factors each, and there may be a
    few times as many as units.
    """
    return (1 << 20) + 64 * sum(leaf.size for leaf in agent.values())
