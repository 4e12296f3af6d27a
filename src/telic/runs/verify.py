"""Verification of a run's folder, which names every altered file.

The hash in run.json covers the plan and the seed. Every manifest states that hash, the
hash of the metrics so far, and the hash of the manifest at the end of the phase before.
So the hash of the last manifest covers the whole folder. Runs of schema 1 have no such
chain, and only their arrays can be verified.
"""

from typing import NamedTuple

from telic.core.errors import TelicError
from telic.runs import checkpoint, disk, inside
from telic.runs.checkpoint import Checkpoint
from telic.runs.folder import Run
from telic.worlds.schedule import phase_at


class Proof(NamedTuple):
    """The result of a verification.

    Attributes:
        checkpoints: The number of checkpoints.
        unchained: The number of those of schema 1, of which only arrays are verified.
        problems: One line for each altered file or broken link.
        sha256: The hash of the last manifest, which covers the whole folder.
    """

    checkpoints: int
    unchained: int
    problems: list[str]
    sha256: str


def verify(run: Run) -> Proof:
    """The result of reading a run's whole folder: every hash and link is compared."""
    try:
        inside.check_inside(run.path)
        plan, found = run.plan(), run.checkpoints
    except TelicError as error:
        return Proof(0, 0, [_line(error)], "")
    phases = [one for one in found if phase_at(plan.schedule, one.rollouts)[1] == 0]
    problems, unchained, seen = [], 0, ""
    for one in found:
        earlier = [past for past in phases if past.rollouts < one.rollouts]
        try:
            link = checkpoint.verify_checkpoint(one).link
            seen = disk.size_and_hash(one.path / inside.MANIFEST)[1]
            unchained += link is None
            if link and link.before != _hash(earlier):
                problems.append(_unlinked(one, earlier))
            if one.rollouts > plan.total_rollouts:
                problems.append(f"{one.path} is beyond the plan's end")
        except TelicError as error:
            problems.append(_line(error))
    try:
        run.rows()
    except TelicError as error:
        problems.append(_line(error))
    return Proof(len(found), unchained, list(dict.fromkeys(problems)), seen)


def _hash(earlier: list[Checkpoint]) -> str | None:
    """The hash of the last of some manifests; None if there is none."""
    if not earlier:
        return None
    return disk.size_and_hash(earlier[-1].path / inside.MANIFEST)[1]


def _unlinked(one: Checkpoint, earlier: list[Checkpoint]) -> str:
    """The message about a checkpoint that does not follow the one before it."""
    before = earlier[-1].path.name if earlier else "the beginning"
    return f"{one.path} does not follow {before}: one was replaced or is missing"


def _line(error: TelicError) -> str:
    """An error in one line."""
    return f"{error.what} ({error.why})" if error.why else error.what
