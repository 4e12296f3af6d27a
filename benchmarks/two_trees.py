"""Time two checkouts of telic beside each other: is one slower than the other?

    python benchmarks/two_trees.py BEFORE AFTER [--repeats 7] [--only WORD] [--quick]

Trains Keys, trains landers, and tries edits of an agent, with the code of either
checkout. A repeat is two processes on one core, which take turns: while one works the
other waits, so a machine that is slower for a second or a minute is so for both. After
warm-up each works `ROUNDS` times (A B, B A, …), on the same data. The ratio of a repeat
is the median over its rounds; the table shows the median over repeats and their range.
The agent that is edited is trained by BEFORE: AFTER reads it as an older version's.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ONE_CORE = {
    "JAX_PLATFORMS": "cpu",
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}
ROUNDS = 24

HEAD = """
import os, sys, time
from pathlib import Path
tree, run = sys.argv[1], Path(sys.argv[2])
sys.path[:0] = [tree + "/src", tree]
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

def timed(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
"""

MAKE = "from benchmarks.edit_mix import trained\nprint(trained(run, (4, 2)))\n"
"""Train the agent that is edited, in a folder; say where its run is."""

TIMED = {
    "train Keys (s a rollout)": """
from benchmarks.telic_loop import measure
once = lambda: 512 * 32 / measure(1)[0]
""",
    "train landers (s a rollout)": """
from benchmarks.lander_telic import training
ended = training("gymnasium", 0)
next(ended)
once = lambda: timed(lambda: next(ended))
""",
    "try edits (s for 25, 256 episodes each)": """
from benchmarks.edit_mix import warm
go = warm(run, 25, 256)
once = lambda: timed(lambda: go(0, 25))
""",
}
"""What is timed: each defines `once`, which works and returns the seconds it took."""

TURNS = """
once()
for _ in sys.stdin:
    print(once(), flush=True)
"""


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
    repeats, rounds = (1, 1) if given.quick else (given.repeats, ROUNDS)
    print("| | n | before | after | after / before | range |")
    print("|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        with process(trees[0], MAKE, folder) as made:
            assert made.stdout
            run = made.stdout.read().splitlines()[-1]
        for name, program in TIMED.items():
            if given.only not in name:
                continue
            found = [turns(trees, program, run, rounds) for _ in range(repeats)]
            before, after, ratios = zip(*found, strict=True)
            first, second, middle = map(statistics.median, (before, after, ratios))
            print(
                f"| {name} | {repeats} | {first:.4f} | {second:.4f} | {middle:.3f} "
                f"| {min(ratios):.3f} to {max(ratios):.3f} |",
                flush=True,
            )
    return 0


def turns(
    trees: list[Path], program: str, run: str, rounds: int
) -> tuple[float, float, float]:
    """The median seconds before and after, and of their ratio, over rounds."""
    times: list[list[float]] = [[], []]
    with contextlib.ExitStack() as stack:
        both = [stack.enter_context(process(t, program + TURNS, run)) for t in trees]
        for number in range(rounds):
            for which in (0, 1) if number % 2 else (1, 0):
                times[which].append(asked(both[which]))
    ratios = [b / a for a, b in zip(*times, strict=True)]
    before, after = map(statistics.median, times)
    return before, after, statistics.median(ratios)


def asked(worker: subprocess.Popen[str]) -> float:
    """The seconds that a process takes for its next piece of work."""
    assert worker.stdin and worker.stdout
    worker.stdin.write("\n")
    worker.stdin.flush()
    return float(worker.stdout.readline())


@contextlib.contextmanager
def process(tree: Path, program: str, run: str) -> Iterator[subprocess.Popen[str]]:
    """A process with the code of a checkout."""
    with subprocess.Popen(
        [sys.executable, "-c", HEAD + program, str(tree), run],
        env=os.environ | ONE_CORE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        yield worker


if __name__ == "__main__":
    sys.exit(main())
