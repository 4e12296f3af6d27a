"""Carrying a run to its end: train, write metrics, checkpoint, resume after a kill.

The state passes from rollout to rollout through one pure function
(`telic.training.loop`), and a checkpoint holds all of it. So a run that is killed at
any moment resumes bit for bit as if it had not been; in a host world, whose simulators
cannot be stored, it resumes from the beginning of its phase.
"""

import shutil
import time
from collections.abc import Callable

import jax

from telic.core.errors import DamagedError, DivergedError
from telic.runs import checkpoint, codec, disk, folder, metrics
from telic.runs.checkpoint import Checkpoint, ForeignError
from telic.runs.folder import Run
from telic.runs.inside import MANIFEST
from telic.runs.metrics import Row
from telic.runs.record import File, Link
from telic.training.loop import train_phase
from telic.training.plan import ExperimentConfig
from telic.training.state import (
    RolloutMetrics,
    TrainState,
    check_told,
    init_state,
    raise_if_diverged,
)
from telic.worlds.host import HostWorld
from telic.worlds.schedule import phase_at

TIMED = 100
"""An upper bound on the bytes of a row of timing."""

Report = Callable[[Row, float], None]
Notice = Callable[[str], None]
Stop = Callable[[], bool]


def carry_run(
    run: Run,
    *,
    report: Report = lambda row, seconds: None,
    notice: Notice = lambda text: None,
    stop: Stop = lambda: False,
) -> TrainState:
    """Train a run to its end, or until `stop` returns True.

    Args:
        run: The run; its folder must have been created.
        report: Called after every rollout, with its metrics and its seconds.
        notice: Called with a sentence on anything the user should know.
        stop: Called after every rollout; if it returns True, the state is
            checkpointed.

    Returns:
        The state at the end.

    Raises:
        BusyError: If another process is writing to the run.
        DamagedError: If run.json or the metrics have changed since the last checkpoint;
            nothing is modified.
        DivergedError: If a loss, gradient or weight is not finite, or a weight is too
            large; the last good checkpoint is kept, the state is not written.
        StorageError: If the files cannot be written.
        WorldError: If the world raises, or breaks its contract.
    """
    plan = run.plan()
    codec.check_memory(plan)
    with folder.locked(run):
        state = _restored(run, plan, notice)
        while int(state.rollouts) < plan.total_rollouts:
            state, stopped = _phase(run, plan, state, report, notice, stop)
            if stopped:
                break
        return state


def _phase(
    run: Run,
    plan: ExperimentConfig,
    state: TrainState,
    report: Report,
    notice: Notice,
    stop: Stop,
) -> tuple[TrainState, bool]:
    """Train to the end of the current phase, or until `stop` returns True."""
    phase, into = phase_at(plan.schedule, int(state.rollouts))
    wanted = plan.schedule[phase]
    began, stopping = time.perf_counter(), False
    for after, seen in train_phase(
        state,
        plan.vector(wanted.objective),
        rollouts=wanted.rollouts - into,
        ppo=plan.ppo,
        world=plan.world,
        rollout=plan.rollout,
    ):
        # JAX dispatches asynchronously: without waiting, the seconds would be wrong.
        state, seen = jax.block_until_ready((after, seen))
        _write(run, plan, state, seen, report, time.perf_counter() - began)
        stopping = stop()
        if stopping and phase_at(plan.schedule, int(state.rollouts))[1] != 0:
            _commit_within(run, plan, state, notice)
            return state, True
        began = time.perf_counter()
    _commit(run, plan, state)
    return state, stopping


def _write(
    run: Run,
    plan: ExperimentConfig,
    state: TrainState,
    seen: RolloutMetrics,
    report: Report,
    seconds: float,
) -> None:
    """Append the metrics of a rollout, and report them, if its numbers are finite."""
    number = int(state.rollouts)
    try:
        raise_if_diverged(seen, state.agent, rollouts=number)
    except DivergedError:
        check_told(plan.world, state.actors, seen.episodes)  # is the world the cause?
        raise
    row = metrics.metrics_row(plan, seen, rollout=number)
    metrics.append_rows(run.metrics, [row])
    metrics.append_rows(run.timing, [{"rollout": number, "seconds": round(seconds, 4)}])
    report(row, seconds)


def _commit_within(
    run: Run, plan: ExperimentConfig, state: TrainState, notice: Notice
) -> None:
    """Write a checkpoint within a phase, if the world can resume from there."""
    if isinstance(plan.world, HostWorld):
        notice(
            f"{run.name} will go on from the beginning of this phase: "
            "its world's simulators cannot be stored"
        )
        return
    write_checkpoint(run, plan, state)


def _restored(run: Run, plan: ExperimentConfig, notice: Notice) -> TrainState:
    """The state to resume from: that of the last good checkpoint, or a fresh one."""
    fresh = init_state(
        run.seed(), policy=plan.policy, world=plan.world, rollout=plan.rollout
    )
    _compare_versions(run, notice)
    for found in reversed(run.checkpoints):
        try:
            state = checkpoint.read(found, fresh)
        except ForeignError:
            # The checkpoint is intact, and something else was changed. Renaming it
            # would restart the run under another plan, or lose metrics.
            raise
        except DamagedError as error:
            aside = disk.aside(found.path)
            notice(f"{error.what}; put aside as {aside.name}, going on from before it")
            continue
        _rewind(run, found)
        return state
    for path in (run.metrics, run.timing):
        disk.write_file(path, b"")
    write_checkpoint(run, plan, fresh)
    return fresh


def _compare_versions(run: Run, notice: Notice) -> None:
    """Notify the user if the run began with other package versions."""
    was, now = run.record().get("versions", {}), folder.versions()
    changed = [f"{k} {was.get(k)} -> {now[k]}" for k in now if was.get(k) != now[k]]
    if changed and run.checkpoints:
        notice(f"{run.name} began with other versions: {', '.join(changed)}")


def _rewind(run: Run, found: Checkpoint) -> None:
    """Drop the rows after a checkpoint."""
    link = checkpoint.manifest_of(found).link
    if link:
        metrics.truncate_rows(run.metrics, link.metrics)
    else:
        metrics.rewind(run.metrics, found.rollouts)
    try:
        if disk.size(run.timing) > TIMED * (found.rollouts + 10_000):
            raise DamagedError(f"{run.timing} is too large")
        metrics.rewind(run.timing, found.rollouts)
    except DamagedError:  # timing is not essential: start afresh
        disk.write_file(run.timing, b"")


def _commit(run: Run, plan: ExperimentConfig, state: TrainState) -> None:
    """Write a checkpoint at the end of a phase, and remove those within the phase."""
    write_checkpoint(run, plan, state)
    for found in run.checkpoints:
        if phase_at(plan.schedule, found.rollouts)[1] != 0:
            shutil.rmtree(found.path, ignore_errors=True)


def write_checkpoint(run: Run, plan: ExperimentConfig, state: TrainState) -> None:
    """Write a checkpoint, linked to the one at the end of the phase before."""
    rollouts, before = int(state.rollouts), None
    for found in run.checkpoints:
        if (
            found.rollouts < rollouts
            and phase_at(plan.schedule, found.rollouts)[1] == 0
        ):
            before = disk.size_and_hash(found.path / MANIFEST)[1]
    link = Link(run.mark(), File(*disk.size_and_hash(run.metrics)), before)
    checkpoint.commit(run.path / "checkpoints", state, link)
