"""Proving a run's folder: what in it is not what was written, named one by one.

The plan and the seed stand under the hash in run.json; every manifest states that hash,
the metrics as they were, and the manifest at the end of the phase before. So whoever
knows the last manifest's hash knows the whole folder. Runs of schema 1 have no such
chain: of them the arrays alone can be proved.
"""

from typing import NamedTuple

from telic.core.errors import TelicError
from telic.runs import checkpoint, disk, inside
from telic.runs.checkpoint import Checkpoint
from telic.runs.folder import Run
from telic.worlds.schedule import phase_at


class Proof(NamedTuple):
    """What was found in a run's folder.

    Attributes:
        checkpoints: How many there are.
        unchained: How many of them are of schema 1: their arrays alone are proved.
        problems: What is not what was written, a line each.
        sha256: The hash of the last manifest, by which the whole folder is known.
    """

    checkpoints: int
    unchained: int
    problems: list[str]
    sha256: str


def verify(run: Run) -> Proof:
    """Read all of a run's folder: compare every hash and every link of the chain."""
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
            seen = disk.measure(one.path / inside.MANIFEST)[1]
            unchained += link is None
            if link and link.before != _hash(earlier):
                problems.append(_unlinked(one, earlier))
            if one.rollouts > plan.rollouts:
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
    return disk.measure(earlier[-1].path / inside.MANIFEST)[1]


def _unlinked(one: Checkpoint, earlier: list[Checkpoint]) -> str:
    """What to say of a checkpoint that does not follow the one before it."""
    before = earlier[-1].path.name if earlier else "the beginning"
    return f"{one.path} does not follow {before}: one was replaced or is missing"


def _line(error: TelicError) -> str:
    """An error in one line."""
    return f"{error.what} ({error.why})" if error.why else error.what
