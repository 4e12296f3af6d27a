"""A corpus of altered files: only `TelicError` comes out, or what was written.

Checkpoints, manifests, run.json, metrics, edits, loci and results are changed, byte by
byte and value by value, the latter with every hash repaired that its author could
repair. Each case ends in one of these ways:

    refused    a `TelicError`
    same       what was read equals what was written, or what differs is free: in
               run.json all but plan and seed, in metrics a torn last line
    signed     another content under its own right hash, which no reader can know: then
               its numbers are finite and bounded, it has the form that is due, and
               where something is chained to it `verify` names it
    WRONG      anything else that was read
    TRACEBACK  another exception
    HANG       more than five seconds

The last three must not happen. The ordinary run takes a few of each; all of them:

    pytest -m slow tests/runs/test_hostile_corpus.py -s -n0
"""

import functools
import json
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from safetensors.numpy import load, save

from telic.core import trees
from telic.core.errors import TelicError
from telic.core.numbers import LARGEST
from telic.edits import EDITS, Ablate, Add, Chain, Graft, LowRank, Noise, Steer
from telic.locators import Locus
from telic.policies import MLP, Agent, Spec
from telic.runs import (
    artifact,
    checkpoint,
    codec,
    disk,
    edit_file,
    inside,
    locus_file,
    record,
)
from telic.runs.carry import carry_run
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.runs.verify import verify
from telic.stats.rows import Row, rows_of
from telic.studies import results
from telic.training import init_state
from tests.runs import mutations
from tests.runs.small import PLAN, make

SECONDS = 5.0
BAD = ("WRONG", "TRACEBACK", "HANG")

Case = Callable[["Place", random.Random], str]


class Place(NamedTuple):
    """A run to be altered, and what it was.

    Attributes:
        run: The run: complete, with an answer.
        other: A run of another seed.
        whole: The bytes of every file of the run, by path.
        like: The form of its state.
        states: By rollouts, the digest of each checkpoint.
    """

    run: Run
    other: Run
    whole: dict[Path, bytes]
    like: Any
    states: dict[int, str]

    def other_bytes(self, path: Path) -> list[bytes]:
        """What stands under the same name elsewhere: other checkpoints, another run."""
        twin = self.other.path / path.relative_to(self.run.path)
        found = [data for p, data in self.whole.items() if p.name == path.name != p]
        return [twin.read_bytes(), *found]


@pytest.fixture(scope="module")
def place():
    """Two runs in memory, where the system has such a place."""
    shared = Path("/dev/shm")
    root = Path(tempfile.mkdtemp(dir=shared if os.access(shared, os.W_OK) else None))
    runs = [make(root, seed) for seed in (0, 1)]
    for run in runs:
        carry_run(run)
        results.write(run, "splice", SETTINGS, ROWS)
    like = jax.eval_shape(
        lambda: init_state(
            0, policy=PLAN.policy, world=PLAN.world, rollout=PLAN.rollout
        )
    )
    whole = {
        path: path.read_bytes() for path in runs[0].path.rglob("*.*") if path.is_file()
    }
    edits(runs[0].path / "made.edit")
    states = {c.rollouts: digest(checkpoint.read(c, like)) for c in runs[0].checkpoints}
    yield Place(*runs, whole, like, states)
    shutil.rmtree(root)


SETTINGS = {"episodes": 16}
ROWS = [Row("trial", "aim", v, ("a", 1), ("add", v)) for v in (0.5, 0.25)]
TABLE = rows_of(ROWS, 0).table()


def digest(state: Any) -> str:
    """The digest of all arrays of a state."""
    return trees.digest(trees.flatten(state))


def chosen(place: Place, rng: random.Random, last: bool = True) -> Path:
    """The folder of one of the checkpoints; the last has nothing chained to it."""
    found = place.run.path / "checkpoints"
    return found / rng.choice(["u00000", "u00002", "u00004", "u00006"][: 3 + last])


def state_of(place: Place, path: Path) -> str:
    """Whether a checkpoint is the same, or only refused by what follows."""
    found = next(c for c in place.run.checkpoints if c.path == path)
    agent = checkpoint.read_agent(found)
    state = checkpoint.read(found, place.like)
    assert trees.digest(agent) == trees.digest(state.agent)
    return "same" if digest(state) == place.states[found.rollouts] else "WRONG"


def checkpoint_bytes(place: Place, rng: random.Random) -> str:
    """Bytes of a file of a checkpoint; hashes as they were."""
    folder = chosen(place, rng)
    path = folder / rng.choice(inside.HELD)
    data = mutations.of_bytes(place.whole[path], place.other_bytes(path), rng)
    path.write_bytes(data)
    return state_of(place, folder)


def resigned(said: dict[str, Any]) -> bytes:
    """A manifest with its own hash repaired."""
    said = {name: value for name, value in said.items() if name != "sha256"}
    return mutations.to_text(said | {"sha256": disk.sha256(mutations.to_text(said))})


def formed(said: dict[str, Any]) -> bytes:
    """A manifest with its own hash repaired, as telic forms it, where it can be."""
    body = {name: value for name, value in said.items() if name != "sha256"}
    try:
        return disk.to_json(body | {"sha256": disk.sha256(disk.to_json(body))})
    except (ValueError, TypeError):
        return resigned(said)


def manifest_values(place: Place, rng: random.Random) -> str:
    """Values of a manifest; its own hash repaired, and half of them of schema 1."""
    folder = chosen(place, rng, last=False)
    path = folder / "manifest.json"
    said = json.loads(place.whole[path])
    if rng.random() < 0.3:
        said = {key: said[key] for key in ("rollouts", "files")} | {"schema": 1}
    data = formed(mutations.of_value(said, rng))
    path.write_bytes(data)
    found = state_of(place, folder)
    if data == place.whole[path]:
        return found
    if not verify(place.run).problems:
        return "WRONG: the chain was not followed"
    return found


def checkpoint_payload(place: Place, rng: random.Random) -> str:
    """Numbers of a checkpoint; all hashes repaired but those of what follows it.

    Half of the files are as telic wrote them before there was one format.
    """
    folder = chosen(place, rng, last=False)
    path = folder / f"{rng.choice(inside.ARRAYS)}.safetensors"
    arrays = load(place.whole[path])
    name = rng.choice(sorted(arrays))
    arrays[name] = altered(arrays[name], rng)
    if rng.random() < 0.1:
        arrays[rng.choice(("x", "actor/0/bias", "\x00"))] = arrays.pop(name)
    data = save(arrays)
    sha = disk.sha256(data)
    if rng.random() < 0.5:
        data = mutations.forged(path.stem, {}, arrays)
        sha = artifact.stated_hash(data)
    if trees.digest(arrays) == trees.digest(load(place.whole[path])):
        return "same"
    path.write_bytes(data)
    said = json.loads((folder / "manifest.json").read_bytes())
    said["files"][path.name] = {"bytes": len(data), "sha256": sha}
    (folder / "manifest.json").write_bytes(formed(said))
    if not verify(place.run).problems:
        return "WRONG: the chain was not followed"
    found = next(c for c in place.run.checkpoints if c.path == folder)
    return signed(checkpoint.read(found, place.like).agent)


def altered(leaf: np.ndarray, rng: random.Random) -> np.ndarray:
    """An array with other numbers, or of another form."""
    kind, found = rng.randrange(8), np.array(leaf)
    if kind == 0:
        with np.errstate(all="ignore"):
            form = rng.choice((np.float64, np.float16, np.int32, np.uint8))
            return found.astype(form)
    if kind == 1:
        return rng.choice((found[None], found.ravel()[:1], np.zeros(0, found.dtype)))
    if kind == 2:
        return np.zeros_like(found)
    flat = found.reshape(-1)
    if not flat.size:
        return np.zeros(3, found.dtype)
    number = rng.choice((np.nan, np.inf, -np.inf, 1e30, -3e6, 0.25, -1.0))
    with np.errstate(all="ignore"):
        value = np.nan_to_num(np.array(number)) if found.dtype.kind in "iub" else number
        flat[rng.randrange(flat.size)] = np.array(value).astype(found.dtype)
    return flat.reshape(found.shape)


def signed(agent: Any) -> str:
    """What to say of an agent that nobody can know to be another."""
    leaves = [np.asarray(leaf, np.float64) for leaf in agent.values()]
    fine = all((np.abs(x) <= LARGEST).all() for x in leaves)  # of NaN it is not
    return "signed" if fine else "WRONG: numbers without meaning"


def run_of(place: Place) -> str:
    """Whether plan, seed and an agent are the same."""
    run, source = place.run, RunSource(place.run)
    seen = run.plan(), run.seed(), source.plan, run.status()
    agent = trees.digest(source.agent(0))
    due = place.whole[run.path / "checkpoints/u00002/agent.safetensors"]
    same = seen == (PLAN, 0, PLAN, "complete") and agent == trees.digest(load(due))
    return "same" if same else f"WRONG: {seen}"


def config_bytes(place: Place, rng: random.Random) -> str:
    """Bytes of run.json."""
    path = place.run.path / "run.json"
    path.write_bytes(
        mutations.of_bytes(place.whole[path], place.other_bytes(path), rng)
    )
    return run_of(place)


def config_values(place: Place, rng: random.Random) -> str:
    """Values of run.json; its hash repaired, and half of them of schema 1."""
    path = place.run.path / "run.json"
    held = json.loads(place.whole[path])
    if rng.random() < 0.5:
        held["schema"] = 1
        del held["sha256"]
        path.write_bytes(mutations.to_text(mutations.of_value(held, rng)))
        return run_of(place)
    part = rng.choice(("plan", "plan", "plan", "seed", "all"))
    changed = mutations.of_value(held if part == "all" else {part: held[part]}, rng)
    held = changed if part == "all" else held | changed
    if rng.random() < 0.9 and {"plan", "seed"} <= held.keys():
        body = mutations.to_text({"plan": held["plan"], "seed": held["seed"]})
        try:
            held["sha256"] = record.plan_mark(held["plan"], held["seed"])
        except (ValueError, TypeError, RecursionError):
            held["sha256"] = disk.sha256(body)
    path.write_bytes(mutations.to_text(held))
    return run_of(place)


def rows_of(place: Place) -> str:
    """Whether the rows of metrics are those that were written."""
    lines = place.whole[place.run.metrics].splitlines()
    same = place.run.rows() == [json.loads(line) for line in lines]
    return "same" if same else "WRONG"


def metrics_bytes(place: Place, rng: random.Random) -> str:
    """Bytes of the metrics."""
    path = place.run.metrics
    path.write_bytes(
        mutations.of_bytes(place.whole[path], place.other_bytes(path), rng)
    )
    return rows_of(place)


def metrics_values(place: Place, rng: random.Random) -> str:
    """Values of a row of metrics, or rows left out, doubled or in another order."""
    path = place.run.metrics
    rows = [json.loads(line) for line in place.whole[path].splitlines()]
    changed = list(rows)
    at, kind = rng.randrange(len(rows)), rng.randrange(6)
    if kind == 0:
        del changed[at]
    elif kind == 1:
        changed.insert(at, rng.choice(rows))
    elif kind == 2:
        rng.shuffle(changed)
    elif kind == 3:
        changed.append({**rows[-1], "rollout": len(rows) + 1})
    else:
        changed[at] = mutations.of_value(changed[at], rng)
    path.write_bytes(b"".join(mutations.to_text(row) + b"\n" for row in changed))
    if rng.random() < 0.3:  # where nothing is known of the metrics, form alone counts
        shutil.rmtree(place.run.path / "checkpoints")
        return "same" if place.run.rows() == rows else formed_rows(place.run.rows())
    return rows_of(place)


def formed_rows(rows: list[dict[str, Any]]) -> str:
    """What to say of rows under no hash: numbers, one rollout after another."""
    fine = [row["rollout"] for row in rows] == list(range(1, len(rows) + 1)) and all(
        value is None or isinstance(value, str) or np.isfinite(value)
        for row in rows
        for value in row.values()
    )
    return "signed" if fine else f"WRONG: {rows}"


AGENT = Agent(
    {
        f"{net}/{layer}/{name}": jnp.asarray(
            np.random.default_rng(layer).normal(size=shape), jnp.float32
        )
        for net, outputs in (("actor", 3), ("critic", 1))
        for layer, units in ((0, 3), (1, outputs))
        for name, shape in (("kernel", (3, units)), ("bias", (units,)))
    },
    MLP(width=3, actor_layers=2, critic_layers=2),
    Spec(observation=(3,), actions=("left", "wait", "right")),
)
DONOR = {path: leaf + 0.5 for path, leaf in AGENT.items()}
MADE = (
    Add({"actor/0/bias": jnp.full(3, 0.25)}, strength=2.0),
    Graft(DONOR, {"actor/0/bias": jnp.array([True, False, True])}),
    LowRank(DONOR, 1),
    Noise(0.5, seed=3),
    EDITS["interpolate"](DONOR, strength=0.5),
    EDITS["splice"](DONOR, ("actor/0",)),
    EDITS["relabel"]((0,), (2,)),
    Steer("actor/0/post", jnp.ones(3)),
    Ablate("actor/0/post", jnp.ones(3), jnp.zeros(3)),
    EDITS["transport"]("actor/0/post", jnp.eye(3), jnp.zeros(3)),
    Chain((Add(DONOR), Noise(0.1))),
)


@functools.cache
def edits(path: Path) -> dict[bytes, str]:
    """Files of edits, and the digest of the agent that each makes."""
    found = {}
    for edit in MADE:
        edit_file.write(path, edit, AGENT)
        found[path.read_bytes()] = trees.digest(edit(AGENT))
    return found


def edit_bytes(place: Place, rng: random.Random) -> str:
    """Bytes of an edit's file."""
    path, ends = place.run.path / "goal.edit", edits(place.run.path / "made.edit")
    data, other = rng.sample(sorted(ends), 2)
    path.write_bytes(changed := mutations.of_bytes(data, [other], rng))
    found = trees.digest(edit_file.apply(path, AGENT))
    if changed == other:  # another good file, whole
        return "signed" if found == ends[other] else "WRONG"
    return "same" if found == ends[data] else "WRONG"


def edit_values(place: Place, rng: random.Random) -> str:
    """What is said of an edit, or its arrays; the hash repaired."""
    arrays: dict[str, np.ndarray] = {}
    kept = edit_file.Kept(rng.choice(MADE), trees.digest(AGENT))
    payload = codec.encode(kept, arrays)
    if arrays and rng.random() < 0.4:
        name = rng.choice(sorted(arrays))
        arrays[name] = altered(arrays[name], rng)
    else:
        payload["edit"] = mutations.of_value(payload["edit"], rng)
    path = place.run.path / "goal.edit"
    path.write_bytes(mutations.forged("edit", payload, arrays))
    found = edit_file.apply(path, AGENT)
    for leaf, due in AGENT.items():
        assert (found[leaf].shape, found[leaf].dtype) == (due.shape, due.dtype)
    return signed(found)


LOCI = (
    Locus("weights", {path: np.asarray(x, np.float64) for path, x in AGENT.items()}),
    Locus("layers", {"actor/0": np.array(2.0), "actor/1": np.array(0.0)}),
    Locus(
        "directions",
        {"actor/0": np.array([2.0])},
        {"actor/0": (np.ones((4, 1)), np.ones((1, 3)))},
    ),
)


def flat(locus: Locus) -> dict[str, np.ndarray]:
    """All arrays of a locus."""
    parts = {f"s/{name}": leaf for name, leaf in locus.scores.items()}
    for layer, pair in locus.factors.items():
        parts |= {f"f/{layer}/{i}": leaf for i, leaf in enumerate(pair)}
    return parts


def locus_bytes(place: Place, rng: random.Random) -> str:
    """Bytes of a locus's file."""
    path, ends = place.run.path / "goal.locus", {}
    for locus in rng.sample(LOCI, 2):
        locus_file.write(path, locus)
        ends[path.read_bytes()] = locus.kind, trees.digest(flat(locus))
    data, other = ends
    path.write_bytes(changed := mutations.of_bytes(data, [other], rng))
    read = locus_file.read(path)
    found = read.kind, trees.digest(flat(read))
    if changed == other:  # another good file, whole
        return "signed" if found == ends[other] else "WRONG"
    return "same" if found == ends[data] else "WRONG"


def locus_values(place: Place, rng: random.Random) -> str:
    """Arrays or the kind of a locus; the hash repaired."""
    path, locus = place.run.path / "goal.locus", rng.choice(LOCI)
    locus_file.write(path, locus)
    payload, arrays, _ = artifact.read(path, "locus")
    name = rng.choice(sorted(arrays))
    if rng.random() < 0.2:
        kinds = ("weights", "units", "layers", "directions", "", "x")
        payload["kind"] = rng.choice(kinds)
    elif rng.random() < 0.2:
        payload = mutations.of_value(payload, rng)
    elif rng.random() < 0.2:
        names = ("x", "scores/", "factors/x", "factors/actor/0/1")
        arrays[rng.choice(names)] = arrays.pop(name)
    else:
        arrays[name] = altered(arrays[name], rng)
    path.write_bytes(mutations.forged("locus", payload, arrays))
    found = flat(locus_file.read(path))
    fine = all(x.dtype == np.float64 and np.isfinite(x).all() for x in found.values())
    return "signed" if fine else "WRONG"


def result_bytes(place: Place, rng: random.Random) -> str:
    """Bytes of results."""
    path = results.rows_path(place.run, "splice", SETTINGS)
    path.write_bytes(
        mutations.of_bytes(place.whole[path], place.other_bytes(path), rng)
    )
    found = results.read(place.run, "splice", SETTINGS)
    return "same" if found.table() == TABLE else "WRONG"


def result_values(place: Place, rng: random.Random) -> str:
    """What results say of their rows; the hash is that of what is said."""
    path = results.rows_path(place.run, "splice", SETTINGS)
    whole = artifact.from_bytes(place.whole[path], path, "rows")
    odd = mutations.of_value(whole.payload, rng)
    artifact.write(path, "rows", odd, whole.arrays)
    table = results.read(place.run, "splice", SETTINGS).table()
    fine = {len(column) for column in table.values()} == {len(ROWS)}
    return "signed" if fine else "WRONG"


FAMILIES: dict[Case, int] = {
    checkpoint_bytes: 2200,
    checkpoint_payload: 600,
    manifest_values: 700,
    config_bytes: 1200,
    config_values: 1500,
    metrics_bytes: 1200,
    metrics_values: 700,
    edit_bytes: 1000,
    edit_values: 700,
    locus_bytes: 700,
    locus_values: 300,
    result_bytes: 400,
    result_values: 300,
}
"""How many cases of each kind."""


def outcome(case: Case, place: Place, number: int) -> str:
    """How one case ended; the run is put right again."""
    rng, began = random.Random(f"{case.__name__} {number}"), time.monotonic()
    try:
        found = case(place, rng)
    except TelicError:
        found = "refused"
    except Exception as error:
        found = f"TRACEBACK {type(error).__name__}: {error}"[:300]
    if time.monotonic() - began > SECONDS:
        found = f"HANG {found}"
    for path, data in place.whole.items():
        if not path.exists() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return found


def tried(place: Place, share: float) -> tuple[dict[str, Counter], list[str]]:
    """By kind, how many cases ended how; and a line for each that ended badly."""
    table, bad = {}, []
    for case, count in FAMILIES.items():
        ends = [outcome(case, place, n) for n in range(max(1, round(count * share)))]
        table[case.__name__] = Counter(end.split()[0].strip(":") for end in ends)
        bad += [
            f"{case.__name__} {n}: {end}"
            for n, end in enumerate(ends)
            if end.startswith(BAD)
        ]
    return table, bad


def printed(table: dict[str, Counter], seconds: float, cpu: float) -> str:
    """The table of counts."""
    ends = ("refused", "same", "signed", *BAD)
    lines = [f"{'':20}" + "".join(f"{name:>11}" for name in ("cases", *ends))]
    for name, counts in {**table, "all": sum(table.values(), Counter())}.items():
        cells = (counts.total(), *(counts[end] for end in ends))
        lines.append(f"{name:20}" + "".join(f"{cell:>11}" for cell in cells))
    return "\n".join([*lines, f"{seconds:.0f} s, of one core {cpu:.0f} s"])


def assert_only_telics_errors(place: Place, share: float) -> int:
    """Try a share of the corpus, print its table; how many cases there were."""
    began, cpu = time.monotonic(), time.process_time()
    table, bad = tried(place, share)
    cpu, seconds = time.process_time() - cpu, time.monotonic() - began
    print("\n" + printed(table, seconds, cpu))
    assert not bad, "\n".join(bad[:20])
    return sum(counts.total() for counts in table.values())


def test_a_few_altered_files_of_each_kind_are_refused_or_true(place):
    assert assert_only_telics_errors(place, 1 / 40) > 250


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_altered_files_are_refused_or_true(place):
    assert assert_only_telics_errors(place, 1.0) > 10_000
