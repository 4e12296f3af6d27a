"""`telic score LOCATOR.py`: try a locator of your own on planted agents."""

import ast
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from telic.cli.terminal import clean, parse_options, root_folder, say_json
from telic.core.errors import InputError
from telic.core.names import check_name
from telic.runs import inside

if TYPE_CHECKING:
    from telic.runs.folder import Run
    from telic.scale.locator_runner import Candidate, Report
    from telic.studies.score.benchmark import Benchmark


@dataclasses.dataclass(frozen=True)
class Score:
    """Try a locator of your own on agents whose goals we planted, beside ours.

    A locator is a function in a Python file: `locate(pair, key)` returns a
    `telic.Locus`. Of `pair` it has `recipient` and `donor` (dicts of arrays:
    `actor/0/kernel` is (inputs, units), `actor/0/bias` (units,), and so on), `vector`
    (donor - recipient), `observations` (what both saw, one a row), `behaviour.gap` (one
    row for each: the donor's probability of every action minus the recipient's),
    `switches` (other such pairs). Agents know their `policy`, `spec`, `layers`, `sites`
    and `units`. Activations are `telic.capture(pair.recipient,
    pair.observations, "actor/0/post")`. An example: examples/my_locator.py.

    It runs in a separate process without the ground truth; where the system allows it,
    also without the network and with no files but Python's and those beside the
    locator. Crashes and timeouts are rows of the table.
    """

    file: Annotated[Path | None, tyro.conf.Positional] = None
    """The Python file of the locator."""
    function: str = "locate"
    """The name of the function in it."""
    limit: float = 60.0
    """Seconds allowed per pair of agents, compilation included for the first."""
    seeds: int = 3
    """Runs of each experiment of the study calibrate."""
    each: int = 2
    """Pairs of every rung in each run."""
    beside: tuple[str, ...] = ()
    """Only these of our locators beside it; default: all."""
    workers: int | None = None
    """The number of processes that make planted agents; default: one per core."""
    isolation: str = "try"
    """The isolation of the locator: `try` to isolate it if the system allows, `must` to
    refuse to run it otherwise, or `off`. Without isolation a locator can use a GPU and
    the network, and can cheat."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    out: Path | None = None
    """The folder to write to; default: score/NAME in the folder of experiments."""
    json: bool = False
    """Print one JSON object at the end, and nothing else."""


def run(argv: Sequence[str]) -> int:
    """Make missing benchmark sets, run the locator, and print the board."""
    given = parse_options(Score, argv, prog="telic score")
    file = check_file(given.file, given.function)
    from telic.scale import engine, walls

    check_name(given.isolation, walls.ISOLATION, kind="isolation")
    engine.prepare()
    from telic.cli import board, study
    from telic.runs import disk
    from telic.scale.local import check_workers
    from telic.scale.locator_runner import Candidate
    from telic.studies.base import settings_of
    from telic.studies.score import benchmark

    check_workers(given.workers)
    candidate = Candidate(file, given.function, given.limit)
    settings = benchmark.Benchmark(each=given.each, beside=given.beside)
    root = root_folder(given.root)
    runs = benchmark.runs_of(root, given.seeds)
    code = study.work_on(
        [run for run in runs if not benchmark.is_answered(run, settings)],
        benchmark.JOB,
        settings_of(settings),
        workers=given.workers,
        quiet=given.json,
    )
    if code:
        return code
    out = given.out or inside.beside_runs(root, "score", file.stem)
    report = _asked(candidate, runs, settings, out, given, root)
    found = _found(candidate, runs, settings, out, report)
    disk.write_file(out / "board.json", disk.to_json(found))
    if given.json:
        say_json(found)
    else:
        board.show_board(found)
    return 0


def check_file(file: Path | None, function: str) -> Path:
    """The file, checked to be Python that defines the function; it is not run.

    Raises:
        InputError: If it is missing, not Python, or lacks the function.
    """
    if file is None:
        raise InputError(
            "telic score needs a Python file",
            why="a locator is a function in it: locate(evidence, key) returns a Locus",
            fix="telic score my_locator.py; what evidence holds: telic score --help",
        )
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
    return file


def _bound(tree: ast.AST) -> set[str]:
    """Every name that a module may bind; `*` after a star import."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def _asked(
    candidate: "Candidate",
    runs: Sequence["Run"],
    settings: "Benchmark",
    out: Path,
    given: Score,
    root: Path,
) -> "Report":
    """The report on the locator, made with a progress bar."""
    from telic.cli.board import asking
    from telic.scale.locator_runner import run_locator
    from telic.studies.score import benchmark

    papers = [benchmark.folder_of(run, settings) for run in runs]
    with asking(candidate.file.name, quiet=given.json) as listen:
        return run_locator(
            candidate,
            papers,
            out,
            hide=[root],
            isolation=given.isolation,
            listen=listen,
        )


def _found(
    candidate: "Candidate",
    runs: Sequence["Run"],
    settings: "Benchmark",
    out: Path,
    report: "Report",
) -> dict[str, Any]:
    """The board with the candidate's row, as stored in its file."""
    from telic.scale.locator_runner import LOG
    from telic.studies.score import benchmark
    from telic.studies.score.leaderboard import leaderboard

    ours = [(run.seed(), benchmark.ours(run, settings)) for run in runs]
    name = clean(candidate.file.name)
    return {
        "locator": name,
        "outcome": report.outcome,
        "isolated": not report.open,
        "not_isolated_because": report.open or None,
        "runs": [run.name for run in runs],
        "seeds": sorted({seed for seed, _ in ours}),
        "pairs": sum(len(pairs) for _, pairs in ours),
        "chance": 0.5,
        "rows": leaderboard(name, report.records, ours, report.outcome),
        "files": [str(out / "board.json"), str(out / LOG)],
    }
