"""The parent of an exam: it starts a child, watches the clock, and marks the answers.

Whatever somebody's locator does ends in a report: that it was scored, that it crashed,
that there was no answer in time, or that what it gave is no locus. The child and all
that it started are killed in the end.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from telic.core.errors import InputError, TelicError
from telic.planted import Planted
from telic.runs import disk, locus_file
from telic.scale.examinee import ANSWER
from telic.studies import marks, paper
from telic.studies.board import NO_LOCUS, SCORED

PATIENCE = 300.0
"""Seconds for what the child does itself: loading JAX, and making evidence."""

TASK = "task.json"
LOG = "log.txt"
"""What the child prints, and where it crashed."""

Pair = tuple[paper.Question, Planted]


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
        outcome: `scored`, or what happened instead; untrusted text.
        records: What is kept of each answer, in the order of the pairs.
    """

    outcome: str
    records: list[dict[str, Any]]


def examine(
    candidate: Candidate,
    papers: Sequence[Path],
    out: Path,
    *,
    listen: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Try a locator on every pair of some papers.

    Args:
        candidate: The locator.
        papers: The folders of the papers.
        out: Where the child's log is kept.
        listen: Called with how many pairs are done, and of how many.

    Raises:
        DamagedError: If a paper is not what was written.
    """
    pairs = [
        pair
        for folder in papers
        for pair in zip(paper.questions(folder), paper.solutions(folder), strict=True)
    ]
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as desk,
        _sitting(candidate, papers, Path(desk), out / LOG) as child,
    ):
        return _watch(child, candidate.limit, pairs, Path(desk), listen)


@contextlib.contextmanager
def _sitting(
    candidate: Candidate, papers: Sequence[Path], desk: Path, log: Path
) -> Iterator[subprocess.Popen]:
    """A child at work; at the end it is killed, with all that it started."""
    task = {
        "file": str(candidate.file.absolute()),
        "function": candidate.function,
        "papers": [str(folder.absolute()) for folder in papers],
        "out": str(desk),
    }
    disk.write_file(desk / TASK, disk.to_json(task))
    disk.write_file(log, b"")
    with open(log, "wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "telic.scale.examinee", desk / TASK],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        _kill(child)


def _watch(
    child: subprocess.Popen,
    limit: float,
    pairs: Sequence[Pair],
    desk: Path,
    listen: Callable[[int, int], None],
) -> Report:
    """Listen to the child until it is done, or has failed in one of many ways."""
    lines, records = _lines(child), []
    allowed, where = PATIENCE, "while it started"
    while True:
        listen(len(records), len(pairs))
        try:
            message = _message(lines.get(timeout=allowed))
        except queue.Empty:
            text = f"timed out: no answer within {allowed:g} s {where}"
            return Report(text, records)
        if message.at == "end":
            return Report(f"crashed: {_died(child)} {where}", records)
        if message.at == "failed":
            return Report(f"{message.text} {where}", records)
        if message.at == "done" and len(records) == len(pairs):
            return Report(SCORED, records)
        if message.at == "answered" and message.pair == len(records) < len(pairs):
            path = desk / ANSWER.format(message.pair)
            record = _record(message, path, *pairs[message.pair])
            if "fault" in record:
                return Report(f"{NO_LOCUS}: {record['fault']} {where}", records)
            records.append(record)
        # The limit is for the locator; what the child does in between is our own.
        allowed = limit if message.at in ("import", "asked") else PATIENCE
        here = min(message.pair + 1, len(pairs))
        where = f"on pair {here} of {len(pairs)}" if here else "while it was imported"


class _Message(NamedTuple):
    """A line from the child."""

    at: str
    pair: int = -1
    text: str = ""
    seconds: float = 0.0


def _message(line: bytes) -> _Message:
    """What a line says; a line that the child did not write is a crash of it."""
    if not line:
        return _Message("end")
    try:
        found = _Message(**json.loads(line))
        return _Message(
            found.at, int(found.pair), str(found.text), float(found.seconds)
        )
    except (ValueError, TypeError, RecursionError):
        return _Message("failed", text="crashed: it wrote where only telic writes")


def _lines(child: subprocess.Popen) -> "queue.Queue[bytes]":
    """The lines that a child writes, as they come; an empty one at the end."""
    lines: queue.Queue[bytes] = queue.Queue()

    def listen() -> None:
        with contextlib.suppress(ValueError, OSError):  # it was closed
            for line in child.stdout or ():
                lines.put(line)
        lines.put(b"")

    threading.Thread(target=listen, daemon=True).start()
    return lines


def _record(
    message: _Message, path: Path, question: paper.Question, planted: Planted
) -> dict[str, Any]:
    """The record of one answer."""
    try:
        locus = locus_file.read(path)
    except TelicError as error:
        return {"rung": planted.rung, "fault": str(error).splitlines()[0]}
    return marks.record(locus, question.evidence(), planted, message.seconds)


def _died(child: subprocess.Popen) -> str:
    """How a child ended that said nothing of its end."""
    try:
        code = child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return "fell silent"
    known = {number.value: f" ({number.name})" for number in signal.Signals}
    return f"died with exit code {code}{known.get(-code, '')}"


def _kill(child: subprocess.Popen) -> None:
    """End a child and all that it started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.wait()
    if child.stdout:
        child.stdout.close()
