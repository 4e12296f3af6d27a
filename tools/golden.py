"""Compare what two versions of the code give, bit for bit, on one machine.

    python tools/golden.py make TREE OUT.json     # a checkout or a commit: its values
    python tools/golden.py compare A B            # two such files, checkouts or commits
    python tools/golden.py compare A B keys edit  # of two trees, only these commands
    python tools/golden.py expect                 # make tests/golden.json anew

`make` trains a small run in each kind of world, does every study and every verb that
edits, and reads what lies on the disk then: every leaf of every file of arrays, every
answer, row of metrics, page and printed line. That takes a few minutes. `compare` names
what differs, and by how much; exit code 1 if anything does. Bits differ between
processors, so both sides must be made on the same one.

Values are kept, not files: a change of format changes nothing here as long as the same
names hold the same numbers. Names that were changed on purpose stand in `RENAMED`.
"""

import contextlib
import hashlib
import html.parser
import importlib
import itertools
import json
import math
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open

ROOT = Path(__file__).resolve().parent.parent

RENAMED: tuple[tuple[str, str], ...] = (
    (r"(/at/.*|:at/.*)/wish$", r"\1/goal"),
    (r"^(files/edit):(?!edit/)", r"\1:edit/"),
    (r"^(loci/.+):left/(.+)$", r"\1:factors/\2/0"),
    (r"^(loci/.+):right/(.+)$", r"\1:factors/\2/1"),
    (r"/agents:0*(\d+)/(\d+)/recipient/", r"/agents:questions/\1/pairs/\2/0/params/"),
    (r"/agents:0*(\d+)/(\d+)/donor/", r"/agents:questions/\1/pairs/\2/1/params/"),
    (r"/truth:0*(\d+)/(truth|decoys)/", r"/truth:solutions/\1/\2/"),
)
"""(pattern, replacement): the names of old values as they are now, by `re.sub`.

A name is FILE:LEAF for arrays and FILE:KEY/KEY/… for values of JSON.
"""

COMMANDS = {
    "keys": "train alternation --preset small --phases 6 --seeds 0:2 --name keys",
    "land": "train landing --preset small --seeds 0:2 --name land",
    "report": "report keys --out out/report",
    "report-land": "report land --out out/report-land",
    "edit": "edit keys/seed-0000 'purple + mean(blue - purple)' --episodes 64 --json"
    " --save files/edit.safetensors",
    "load": "edit keys/seed-0000 --load files/edit.safetensors --episodes 64",
    "compare": "compare --where 'seed < 9' --json",
    "locate": "study locate keys --preset small --out out/locate",
    "splice": "study splice keys --preset small --out out/splice",
    "retarget": "study retarget keys/seed-0000 --preset small --out out/retarget",
    "isolation": "study isolation land --preset small --out out/isolation",
    "snr": "study snr land/seed-0000 --preset small --out out/snr",
    "held-out": "study held-out --preset small --seeds 0:1 --only colours-3"
    " --out out/held-out",
    "recipes": "study recipes --preset small --seeds 0:1 --only default tanh"
    " --out out/recipes",
    "calibrate": "study calibrate --preset small --seeds 0:1 --out out/calibrate",
    "score": "score {tree}/examples/my_locator.py --each 1 --seeds 1"
    " --beside magnitude snr random oracle --out out/score --json",
}
"""What is run in a fresh folder of experiments, by name, in this order."""

ALL = ("python", *COMMANDS)
"""Every command; `python` is `golden_python.py`."""

STILL = """
import time

class Second(float):
    __sub__ = __rsub__ = lambda self, other: 1.0

time.perf_counter = lambda: Second()
"""
"""What every process runs first: whatever it measures has then taken one second."""

SAMPLE = 16
"""Of how many numbers of a leaf the values are kept, to say how far it differs."""

CLOCKS = ("seconds", "created")
"""Keys in JSON under which times are: they are never the same twice."""

FAILED = "failed with exit code"

Entry = dict[str, Any]


def main(argv: Sequence[str]) -> int:
    """Do what is asked; return the exit code."""
    match list(argv):
        case ["make", tree, out, *names]:
            found = made(tree, names)
            Path(out).write_text(json.dumps(found, ensure_ascii=False) + "\n")
            return 0
        case ["compare", first, second, *names]:
            found = list(differences(loaded(first, names), loaded(second, names)))
            for line in found:
                print(line)
            print(
                f"{len(found)} differ" if found else "equal: every value, bit for bit"
            )
            return 1 if found else 0
        case ["expect"]:
            return expect()
    print(__doc__)
    print("commands:", *ALL)
    return 2


# ------------------------------------------------------------------------------ making


def loaded(name: str, commands: Sequence[str] = ()) -> dict[str, Entry]:
    """The entries of a file; of a tree or commit, made now."""
    if name.endswith(".json"):
        return json.loads(Path(name).read_text())
    return made(name, commands)


def made(name: str, commands: Sequence[str] = ()) -> dict[str, Entry]:
    """All entries of a tree, or of a commit in a working tree that is removed again."""
    with tree_of(name) as tree, tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        printed = dict(run(tree, root, commands or ALL))
        return dict(itertools.chain(_spoken(printed, root, tree), entries(root, tree)))


@contextlib.contextmanager
def tree_of(name: str) -> Iterator[Path]:
    """A checkout: the folder of that name, or one of that commit for a while."""
    if (Path(name) / "src" / "telic").is_dir():
        yield Path(name).resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        git, place = ["git", "-C", str(ROOT), "worktree"], str(Path(folder) / "tree")
        subprocess.run([*git, "add", "--quiet", "--detach", place, name], check=True)
        try:
            yield Path(place).resolve()
        finally:
            subprocess.run([*git, "remove", "--force", place], check=True)


def run(tree: Path, root: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Run commands on a tree's code; what each printed, or how it failed."""
    stilled = root / "stilled"
    stilled.mkdir()
    (stilled / "sitecustomize.py").write_text(STILL)
    (root / "files").mkdir()
    environment = os.environ | {
        "PYTHONPATH": f"{tree / 'src'}{os.pathsep}{stilled}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TELIC_ROOT": str(root),
        "COLUMNS": "100",
    }
    where = [sys.executable, "-c", "import telic; print(telic.__file__)"]
    found = subprocess.check_output(where, env=environment, text=True)
    if not Path(found).is_relative_to(tree):
        raise SystemExit(f"the code would be that of {found.strip()}, not of {tree}")
    for name in names:
        words = words_of(name, root, tree)
        began = time.perf_counter()
        done = subprocess.run(
            words, cwd=root, env=environment, capture_output=True, text=True
        )
        took = time.perf_counter() - began
        print(f"{tree.name}: {name}, {took:.0f} s", file=sys.stderr, flush=True)
        if done.returncode:
            print(done.stderr[-2000:], file=sys.stderr)
        failed = f"{FAILED} {done.returncode}\n" if done.returncode else ""
        yield name, failed + done.stdout


def words_of(name: str, root: Path, tree: Path) -> list[str]:
    """A command, word by word."""
    if name == "python":
        return [sys.executable, str(ROOT / "tools" / "golden_python.py"), str(root)]
    words = shlex.split(COMMANDS[name].replace("{tree}", str(tree)))
    return [sys.executable, "-m", "telic", *words]


# ----------------------------------------------------------------------------- reading


def entries(root: Path, tree: Path) -> Iterator[tuple[str, Entry]]:
    """Everything under a folder of experiments, by name."""
    for path in sorted(root.rglob("*")):
        name = _plain(str(path.relative_to(root).with_suffix("")))
        if path.parent.name == "studies":
            continue  # they are below, numbered in the order of their settings
        if path.suffix in (".safetensors", ".npz"):
            for leaf, value in arrays(path).items():
                yield f"{name}:{leaf}", of_array(value)
        elif path.name == "metrics.jsonl":
            rows = [json.loads(line) for line in path.read_text().splitlines()]
            yield name, of_json(rows, root, tree)
        elif path.name == "board.json":
            yield name, of_json(json.loads(path.read_text()), root, tree)
        elif path.name == "report.html":
            yield f"{name}.html", of_text(stripped(path.read_text()), root, tree)
        elif path.name == "report.md":
            yield f"{name}.md", of_text(path.read_text(), root, tree)
    for name, answer in answers(root):
        yield name, of_json(answer, root, tree)
    for name, rows in results(root):
        for (part, metric), values in rows.items():
            yield f"{name}:{part}/{metric}", of_array(values)


def answers(root: Path) -> Iterator[tuple[str, Any]]:
    """Every answer by run and study, numbered in the order of their settings."""
    found = []
    for path in root.rglob("studies/*.json"):
        kept = json.loads(path.read_text())
        name = _plain(str(path.relative_to(root).with_suffix("")))
        found.append((name, json.dumps(kept["settings"]), kept["answer"]))
    numbers: Counter[str] = Counter()
    for name, _, answer in sorted(found, key=lambda each: each[:2]):
        numbers[name] += 1
        yield f"{name}-{numbers[name]}", answer


def results(root: Path) -> Iterator[tuple[str, dict[tuple[str, str], np.ndarray]]]:
    """The rows of studies by run and study: the values of each part and metric."""
    found = []
    for path in root.rglob("studies/*.safetensors"):
        with safe_open(path, "numpy") as file:
            said = json.loads(file.metadata()["telic"])["payload"]
            held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        name = _plain(str(path.relative_to(root).with_suffix("")))
        found.append((name, json.dumps(said["settings"]), said["levels"], held))
    numbers: Counter[str] = Counter()
    for name, _, levels, held in sorted(found, key=lambda each: each[:2]):
        numbers[name] += 1
        parts, metrics = (np.array(levels[k])[held[k]] for k in ("part", "metric"))
        yield (
            f"{name}-{numbers[name]}",
            {
                (part, metric): held["value"][(parts == part) & (metrics == metric)]
                for part, metric in sorted(set(zip(parts, metrics, strict=True)))
            },
        )


def _spoken(
    printed: Mapping[str, str], root: Path, tree: Path
) -> Iterator[tuple[str, Entry]]:
    """What the commands printed: as values, where it is JSON line by line."""
    for name, text in printed.items():
        try:
            rows = [json.loads(line) for line in text.splitlines()]
        except json.JSONDecodeError:
            yield f"printed/{name}", of_text(text, root, tree)
        else:
            yield f"printed/{name}", of_json(rows, root, tree)


def _plain(name: str) -> str:
    """A name without the hash of settings in it.

    Example:
        >>> _plain("keys/seed-0000/studies/splice-0123abcd")
        'keys/seed-0000/studies/splice'
    """
    return re.sub(r"(?<=[a-z])-[0-9a-f]{8}(?![0-9a-f])", "", name)


def arrays(path: Path) -> dict[str, np.ndarray]:
    """The leaves of a file of arrays."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    from safetensors.numpy import load

    return load(path.read_bytes())


def of_array(value: np.ndarray) -> Entry:
    """A leaf: what it is, the hash of its bytes, and some of its numbers."""
    few = value.ravel()[:: max(1, value.size // SAMPLE)].tolist()
    return {
        "is": f"{value.dtype} {value.shape}",
        "sha256": hashlib.sha256(value.tobytes()).hexdigest(),
        "few": few,
    }


def of_json(value: Any, root: Path, tree: Path) -> Entry:
    """A value of JSON: all that is in it, by path, but for measured seconds."""
    text = _placed(json.dumps(value), root, tree)
    return {"values": dict(flat(json.loads(text)))}


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The numbers, words and empty containers in a value of JSON, by path.

    Example:
        >>> dict(flat({"a": [1, {"b": 2.5}], "seconds": 3.1, "c": {}}))
        {'a/0': 1, 'a/1/b': 2.5, 'c': {}}
    """
    inside = enumerate(value) if isinstance(value, list) else ()
    inside = value.items() if isinstance(value, dict) else inside
    if not isinstance(value, dict | list) or not value:
        yield path, value
    for key, each in inside:
        if key not in CLOCKS:
            yield from flat(each, f"{path}/{key}".lstrip("/"))


def of_text(text: str, root: Path, tree: Path) -> Entry:
    """A text, line by line, without where it was made."""
    return {"lines": _placed(text, root, tree).splitlines()}


def _placed(text: str, root: Path, tree: Path) -> str:
    """A text without the places that this script chose."""
    return _plain(text.replace(str(root), "ROOT").replace(str(tree), "TREE"))


class _Words(html.parser.HTMLParser):
    """The words of a page, outside of its style and scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.hidden += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.words.append(" ".join(data.split()))


def stripped(page: str) -> str:
    """The words of a page, a line for each element.

    Example:
        >>> stripped("<style>p {}</style><p id='a'>One <b>two</b></p>").splitlines()
        ['One', 'two']
    """
    reader = _Words()
    reader.feed(page)
    return "\n".join(reader.words)


# --------------------------------------------------------------------------- comparing


def differences(
    first: Mapping[str, Entry], second: Mapping[str, Entry]
) -> Iterator[str]:
    """A line for everything that is not the same, by name."""
    old, new = (
        {renamed(name): entry for name, entry in each.items()}
        for each in (first, second)
    )
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"gone     {name}"
        elif name not in old:
            yield f"new      {name}"
        elif (why := difference(name, old[name], new[name])) is not None:
            yield f"differs  {name}: {why}"


def renamed(name: str) -> str:
    """A name as it is now.

    Example:
        >>> renamed("keys/seed-0000/metrics")
        'keys/seed-0000/metrics'
    """
    for pattern, new in RENAMED:
        name = re.sub(pattern, new, name)
    return name


def difference(name: str, old: Entry, new: Entry) -> str | None:
    """How two entries of a name differ; None if they do not."""
    if old.keys() != new.keys():
        return "it is of another kind"
    if "sha256" in old:
        return _of_arrays(old, new)
    if "lines" in old:
        if old["lines"][:1] == new["lines"][:1] != [] and FAILED in old["lines"][0]:
            return f"{old['lines'][0]}, in both: nothing was compared"
        return _of_lines(old["lines"], new["lines"])
    words = [
        {renamed(f"{name}:{path}"): value for path, value in each["values"].items()}
        for each in (old, new)
    ]
    return _of_values(name, *words)


def _of_arrays(old: Entry, new: Entry) -> str | None:
    """How two leaves differ."""
    if old["is"] != new["is"]:
        return f"{old['is']} is now {new['is']}"
    if old["sha256"] == new["sha256"]:
        return None
    apart = furthest(zip(old["few"], new["few"], strict=True))
    return f"{old['is']}, relative difference {apart:.1e} in {len(old['few'])} of them"


def _of_lines(old: Sequence[str], new: Sequence[str]) -> str | None:
    """How two texts differ: the first line that does."""
    lines = itertools.zip_longest(old, new, fillvalue="(nothing)")
    others = [(a, b) for a, b in lines if a != b]
    if not others:
        return None
    pairs = zip(*others[0], strict=False)
    alike = [*itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)]
    at = max(0, len(alike) - 20)
    first, second = (line[at : at + 80] for line in others[0])
    return f"{len(others)} lines; {first!r} is now {second!r}"


def _of_values(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """How two values of JSON differ: how many, which first, and how far."""
    both = [key for key in old if key in new]
    others = [k for k in both if not same(old[k], new[k])]
    gone, more = ([k for k in a if k not in b] for a, b in ((old, new), (new, old)))
    said = [
        f"{len(keys)} {word}, first {keys[0].removeprefix(name)[1:]}"
        for word, keys in (("gone", gone), ("new", more), ("other", others))
        if keys
    ]
    if others:
        apart = furthest((old[key], new[key]) for key in others)
        said.append(
            f"{old[others[0]]!r} is now {new[others[0]]!r}; "
            f"relative difference up to {apart:.1e}"
        )
    return "; ".join(said) or None


def same(one: Any, other: Any) -> bool:
    """Whether two values of JSON are equal, in kind as well; NaN equals NaN.

    Example:
        >>> same(1, 1.0), same(float("nan"), float("nan"))
        (False, True)
    """
    neither = one != one and other != other
    return type(one) is type(other) and (one == other or neither)


def furthest(pairs: Iterable[tuple[Any, Any]]) -> float:
    """The largest relative difference of two numbers; inf for what is no number.

    Example:
        >>> furthest([(1.0, 1.0), (2.0, 1.0)]), furthest([("a", "b")])
        (0.5, inf)
    """
    return max((_apart(one, other) for one, other in pairs), default=0.0)


def _apart(one: Any, other: Any) -> float:
    """The relative difference of two values."""
    if same(one, other):
        return 0.0
    if not all(isinstance(x, int | float) and math.isfinite(x) for x in (one, other)):
        return math.inf
    return abs(one - other) / max(abs(one), abs(other), 1e-300)


def expect() -> int:
    """Make tests/golden.json anew, from this checkout as it is; a minute or two."""
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    importlib.import_module("tests.conftest")  # its flags, before JAX reads them
    test = importlib.import_module("tests.test_golden")
    trained, landed = map(
        importlib.import_module, ("tests.studies.trained", "tests.studies.landed")
    )
    runs_of = importlib.import_module("telic.runs.folder")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        trained.spliced(root / "pair")
        landed.landers(root / "landers")
        runs = [runs_of.find(root / name) for name in ("pair", "landers")]
        found = test.observed(*runs, root / "out")
    text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    test.FILE.write_text(text, encoding="utf-8")
    print(f"{test.FILE}: {len(text.encode()):,} bytes; see what changed: git diff")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
