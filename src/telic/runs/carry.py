"""Carrying a run to its end: train, write metrics, checkpoint, and go on after a kill.

The state goes from rollout to rollout through one pure function
(`telic.training.advance`), and a checkpoint holds all of it. So a run that was killed
at any moment goes on bit for bit as if nothing had happened.
"""

import shutil
import time
from collections.abc import Callable

import jax.numpy as jnp

from telic.core.errors import DamagedError
from telic.objectives.schedule import locate
from telic.runs import checkpoint, disk, folder, metrics
from telic.runs.folder import Run
from telic.runs.metrics import Row
from telic.training.plan import Plan
from telic.training.train import Training, advance, begin, check

Report = Callable[[Row, float], None]
Notice = Callable[[str], None]
Stop = Callable[[], bool]


def carry(
    run: Run,
    *,
    report: Report = lambda row, seconds: None,
    notice: Notice = lambda text: None,
    stop: Stop = lambda: False,
) -> Training:
    """Take a run from where it stands to its end, or to where `stop` says so.

    Args:
        run: The run; its folder must have been created.
        report: Called after every rollout, with its metrics and its seconds.
        notice: Called with a sentence when something is worth saying.
        stop: Asked after every rollout; if it says yes, the state is checkpointed.

    Returns:
        The state at the end.

    Raises:
        BusyError: If another process is writing to the run.
        DivergedError: If a loss, gradient or weight is not finite; the last good
            checkpoint is kept, and the state is not written.
        StorageError: If the disk refuses.
    """
    with folder.locked(run):
        plan = run.plan()
        state = _restored(run, plan, notice)
        while int(state.rollouts) < plan.rollouts:
            state = _rollout(run, plan, state, report)
            _, into = locate(plan.schedule, int(state.rollouts))
            stopping = stop()
            if into == 0:
                _commit(run, plan, state)
            elif stopping:
                checkpoint.commit(run.path / "checkpoints", state)
            if stopping:
                break
        return state


def _rollout(run: Run, plan: Plan, state: Training, report: Report) -> Training:
    """One rollout and update, with its row of metrics."""
    began, number = time.perf_counter(), int(state.rollouts) + 1
    phase, _ = locate(plan.schedule, number - 1)
    state, seen = advance(
        state,
        plan.hyper,
        jnp.asarray(plan.vector(plan.schedule[phase].objective)),
        network=plan.network,
        world=plan.world,
        sizes=plan.sizes,
    )
    check(seen, state.agent, rollouts=number)
    row, seconds = metrics.row(plan, seen, rollout=number), time.perf_counter() - began
    metrics.append(run.metrics, [row])
    metrics.append(run.timing, [{"rollout": number, "seconds": round(seconds, 4)}])
    report(row, seconds)
    return state


def _restored(run: Run, plan: Plan, notice: Notice) -> Training:
    """The state to go on from: of the last good checkpoint, or a fresh one."""
    fresh = begin(run.seed(), network=plan.network, world=plan.world, sizes=plan.sizes)
    _compare_versions(run, notice)
    for found in reversed(run.checkpoints):
        try:
            state = checkpoint.read(found, fresh)
        except DamagedError as error:
            aside = found.path.with_suffix(".damaged")
            notice(f"{error.what}; put aside as {aside.name}, going on from before it")
            shutil.rmtree(aside, ignore_errors=True)
            found.path.rename(aside)
            continue
        metrics.rewind(run.metrics, found.rollouts)
        _rewind_timing(run, found.rollouts)
        return state
    for path in (run.metrics, run.timing):
        disk.write_file(path, b"")
    checkpoint.commit(run.path / "checkpoints", fresh)
    return fresh


def _compare_versions(run: Run, notice: Notice) -> None:
    """Say so if the run began with other versions: its bits may then differ."""
    was, now = run.record().get("versions", {}), folder.versions()
    changed = [f"{k} {was.get(k)} -> {now[k]}" for k in now if was.get(k) != now[k]]
    if changed and run.checkpoints:
        notice(f"{run.name} began with other versions: {', '.join(changed)}")


def _rewind_timing(run: Run, rollouts: int) -> None:
    """Timing is a courtesy: where it is damaged it starts anew."""
    try:
        metrics.rewind(run.timing, rollouts)
    except DamagedError:
        disk.write_file(run.timing, b"")


def _commit(run: Run, plan: Plan, state: Training) -> None:
    """A checkpoint at the end of a phase; those within the phase have served."""
    checkpoint.commit(run.path / "checkpoints", state)
    for found in run.checkpoints:
        if locate(plan.schedule, found.rollouts)[1] != 0:
            shutil.rmtree(found.path, ignore_errors=True)
