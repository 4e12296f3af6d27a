"""Carrying a run to its end: train, write metrics, checkpoint, and go on after a kill.

The state goes from rollout to rollout through one pure function
(`telic.training.loop`), and a checkpoint holds all of it. So a run that was killed
at any moment goes on bit for bit as if nothing had happened; in a host world, whose
simulators cannot be stored, it goes back to the beginning of its phase first.
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
"""More bytes than a row of timing has."""

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
        DamagedError: If run.json or the metrics are not what they were at the last
            checkpoint; nothing is touched.
        DivergedError: If a loss, gradient or weight is not finite, or a weight beyond
            all meaning; the last good checkpoint is kept, the state is not written.
        StorageError: If the disk refuses.
        WorldError: If the world raises, or gives what it does not promise.
    """
    plan = run.plan()
    codec.check_memory(plan)
    with folder.locked(run):
        state = _restored(run, plan, notice)
        while int(state.rollouts) < plan.rollouts:
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
    """Train to the end of the phase that is running, or to where `stop` says so."""
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
        # JAX hands out results before they are there: wait, or the time is no time.
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
    """The row of metrics of a rollout, if its numbers are finite."""
    number = int(state.rollouts)
    try:
        raise_if_diverged(seen, state.agent, rollouts=number)
    except DivergedError:
        check_told(plan.world, state.actors, seen.episodes)  # it may be its fault
        raise
    row = metrics.metrics_row(plan, seen, rollout=number)
    metrics.append_rows(run.metrics, [row])
    metrics.append_rows(run.timing, [{"rollout": number, "seconds": round(seconds, 4)}])
    report(row, seconds)


def _commit_within(
    run: Run, plan: ExperimentConfig, state: TrainState, notice: Notice
) -> None:
    """A checkpoint within a phase, where the world allows to go on from there."""
    if isinstance(plan.world, HostWorld):
        notice(
            f"{run.name} will go on from the beginning of this phase: "
            "its world's simulators cannot be stored"
        )
        return
    _write_checkpoint(run, plan, state)


def _restored(run: Run, plan: ExperimentConfig, notice: Notice) -> TrainState:
    """The state to go on from: of the last good checkpoint, or a fresh one."""
    fresh = init_state(
        run.seed(), policy=plan.policy, world=plan.world, rollout=plan.rollout
    )
    _compare_versions(run, notice)
    for found in reversed(run.checkpoints):
        try:
            state = checkpoint.read(found, fresh)
        except ForeignError:
            # The checkpoint is whole and something else was changed: to put it aside
            # would be to start again by another plan, or to lose metrics.
            raise
        except DamagedError as error:
            aside = disk.aside(found.path)
            notice(f"{error.what}; put aside as {aside.name}, going on from before it")
            continue
        _rewind(run, found)
        return state
    for path in (run.metrics, run.timing):
        disk.write_file(path, b"")
    _write_checkpoint(run, plan, fresh)
    return fresh


def _compare_versions(run: Run, notice: Notice) -> None:
    """Say so if the run began with other versions: its bits may then differ."""
    was, now = run.record().get("versions", {}), folder.versions()
    changed = [f"{k} {was.get(k)} -> {now[k]}" for k in now if was.get(k) != now[k]]
    if changed and run.checkpoints:
        notice(f"{run.name} began with other versions: {', '.join(changed)}")


def _rewind(run: Run, found: Checkpoint) -> None:
    """Drop the rows that follow a checkpoint."""
    link = checkpoint.manifest_of(found).link
    if link:
        metrics.truncate_rows(run.metrics, link.metrics)
    else:
        metrics.rewind(run.metrics, found.rollouts)
    try:
        if disk.size(run.timing) > TIMED * (found.rollouts + 10_000):
            raise DamagedError(f"{run.timing} is too large")
        metrics.rewind(run.timing, found.rollouts)
    except DamagedError:  # timing is a courtesy: it starts anew
        disk.write_file(run.timing, b"")


def _commit(run: Run, plan: ExperimentConfig, state: TrainState) -> None:
    """A checkpoint at the end of a phase; those within the phase have served."""
    _write_checkpoint(run, plan, state)
    for found in run.checkpoints:
        if phase_at(plan.schedule, found.rollouts)[1] != 0:
            shutil.rmtree(found.path, ignore_errors=True)


def _write_checkpoint(run: Run, plan: ExperimentConfig, state: TrainState) -> None:
    """A checkpoint, chained to the one at the end of the phase before."""
    rollouts, before = int(state.rollouts), None
    for found in run.checkpoints:
        if (
            found.rollouts < rollouts
            and phase_at(plan.schedule, found.rollouts)[1] == 0
        ):
            before = disk.measure(found.path / MANIFEST)[1]
    link = Link(run.mark(), File(*disk.measure(run.metrics)), before)
    checkpoint.commit(run.path / "checkpoints", state, link)
