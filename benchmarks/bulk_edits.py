"""Try 1,000 edits of an agent: how long does telic take, and how long one by one?

    python benchmarks/bulk_edits.py [--edits 1000] [--episodes 256] [--run PATH]
        [--repeats 3] [--quick] [--json F] [--markdown F]

telic splits the edits over this machine's cores, one pinned fresh process each. Every
process is warm (it has compiled) before all start together, and the time ends when the
last is done; making the edited agents and reading their rates are part of it. Beside it
stands what tries edits one by one on one core: a sample of the same edits, scaled by
agent-steps, which must agree with telic about how episodes end. Without `--run` an
agent is trained first, for about half a minute, which is not part of any time.
"""

import importlib
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ENGINES = ("telic/Keys-v0", "MiniGrid")
"""The environments on which edits are tried one by one."""

ALLOWED = 4.0
"""Standard errors by which a rate may differ between telic and what is beside it."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """How much to measure and where to write it.

    Attributes:
        edits: How many different edits telic tries.
        episodes: Complete episodes of each.
        sample: How many of the edits are tried one by one.
        repeats: How often everything is measured, in fresh processes.
        quick: A dozen edits of an agent that knows nothing: not a measurement.
        run: Folder of the run whose last agent is edited; without it, one is trained.
        json: File for everything measured.
        markdown: File for the table.
    """

    edits: int = 1000
    episodes: int = 256
    sample: int = 3
    repeats: int = 3
    quick: bool = False
    run: Path | None = None
    json: Path | None = None
    markdown: Path | None = None

    def checked(self) -> "Settings":
        """These settings, small if quick; the program ends if they cannot be."""
        if min(self.edits, self.sample, self.repeats) < 1 or self.episodes < 2:
            sys.exit("edits, sample and repeats: at least 1; episodes: at least 2")
        small = {"edits": 12, "episodes": 32, "repeats": 1} if self.quick else {}
        return replace(self, **small)


def module(name: str) -> Any:
    """A module of this folder, imported only in the process that needs it."""
    return importlib.import_module(f"benchmarks.{name}")


def main(settings: Settings) -> int:
    """Measure, print the table, write the files; 1 if one failed or does not agree."""
    settings = settings.checked()
    records: dict[str, list[Record]] = {name: [] for name in ("telic", *ENGINES)}
    with tempfile.TemporaryDirectory() as folder:
        run = settings.run.resolve() if settings.run else trained(folder, settings)
        for repeat in range(settings.repeats):
            for name, rows in records.items():
                measure = telic if name == "telic" else one_by_one
                rows.append(record := measure(name, str(run), settings))
                said = record.get("note") or f"{record['seconds']:.1f} s"
                place = f"{repeat + 1}/{settings.repeats} {name}"
                print(f"{place}: {said}", file=sys.stderr, flush=True)
    text = "\n".join([table(records, settings), "", *remarks(records, settings)])
    print(text)
    write(settings, records, text)
    return int(any(broken(row) for rows in records.values() for row in rows))


def trained(folder: str, settings: Settings) -> Path:
    """The run that a fresh process trains in a folder."""
    print("training an agent, to be edited", file=sys.stderr, flush=True)
    done = result(start("train", folder, [2, 1] if settings.quick else [40, 15]))
    return Path(done["run"]) if "run" in done else sys.exit("training failed")


def telic(name: str, run: str, settings: Settings) -> Record:
    """All edits by telic: one warm process a core, started together."""
    asked, places = (run, settings.edits, settings.episodes), cores()
    team = [
        start("share", *asked, i, len(places), core=core)
        for i, core in enumerate(places)
    ]
    for worker in team:
        answer(worker)
    began = time.perf_counter()
    for worker in team:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    shares = [json.loads(answer(worker)) for worker in team]
    seconds = time.perf_counter() - began
    for worker in team:
        worker.communicate()
    return {
        "how": f"{name}, all edits, cores: {len(team)}",
        "seconds": seconds,
        "steps": sum(share["steps"] for share in shares),
        "core": min(share["core"] for share in shares),
        "cores": len(team),
    }


def one_by_one(name: str, run: str, settings: Settings) -> Record:
    """A sample of the edits, one by one, on one core."""
    asked = settings.edits, settings.sample, settings.episodes
    return result(start("one_by_one", name, run, *asked))


def cores() -> list[int]:
    """The cores that this process may use."""
    from telic.scale import engine

    return engine.cores()


def start(role: str, *arguments: Any, core: int | None = None) -> subprocess.Popen:
    """A fresh process on one core, the last if none is named, that begins its role."""
    program = "import sys; from benchmarks.bulk_edits import child; child(sys.argv[1])"
    place = cores()[-1] if core is None else core
    return subprocess.Popen(
        [sys.executable, "-c", program, json.dumps([place, role, *arguments])],
        cwd=ROOT,
        env=os.environ | module("train_keys").ONE_CORE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def answer(worker: subprocess.Popen) -> str:
    """The next line that a process prints; the program ends if it prints none."""
    return worker.stdout.readline() or sys.exit("a process failed, as it says above")


def result(worker: subprocess.Popen) -> Record:
    """The record that a process ends with."""
    said = worker.communicate()[0].splitlines()
    if worker.returncode or not said:
        return {"note": "failed: its process says why on the terminal"}
    return json.loads(said[-1])


def child(task: str) -> None:
    """Play a role in this process and print a line of JSON."""
    core, role, *arguments = json.loads(task)
    from telic.scale import engine

    engine.prepare(core)  # before JAX is imported
    print(json.dumps(ROLES[role](*arguments)), flush=True)


def train(folder: str, rollouts: list[int]) -> Record:
    """Train the agent that is to be edited."""
    return {"run": str(module("edit_mix").trained(Path(folder), tuple(rollouts)))}


def share(run: str, edits: int, episodes: int, place: int, places: int) -> Record:
    """Get warm, say so, wait for a word, and try this process's share of the edits."""
    begin, end = (edits * i // places for i in (place, place + 1))
    go = module("edit_mix").warm(Path(run), edits, episodes)
    print("ready", flush=True)
    if not sys.stdin.readline():
        sys.exit("nobody is there any more")
    wall, cpu = time.perf_counter(), time.process_time()
    steps = go(begin, end)
    used = time.process_time() - cpu
    return {"steps": steps, "core": used / (time.perf_counter() - wall)}


def beside(name: str, run: str, edits: int, sample: int, episodes: int) -> Record:
    """Try a sample one by one, or say why that cannot be."""
    try:
        return module("one_by_one").measure(name, Path(run), edits, sample, episodes)
    except ModuleNotFoundError as error:
        return {"note": f"not installed ({error.name}): pip install -e '.[peers]'"}
    except NotImplementedError as error:
        return {"note": str(error)}


ROLES = {"train": train, "share": share, "one_by_one": beside}


def table(records: Mapping[str, list[Record]], settings: Settings) -> str:
    """All of them in Markdown: medians over n, and the range of the seconds."""
    head = (
        "| edits tried by | seconds | range | n | it / telic "
        "| steps/s | a core | edits/s | least share of its core |"
    )
    lines = [head, "|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    ours = records["telic"]
    lines += [row(name, rows, ours, settings) for name, rows in records.items()]
    return "\n".join(lines)


def row(name: str, rows: list[Record], ours: list[Record], settings: Settings) -> str:
    """One line: its time for all edits, scaled by agent-steps if it tried fewer."""
    done = [record for record in rows if "seconds" in record]
    if not done:
        return f"| {name} | {rows[0]['note']} | | 0 | | | | | |"
    steps = ours[0]["steps"]
    times = [record["seconds"] * steps / record["steps"] for record in done]
    middle = statistics.median(times)
    lead = middle / statistics.median(record["seconds"] for record in ours)
    cells = (
        done[0]["how"],
        f"{middle:,.2f}",
        f"{min(times):,.2f} to {max(times):,.2f}",
        str(len(done)),
        f"{lead:,.1f}",
        f"{steps / middle:,.0f}",
        f"{steps / middle / done[0].get('cores', 1):,.0f}",
        f"{settings.edits / middle:,.2f}",
        f"{min(record['core'] for record in done):.0%}",
    )
    return f"| {' | '.join(cells)} |"


def remarks(records: Mapping[str, list[Record]], settings: Settings) -> list[str]:
    """What was tried, how it was scaled, whether it agrees, and what is missing."""
    steps, played = records["telic"][0]["steps"], settings.edits * settings.episodes
    agent = "an agent trained for this"
    if run := settings.run and settings.run.resolve():
        agent = f"the last agent of {run.parent.name}/{run.name}"
    lines = [
        f"{settings.edits:,} edits of {agent}, {settings.episodes} episodes each: "
        f"{steps:,} agent-steps, {steps / played:.1f} an episode. Making the edited "
        "agents is part of every time, compiling of none. `a core`: steps/s on each.",
    ]
    for name in ENGINES:
        done = [record for record in records[name] if "sample" in record]
        if done:
            lines += ["", scaled(done[0], settings), agreement(done[0])]
    missing = [name for name in ("torch", "stable_baselines3") if not installed(name)]
    if missing:
        line = f"Not installed: {', '.join(missing)}; a stand-in took its place."
        lines += ["", line]
    return lines


def scaled(record: Record, settings: Settings) -> str:
    """What one of them really did."""
    names, steps = [tried["edit"] for tried in record["sample"]], record["steps"]
    played = len(names) * settings.episodes
    return (
        f"{record['how']}: measured on {len(names)} of the edits ({', '.join(names)}), "
        f"{settings.episodes} episodes each, {steps:,} steps on one core, "
        f"{steps / played:.1f} an episode; its seconds are scaled to all "
        f"{settings.edits:,} by agent-steps."
    )


def agreement(record: Record) -> str:
    """How far it is from telic in its rates of outcomes and its mean lengths.

    One record tells for all repeats, as chance is the same in each.
    """
    gaps = distances(record)
    word = "agree" if max(gaps) <= ALLOWED else "DO NOT AGREE"
    return (
        f"Its rates of outcomes and mean lengths {word} with telic's: the largest of "
        f"{len(gaps)} differences is {max(gaps):.1f} standard errors (allowed: "
        f"{ALLOWED:g})."
    )


def distances(record: Record) -> list[float]:
    """All differences from telic in one record, in standard errors."""
    return [gap for tried in record.get("sample", []) for gap in tried["apart"]]


def broken(record: Record) -> bool:
    """Whether a process failed, or what it found does not agree with telic."""
    failed = record.get("note", "").startswith("failed")
    return failed or max(distances(record), default=0.0) > ALLOWED


def installed(name: str) -> bool:
    """Whether a library can be imported."""
    return importlib.util.find_spec(name) is not None


def write(settings: Settings, records: Mapping[str, list[Record]], text: str) -> None:
    """Write the files that were asked for."""
    if settings.markdown:
        settings.markdown.write_text(text + "\n")
    if settings.json:
        asked = {k: v for k, v in asdict(settings).items() if not isinstance(v, Path)}
        machine = module("train_keys").machine()
        everything = {"settings": asked, "machine": machine, "records": records}
        settings.json.write_text(json.dumps(everything, indent=2) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    import tyro

    sys.exit(main(tyro.cli(Settings, description=__doc__)))
