"""Count what the structure of the code costs, in one or more checkouts, as a table.

    python tools/counts.py TREE [TREE ...]            # checkouts; columns in this order
    python tools/counts.py TREE --crossings           # and run a small splice study

What can be counted from the text is: lines, files and functions by room, public names
that stand for two things, places that multiply by weights of an actor (forward passes),
places that step a world (acting loops), suffixes under which things are stored. With
`--crossings` a small splice study is run in one process, and every pair of rooms of
which one calls the other is counted, and every pair of files.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

SAME = {"run", "page", "main", "add_arguments"}
"""Names that every verb, page or study has by contract."""

FORWARD = re.compile(r"@\s*\w+\[f?\"[^\"]*kernel")
STEPS = re.compile(
    r"\b(?:jax\.vmap\(world\.step\)|(?:world|fleet|vector_env|env)\.step)\("
)

TRACED = """
import os, sys, threading
seen = set()

def room(code):
    name = code.co_filename.rpartition("/telic/")[2]
    return name if name != code.co_filename else None

def watch(frame, event, _):
    if event == "call" and frame.f_back is not None:
        here, there = room(frame.f_back.f_code), room(frame.f_code)
        if here and there and here != there and (here, there) not in seen:
            seen.add((here, there))
            with open(os.environ["CALLS"], "a") as file:
                file.write(here + " " + there + chr(10))

if "CALLS" in os.environ:
    sys.setprofile(watch)
    threading.setprofile(watch)
"""
"""A `sitecustomize`: every Python process writes down which file calls which."""


def main(argv: Sequence[str]) -> int:
    """Print the table; return the exit code."""
    trees = [Path(name) for name in argv if not name.startswith("-")]
    if not trees:
        print(__doc__)
        return 2
    columns = [counted(tree, crossings="--crossings" in argv) for tree in trees]
    rows = dict.fromkeys(name for column in columns for name in column)
    print("| |", " | ".join(tree.name for tree in trees), "|")
    print("|---|" + "---|" * len(trees))
    for name in rows:
        print(
            f"| {name} |", " | ".join(column.get(name, "–") for column in columns), "|"
        )
    return 0


def counted(tree: Path, *, crossings: bool) -> dict[str, str]:
    """Every count of one checkout, by name."""
    source = tree / "src" / "telic"
    files = sorted(source.rglob("*.py"))
    text = {path: path.read_text() for path in files}
    modules = {path: ast.parse(words) for path, words in text.items()}
    found = {
        "lines of src": f"{sum(map(lines, text.values())):,}",
        "files": str(len(files)),
        "functions": f"{sum(1 for m in modules.values() for _ in functions(m)):,}",
        "public names that stand for two things": str(len(shared(modules))),
        "files that multiply by a kernel": str(hits(text, FORWARD)),
        "files that step a world": str(hits(text, STEPS)),
        "files with `isinstance(world, …)`": str(
            hits(text, re.compile(r"isinstance\([\w.]*world, "))
        ),
        "files that spell a layer (`actor/0`), examples aside": str(spelled(modules)),
        "lines of tests": f"{sum(lines(p.read_text()) for p in tests(tree)):,}",
    }
    for room, count in sorted(by_room(source, text).items()):
        found[f"lines of {room}"] = f"{count:,}"
    if crossings:
        found |= crossed(tree)
    return found


def lines(text: str) -> int:
    """The lines of a text."""
    return text.count("\n")


def functions(module: ast.Module) -> Iterator[ast.AST]:
    """Every function and method of a module."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return (node for node in ast.walk(module) if isinstance(node, kinds))


def shared(modules: dict[Path, ast.Module]) -> dict[str, set[Path]]:
    """Public functions and classes that another module has under the same name."""
    homes: dict[str, set[Path]] = defaultdict(set)
    for path, module in modules.items():
        for node in module.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                homes[node.name].add(path)
    return {
        name: paths
        for name, paths in homes.items()
        if len(paths) > 1 and not name.startswith("_") and name not in SAME
    }


def hits(text: dict[Path, str], pattern: re.Pattern[str]) -> int:
    """In how many files a pattern occurs."""
    return sum(bool(pattern.search(words)) for words in text.values())


def spelled(modules: dict[Path, ast.Module]) -> int:
    """In how many files, outside of policies, code holds a path such as `actor/0`."""
    found = 0
    for path, module in modules.items():
        if "policies" in path.parts or "agents" in path.parts:
            continue
        docs = {ast.get_docstring(n, clean=False) for n in documented(module)}
        texts = (
            node.value
            for node in ast.walk(module)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        found += any(re.search(r"\b(actor|critic)/", t) for t in texts if t not in docs)
    return found


def documented(module: ast.Module) -> Iterable[ast.AST]:
    """Everything that can have a docstring."""
    kinds = (ast.Module, ast.FunctionDef, ast.ClassDef)
    return (node for node in ast.walk(module) if isinstance(node, kinds))


def by_room(source: Path, text: dict[Path, str]) -> Counter[str]:
    """Lines by room."""
    found: Counter[str] = Counter()
    for path, words in text.items():
        inside = path.relative_to(source).parts
        found[inside[0] if len(inside) > 1 else "telic"] += lines(words)
    return found


def tests(tree: Path) -> Iterable[Path]:
    """The files of tests."""
    return (tree / "tests").rglob("*.py")


def crossed(tree: Path) -> dict[str, str]:
    """How many rooms, and files, call another in a small splice study.

    Calls of the command and of its worker are counted, those of training are not.

    Raises:
        CalledProcessError: Training or the study failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "sitecustomize.py").write_text(TRACED)
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(tree / "src"), folder)),
            "TELIC_ROOT": str(place / "runs"),
            "JAX_PLATFORMS": "cpu",
        }
        telic = [sys.executable, "-m", "telic"]
        train = "train alternation --preset small --phases 6 --seeds 0:1 --name few"
        study = f"study splice few --preset small --workers 1 --out {folder}/out"
        calls = place / "calls"
        for command, extra in ((train, {}), (study, {"CALLS": str(calls)})):
            subprocess.run(
                [*telic, *command.split()],
                env=environment | extra,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        pairs = {tuple(line.split()) for line in calls.read_text().splitlines()}
    rooms = {(a.partition("/")[0], b.partition("/")[0]) for a, b in pairs}
    return {
        "pairs of rooms, one of which calls the other in `telic study splice`": str(
            sum(a != b for a, b in rooms)
        ),
        "pairs of files": str(len(pairs)),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
