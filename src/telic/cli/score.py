"""`telic score LOCATOR.py`: try a locator of your own on planted agents."""

import ast
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from telic.cli.terminal import clean, parse, root_folder, say_json
from telic.core.errors import InputError
from telic.core.names import check_name


@dataclasses.dataclass(frozen=True)
class Score:
    """Try a locator of your own on agents whose goals we planted, beside ours.

    A locator is a function in a Python file: `locate(evidence, key)` gives a
    `telic.locate.Locus`. It is run in a process of its own and never sees where the
    goals are. Whatever becomes of it is a row of the table.
    """

    file: Annotated[Path, tyro.conf.Positional]
    """The Python file of the locator."""
    function: str = "locate"
    """The name of the function in it."""
    limit: float = 60.0
    """How many seconds it may take for a pair of agents; the first compiles as well."""
    seeds: int = 3
    """How many runs of each experiment of the study calibrate."""
    each: int = 2
    """How many pairs of every rung in each run."""
    beside: tuple[str, ...] = ()
    """Only these of our locators beside it; default: all."""
    workers: int | None = None
    """How many processes make planted agents; default: one a core."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    out: Path | None = None
    """The folder to write to; default: score/NAME in the folder of experiments."""
    json: bool = False
    """Print one JSON object at the end, and nothing else."""


def run(argv: Sequence[str]) -> int:
    """Make the exam where it is missing, sit it, and print the board."""
    given = parse(Score, argv, prog="telic score")
    check_file(given.file, given.function)
    from telic.scale import engine

    engine.prepare()
    from telic.cli import board, study
    from telic.scale.examiner import Candidate
    from telic.scale.local import check_workers
    from telic.studies import exam
    from telic.studies.answers import settings_of

    check_workers(given.workers)
    candidate = Candidate(given.file, given.function, given.limit)
    settings = exam.Exam(each=given.each, beside=given.beside)
    root = root_folder(given.root)
    runs = exam.runs_of(root, given.seeds)
    code = study.work(
        exam.STUDY,
        [run for run in runs if not exam.is_done(run, settings)],
        settings_of(settings),
        workers=given.workers,
        quiet=given.json,
    )
    if code:
        return code
    out = given.out or root / "score" / given.file.stem
    found = _sit(candidate, runs, settings, out, quiet=given.json)
    if given.json:
        say_json(found)
    else:
        board.show(found)
    return 0


def check_file(file: Path, function: str) -> None:
    """Raise unless a file is Python and has such a name; nothing in it is run.

    Raises:
        InputError: If it is missing, no Python, or lacks the function.
    """
    if file.suffix != ".py" or not file.is_file():
        raise InputError(
            f"there is no Python file {clean(file)}",
            why="a locator is a function in a file that ends in .py",
            fix="telic score --help",
        )
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, RecursionError) as error:
        raise InputError(f"{clean(file)} is not Python", why=str(error)) from error
    names = _bound(tree)
    if "*" not in names:
        check_name(function, sorted(names), kind="function")


def _bound(tree: ast.AST) -> set[str]:
    """Every name that a module may bind; `*` if it takes all of another's."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def _sit(
    candidate: Any, runs: Sequence[Any], settings: Any, out: Path, *, quiet: bool
) -> dict[str, Any]:
    """The board with the candidate's row, kept in a file as well."""
    from telic.cli.board import asking
    from telic.runs import disk
    from telic.scale.examiner import LOG, examine
    from telic.studies import exam
    from telic.studies.board import board

    ours = [(run.seed(), exam.ours(run, settings)) for run in runs]
    papers = [exam.folder_of(run, settings) for run in runs]
    with asking(candidate.file.name, quiet=quiet) as listen:
        report = examine(candidate, papers, out, listen=listen)
    name, outcome = clean(candidate.file.name), clean(report.outcome)
    found = {
        "locator": name,
        "outcome": outcome,
        "runs": [run.name for run in runs],
        "seeds": sorted({seed for seed, _ in ours}),
        "pairs": sum(len(pairs) for _, pairs in ours),
        "chance": 0.5,
        "rows": board(name, report.records, ours, outcome),
        "files": [str(out / "board.json"), str(out / LOG)],
    }
    disk.write_file(out / "board.json", disk.to_json(found))
    return found
