"""Train the Keys world with telic and its peers: who takes how many steps a second?

    python benchmarks/train_keys.py [--repeats 3] [--quick] [--json F] [--markdown F]

Every contender trains the same networks with the same settings on one core. Each repeat
is a fresh process, and the repeats are interleaved (A B C, A B C), so that a machine
that slows down slows all alike. A speed is the median over a process's iterations after
warm-up; the table shows the median over processes and their range. A contender that is
not installed leaves a row that says so.
"""

import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PEERS = ("jax", "torch", "stable-baselines3", "rejax", "gymnasium", "minigrid")
ONE_CORE = {
    "JAX_PLATFORMS": "cpu",
    "OMP_NUM_THREADS": "1",
    "PYGAME_HIDE_SUPPORT_PROMPT": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}


@dataclass(frozen=True)
class Settings:
    """How much to measure and where to write it.

    Attributes:
        repeats: Fresh processes for each contender.
        iterations: Timed iterations (rollout and update) in each process.
        quick: One repeat of two iterations: a smoke test, not a measurement.
        only: Names of the contenders to run; all of them if empty.
        json: File for everything measured.
        markdown: File for the table.
    """

    repeats: int = 3
    iterations: int = 5
    quick: bool = False
    only: tuple[str, ...] = ()
    json: Path | None = None
    markdown: Path | None = None


def module(name: str) -> Any:
    """A module of this folder, imported only in the process that needs it."""
    return importlib.import_module(f"benchmarks.{name}")


def telic_vec() -> Any:
    """The Keys world of telic as a Gymnasium vector environment."""
    import gymnasium

    from telic.tasks import gymnasium_keys

    gymnasium_keys.register()
    return gymnasium.make_vec(gymnasium_keys.ID, num_envs=32, objective="blue")


def torch_on_minigrid(iterations: int) -> list[float]:
    """The PyTorch loop on MiniGrid's engine."""
    return module("torch_loop").measure(module("minigrid_keys").make_vec(), iterations)


def torch_on_telic(iterations: int) -> list[float]:
    """The PyTorch loop on telic's world."""
    return module("torch_loop").measure(telic_vec(), iterations)


def sb3_on_minigrid(iterations: int) -> list[float]:
    """Stable-Baselines3 on MiniGrid's engine."""
    sb3 = module("sb3_loop")
    return sb3.measure(sb3.minigrid(), iterations)


def sb3_on_telic(iterations: int) -> list[float]:
    """Stable-Baselines3 on telic's world."""
    sb3 = module("sb3_loop")
    return sb3.measure(sb3.FromGymnasium(telic_vec()), iterations)


TRAINING: dict[str, Callable[[int], list[float]]] = {
    "telic": lambda iterations: module("telic_loop").measure(iterations),
    "torch loop, MiniGrid": torch_on_minigrid,
    "torch loop, telic world": torch_on_telic,
    "SB3, MiniGrid": sb3_on_minigrid,
    "SB3, telic world": sb3_on_telic,
    "dense JAX, free world": lambda n: module("dense_jax").measure(n),
    "rejax, free world": lambda n: module("rejax_loop").measure(n),
}
WORLDS: dict[str, Callable[[int], list[float]]] = {
    "telic, world only": lambda _: module("telic_loop").world_only(32),
    "telic, world only, 1,024 copies": lambda _: module("telic_loop").world_only(1024),
    "MiniGrid, world only": lambda _: module("minigrid_keys").world_only(32),
}
"""The first of each table is what the others are compared with."""


def main(settings: Settings) -> int:
    """Run everything, print the table, write the files; 1 if a contender failed."""
    names = settings.only or (*TRAINING, *WORLDS)
    if unknown := set(names) - set(TRAINING | WORLDS):
        sys.exit(f"no contender {sorted(unknown)}; known: {[*TRAINING, *WORLDS]}")
    repeats, iterations = settings.repeats, settings.iterations
    if settings.quick:
        repeats, iterations = 1, 2
    records: dict[str, list[dict]] = {name: [] for name in names}
    for repeat in range(repeats):
        for name in names:
            record = run(name, iterations)
            records[name].append(record)
            said = f"{record['speed']:,.0f}" if "speed" in record else record["note"]
            print(f"{repeat + 1}/{repeats} {name}: {said}", file=sys.stderr, flush=True)
    text = "\n".join([table(records), "", ceiling(records.get("telic", []))])
    print(text)
    write(settings, records, text)
    return int(any("failed" in r["note"] for rows in records.values() for r in rows))


def run(name: str, iterations: int) -> dict[str, Any]:
    """What one contender measures in a fresh process, or a note why it did not."""
    program = "import sys; from benchmarks.train_keys import child; child(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", program, name, str(iterations)],
        cwd=ROOT,
        env=os.environ | ONE_CORE,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        return {
            "note": f"failed: {(done.stderr.strip() or 'silently').splitlines()[-1]}"
        }
    return json.loads(done.stdout.splitlines()[-1])


def child(arguments: list[str]) -> None:
    """Measure one contender in this process and print one line of JSON."""
    name, iterations = arguments
    # Before anything is imported: libraries count the cores when they load.
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        speeds = (TRAINING | WORLDS)[name](int(iterations))
    except ModuleNotFoundError as error:
        missing = f"not installed ({error.name}): pip install -e '.[peers]'"
        print(json.dumps({"note": missing}))
        return
    core = (time.process_time() - cpu) / (time.perf_counter() - wall)
    record = {"note": "", "speed": statistics.median(speeds), "core": core}
    if name == "telic":
        record["peak"], record["fastest"] = module("sgemm").peak()
    print(json.dumps(record | {"iterations": speeds}))


def speeds_of(records: list[dict]) -> list[float]:
    """The median steps per second of each process that measured one."""
    return [record["speed"] for record in records if "speed" in record]


def table(records: Mapping[str, list[dict]]) -> str:
    """All contenders in Markdown: median, range, processes, and telic's lead."""
    head = "| contender | steps/s | range | n | telic / it | least share of its core |"
    lines = [head, "|---|--:|--:|--:|--:|--:|"]
    for group in (TRAINING, WORLDS):
        reference = speeds_of(records.get(next(iter(group)), []))
        lines += [row(n, records[n], reference) for n in group if n in records]
    return "\n".join(lines)


def row(name: str, records: list[dict], reference: list[float]) -> str:
    """One contender's line."""
    speeds = speeds_of(records)
    if not speeds:
        return f"| {name} | {records[0]['note']} | | 0 | | |"
    middle = statistics.median(speeds)
    lead = f"{statistics.median(reference) / middle:.2f}" if reference else ""
    span = f"{min(speeds):,.0f} to {max(speeds):,.0f}"
    core = min(record["core"] for record in records if "core" in record)
    return f"| {name} | {middle:,.0f} | {span} | {len(speeds)} | {lead} | {core:.0%} |"


def ceiling(records: list[dict]) -> str:
    """The speed of telic as a share of what dense matrix products could reach."""
    speeds = speeds_of(records)
    if not speeds:
        return "telic was not measured, so its share of the matmul peak is unknown."
    flops = module("sgemm").flops_per_step()
    peak = statistics.median(r["peak"] for r in records if "peak" in r)
    fastest = max(r["fastest"] for r in records if "fastest" in r)
    rate = flops * statistics.median(speeds) / 1e9
    return (
        f"A dense learner needs {flops / 1e6:.1f} MFLOP a step. At telic's speed "
        f"that is {rate:.0f} GFLOP/s: {rate / peak:.0%} of this core's float32 matmul "
        f"rate ({peak:.0f} GFLOP/s, the median of its best shape, in the same "
        f"processes), and {rate / fastest:.0%} of the fastest single product in any of "
        f"them ({fastest:.0f})."
    )


def write(settings: Settings, records: Mapping[str, list[dict]], text: str) -> None:
    """Write the files that were asked for."""
    if settings.markdown:
        settings.markdown.write_text(text + "\n")
    if settings.json:
        asked = {k: v for k, v in asdict(settings).items() if not isinstance(v, Path)}
        everything = {"settings": asked, "machine": machine(), "records": records}
        settings.json.write_text(json.dumps(everything, indent=2) + "\n")


def machine(peers: Sequence[str] = PEERS) -> dict[str, Any]:
    """Kind of processor, and the versions of Python and of the peers installed."""
    versions = {"python": platform.python_version()}
    for name in peers:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return {"processor": platform.machine(), "cores": os.cpu_count()} | versions


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    import tyro

    sys.exit(main(tyro.cli(Settings, description=__doc__)))
