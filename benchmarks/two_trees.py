"""Time two checkouts of telic beside each other: is one slower than the other?

    python benchmarks/two_trees.py BEFORE AFTER [--repeats 7] [--only WORD] [--quick]

Trains Keys, trains landers, and tries edits of an agent, each with the code of either
checkout, one process at a time on one core. The repeats are interleaved (A B, B A, …).
A time is the median over a process's iterations after warm-up; the table shows the
median over processes, their range, and the median of AFTER / BEFORE within a repeat.
The agent that is edited is trained by BEFORE: AFTER reads it as an older version's.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ONE_CORE = {
    "JAX_PLATFORMS": "cpu",
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}

HEAD = """
import json, os, sys, time
from pathlib import Path
tree, run, iterations = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
sys.path[:0] = [tree + "/src", tree]
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
"""

MAKE = "from benchmarks.edit_mix import trained\nprint(trained(run, (4, 2)))\n"
"""Train the agent that is edited, in a folder; say where its run is."""

TIMED = {
    "train Keys (s a rollout)": """
from benchmarks.telic_loop import measure
times = [512 * 32 / speed for speed in measure(iterations)]
""",
    "train landers (s a rollout)": """
from benchmarks.lander_telic import training
ended, times = training("gymnasium", 0), []
next(ended), next(ended)
for _ in range(iterations):
    began = time.perf_counter()
    next(ended)
    times.append(time.perf_counter() - began)
""",
    "try edits (s for 25, 256 episodes each)": """
from benchmarks.edit_mix import warm
go, times = warm(run, 25, 256), []
for _ in range(max(1, iterations // 4)):
    began = time.perf_counter()
    go(0, 25)
    times.append(time.perf_counter() - began)
""",
}
TAIL = "print(json.dumps(times))\n"


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--only", default="", help="what has this word in its name")
    parser.add_argument("--quick", action="store_true", help="not a measurement")
    given = parser.parse_args()
    trees = [given.before.resolve(), given.after.resolve()]
    repeats, iterations = (1, 1) if given.quick else (given.repeats, 12)
    print("| | n | before | after | after / before | range |")
    print("|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        run = spoken(trees[0], MAKE, folder, 0)
        for name, program in TIMED.items():
            if given.only not in name:
                continue
            times: list[list[float]] = [[], []]
            for repeat in range(repeats):
                for which in (0, 1) if repeat % 2 else (1, 0):
                    said = spoken(trees[which], program + TAIL, run, iterations)
                    times[which].append(statistics.median(json.loads(said)))
            before, after = map(statistics.median, times)
            ratios = [b / a for a, b in zip(*times, strict=True)]
            middle, least, most = statistics.median(ratios), min(ratios), max(ratios)
            print(
                f"| {name} | {repeats} | {before:.4f} | {after:.4f} | {middle:.3f} "
                f"| {least:.3f} to {most:.3f} |",
                flush=True,
            )
    return 0


def spoken(tree: Path, program: str, run: str, iterations: int) -> str:
    """The last line that a program prints, with the code of a checkout."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + program, str(tree), run, str(iterations)],
        env=os.environ | ONE_CORE,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main())
