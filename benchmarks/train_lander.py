"""Train the lander with telic and its peers: who takes how many steps a second?

    python benchmarks/train_lander.py [--repeats 3] [--learn] [--quick] [--json F]
        [--markdown F]

Every contender trains the same networks with the same settings on one core. Each repeat
is a fresh process, and the repeats are interleaved (A B C, A B C), so that a machine
that slows down slows all alike. A speed is the median over a process's iterations after
two of warm-up; the tables show the median over processes and their range. With
`--learn` every contender is then trained until it lands, which takes longest.
"""

import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

Record = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """How much to measure and where to write it.

    Attributes:
        repeats: Fresh processes for each contender.
        iterations: Timed iterations (rollout and update) in each process.
        learn: Also train until a mean return is reached, `repeats` seeds each.
        goal: The return.
        cap: Steps after which a seed that has not reached it is given up.
        quick: One repeat of one iteration: a smoke test, not a measurement.
        only: Names of the contenders to run; all of them if empty.
        json: File for everything measured.
        markdown: File for the page.
    """

    repeats: int = 3
    iterations: int = 5
    learn: bool = False
    goal: float = 200.0
    cap: int = 1_500_000
    quick: bool = False
    only: tuple[str, ...] = ()
    json: Path | None = None
    markdown: Path | None = None

    def checked(self) -> "Settings":
        """These settings, small if quick; the program ends if they cannot be."""
        if min(self.repeats, self.iterations, self.cap) < 1:
            sys.exit("repeats, iterations and cap: at least 1")
        known = {name for names in CONTENDERS.values() for name in names}
        if unknown := set(self.only) - known:
            sys.exit(f"no contender {sorted(unknown)}; known: {sorted(known)}")
        small = {"iterations": 1, "repeats": 1} if self.quick else {}
        return replace(self, **small)


def module(name: str) -> Any:
    """A module of this folder, imported only in the process that needs it."""
    return importlib.import_module(f"benchmarks.{name}")


def telic() -> Any:
    """The rows of telic."""
    return module("lander_telic")


def peers() -> Any:
    """The peers' rows."""
    return module("lander_peers")


TRAINING: dict[str, Callable[[int], Iterator]] = {
    "telic, gymnasium": lambda seed: telic().training("gymnasium", seed),
    "telic, envpool": lambda seed: telic().training("envpool", seed),
    "SB3, gymnasium": lambda seed: peers().sb3_training(seed),
    "torch loop, gymnasium": lambda seed: peers().torch_training("gymnasium", seed),
    "torch loop, envpool": lambda seed: peers().torch_training("envpool", seed),
}
"""From a seed to an endless training."""

WORLDS: dict[str, Callable[[int], list[float]]] = {
    "gymnasium, as telic steps it": lambda n: telic().world_only("gymnasium", n),
    "envpool, as telic steps it": lambda n: telic().world_only("envpool", n),
    "gymnasium, as SB3 steps it": lambda n: peers().world_only(peers().sb3_copies, n),
    "gymnasium, as the loop steps it": lambda n: peers().world_only(peers().in_turn, n),
    "envpool, as the loop steps it": lambda n: peers().world_only(peers().Pool, n),
}
"""The simulator alone, with random actions."""

PARTS: dict[str, Callable[[int, int], list[dict[str, float]]]] = {
    "telic, gymnasium": lambda seed, n: telic().parts("gymnasium", seed, n),
    "telic, envpool": lambda seed, n: telic().parts("envpool", seed, n),
}
"""What an iteration of telic's is made of."""


def train(name: str, seed: int, settings: Settings) -> Record:
    """Steps a second of whole iterations."""
    found = module("landing").speeds(TRAINING[name](seed), settings.iterations)
    return {"speed": statistics.median(found), "iterations": found}


def walk(name: str, _: int, settings: Settings) -> Record:
    """Steps a second of the simulator."""
    found = WORLDS[name](settings.iterations)
    return {"speed": statistics.median(found), "iterations": found}


def take_apart(name: str, seed: int, settings: Settings) -> Record:
    """Median seconds of every part of an iteration."""
    rows = PARTS[name](seed, settings.iterations)
    medians = {part: statistics.median(row[part] for row in rows) for part in rows[0]}
    return {"parts": medians, "iterations": rows}


def learn(name: str, seed: int, settings: Settings) -> Record:
    """Seconds and steps until the goal is reached."""
    run = TRAINING[name](seed)
    return module("landing").learn(run, settings.goal, settings.cap)._asdict()


MEASURES: dict[str, Callable[[str, int, Settings], Record]] = {
    "training": train,
    "worlds": walk,
    "parts": take_apart,
    "learning": learn,
}
CONTENDERS: dict[str, Sequence[str]] = {
    "training": tuple(TRAINING),
    "worlds": tuple(WORLDS),
    "parts": tuple(PARTS),
    "learning": tuple(TRAINING),
}


def main(settings: Settings) -> int:
    """Measure, print the page, write the files; 1 if a contender failed."""
    settings = settings.checked()
    records: dict[str, dict[str, list[Record]]] = {}
    for measure, names in CONTENDERS.items():
        asked = [n for n in names if not settings.only or n in settings.only]
        if asked and (measure != "learning" or settings.learn):
            records[measure] = rounds(measure, asked, settings)
    text = module("lander_page").page(records, settings)
    print(text)
    write(settings, records, text)
    every = [r for rows in records.values() for found in rows.values() for r in found]
    return int(any(record["note"].startswith("failed") for record in every))


def rounds(
    measure: str, names: Sequence[str], settings: Settings
) -> dict[str, list[Record]]:
    """The records of a measure: all contenders in turn, as often as asked."""
    records: dict[str, list[Record]] = {name: [] for name in names}
    for repeat in range(settings.repeats):
        for name in names:
            record = run(measure, name, repeat, settings)
            records[name].append(record)
            said = record["note"] or brief(record)
            place = f"{measure} {repeat + 1}/{settings.repeats} {name}"
            print(f"{place}: {said}", file=sys.stderr, flush=True)
    return records


def brief(record: Record) -> str:
    """What a record says, for the terminal."""
    if "speed" in record:
        return f"{record['speed']:,.0f} steps/s"
    shown = record.get("parts", record)
    return ", ".join(f"{k} {v:.3g}" for k, v in shown.items() if k != "note")


def run(measure: str, name: str, seed: int, settings: Settings) -> Record:
    """What one contender measures in a fresh process, or a note why it did not."""
    program = "import sys; from benchmarks.train_lander import child; child(sys.argv)"
    numbers = {"iterations": settings.iterations, "cap": settings.cap}
    task = json.dumps([measure, name, seed, numbers | {"goal": settings.goal}])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, task],
        cwd=ROOT,
        env=os.environ | module("train_keys").ONE_CORE,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = (done.stderr.strip() or "silently").splitlines()[-1]
        return {"note": f"failed: {said}"}
    return json.loads(done.stdout.splitlines()[-1])


def child(arguments: list[str]) -> None:
    """Measure one contender in this process and print one line of JSON."""
    measure, name, seed, numbers = json.loads(arguments[-1])
    # Before anything is imported: libraries count the cores when they load.
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        if "envpool" in name:
            importlib.import_module("envpool")
        record = MEASURES[measure](name, seed, Settings(**numbers))
    except ModuleNotFoundError as error:
        missing = f"not installed ({error.name}): pip install -e '.[peers,envpool]'"
        print(json.dumps({"note": missing}))
        return
    core = (time.process_time() - cpu) / (time.perf_counter() - wall)
    print(json.dumps({"note": "", **record, "core": core}))


def write(
    settings: Settings, records: Mapping[str, Mapping[str, list[Record]]], text: str
) -> None:
    """Write the files that were asked for."""
    if settings.markdown:
        settings.markdown.write_text(text + "\n")
    if settings.json:
        asked = {k: v for k, v in asdict(settings).items() if not isinstance(v, Path)}
        machine = module("train_keys").machine(module("lander_page").VERSIONS)
        everything = {"settings": asked, "machine": machine, "records": records}
        settings.json.write_text(json.dumps(everything, indent=2) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    import tyro

    sys.exit(main(tyro.cli(Settings, description=__doc__)))
