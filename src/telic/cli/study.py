"""`telic study NAME EXPERIMENT`: edit trained agents, beside nulls, over seeds."""

import dataclasses
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from telic.cli import known, names, terminal
from telic.cli.parsing import parse_study
from telic.cli.terminal import clean, say, say_json
from telic.core.errors import InputError
from telic.core.names import check_name
from telic.runs import inside


@dataclasses.dataclass(frozen=True)
class StudyOptions:
    """The runs to study, the output folder, and the processes."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """An experiment, or some of its runs, by name."""
    preset: str = "full"
    """The settings to begin from: full, or small for a test of the machinery."""
    workers: int | None = None
    """The number of processes, each on its own core; default: one per core."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    out: Path | None = None
    """The folder to write to; default: the study's name in the experiment's folder."""
    json: bool = False
    """Print one JSON object at the end, and nothing else."""


def run(argv: Sequence[str]) -> int:
    """Measure a study on every run, and write its page; the same command resumes."""
    if not argv or argv[0] in ("-h", "--help"):
        print(help_text())
        return 0 if argv else 2
    if argv[0].startswith("-"):
        raise InputError("no study", why=f"{argv[0]} came first", fix="telic study")
    own, given = known.names(known.VARIANTS), known.names(known.STUDIES)
    name = check_name(argv[0], (*given, *own), kind="study")
    if name in own:
        from telic.cli import variants

        return variants.run(name, argv[1:])
    return _run(name, argv[1:])


def help_text() -> str:
    """The help of the verb, with every study and its question."""
    return f"""usage: telic study NAME EXPERIMENT [OPTIONS]

{_listed(known.STUDIES)}

usage: telic study NAME [OPTIONS]      (trains agents of its own, in several ways)

{_listed(known.VARIANTS)}

telic study NAME --help lists every option of a study.
example: telic train alternation --seeds 0:10 && telic study splice EXPERIMENT
example: telic study held-out --seeds 0:5 --out results"""


def _listed(registry: str) -> str:
    """The studies of a registry with their questions, one per line."""
    names = known.names(registry)
    wide = max(map(len, names), default=0)
    return "\n".join(f"  {n:{wide}}  {known.question(registry, n)}" for n in names)


def _run(name: str, argv: Sequence[str]) -> int:
    """Do a study on existing runs."""
    from telic.scale import engine
    from telic.scale.local import check_workers

    working, chosen = parse_study(
        StudyOptions(), known.STUDIES, name, argv, prog=f"telic study {name}"
    )
    root = terminal.root_folder(working.root)
    names.check_runs(root, working.runs, f"telic study {name}")
    check_workers(working.workers)
    engine.prepare()
    from telic.runs import folder
    from telic.studies import STUDIES
    from telic.studies.pages import study_files
    from telic.studies.results import check_together
    from telic.worlds.host import check_ready

    study = chosen.settings(STUDIES[name])
    runs = folder.resolve(root, list(working.runs))
    check_together(runs)
    check_complete(runs)
    check_ready(runs[0].plan().world)
    for each in runs:  # raise before any work is done
        study.check(each)
    code = work(name, study, runs, workers=working.workers, quiet=working.json)
    if code:
        return code
    out = working.out or inside.beside_runs(runs[0].path.parent, name)
    texts = study_files(name, study, runs, command=study_command(name, argv))
    tell(write_files(texts, out), out, as_json=working.json)
    return 0


def work(
    name: str,
    study: Any,
    runs: Sequence[Any],
    *,
    workers: int | None,
    quiet: bool = False,
) -> int:
    """Measure every run that lacks it; return an exit code."""
    from telic.studies.base import settings_of

    options = {"study": name, "settings": settings_of(study)}
    job = "telic.scale.jobs:measure_run"
    return work_on(runs, job, options, workers=workers, quiet=quiet)


def work_on(
    runs: Sequence[Any],
    job: str,
    options: Mapping[str, Any],
    *,
    workers: int | None,
    quiet: bool = False,
) -> int:
    """Do a worker's job on every run, with a bar for each; return an exit code."""
    from telic.cli.shares import Shares
    from telic.scale.local import carry_all

    with Shares(list(runs), quiet=quiet) as listen:
        outcome = carry_all(
            [run.path for run in runs],
            workers=workers,
            listen=listen,
            job=job,
            options=options,
        )
    if outcome.failed:
        for error in {str(e): e for e in outcome.failed.values()}.values():
            terminal.complain(error)
        return next(iter(outcome.failed.values())).code
    return 128 + outcome.stopped if outcome.stopped else 0


def write_files(texts: Mapping[str, str], out: Path) -> list[Path]:
    """Write the files of a study to a folder; return their paths in order."""
    from telic.runs import disk

    for file, text in texts.items():
        disk.write_file(out / file, text.encode())
    return [out / file for file in texts]


def check_complete(runs: Sequence[Any]) -> None:
    """Raise unless every run is complete.

    Raises:
        InputError: If not; it names the first incomplete run.
    """
    for run in runs:
        if run.status() != "complete":
            raise InputError(
                f"{run.name} is {run.status()}",
                why="a study needs its last checkpoints",
                fix=f"telic resume {run.name}",
            )


def study_command(name: str, argv: Sequence[str]) -> str:
    """The command as it was given, without its output options.

    Example:
        >>> argv = ["a b", "--out=c", "--root", "d", "--switches", "2"]
        >>> study_command("splice", argv)
        "telic study splice 'a b' --switches 2"
    """
    kept, value = [], False
    for word in argv:
        option, _, given = word.partition("=")
        if not value and option not in ("--json", "--out", "--root"):
            kept.append(word)
        value = not value and option in ("--out", "--root") and not given
    return shlex.join(["telic", "study", name, *kept])


def tell(files: Sequence[Path], out: Path, *, as_json: bool) -> None:
    """Print the findings, and the files of the page, which is the first of them."""
    if as_json:
        say_json({"files": [str(path) for path in files]})
        return
    text = next(path for path in files if path.suffix == ".md").read_text()
    say(clean_lines(text.split("\n## ")[0]))
    say(f"\n{len(files)} files in {clean(out)}")
    say(f"open:  {clean(files[0])}")


def clean_lines(text: str) -> str:
    """Text of many lines, each made safe for a terminal.

    Example:
        >>> clean_lines("a" + chr(27) + chr(10) + "b").splitlines()
        ['a·', 'b']
    """
    plain = re.sub(r"\\(.)", r"\1", text)  # the page's Markdown escapes
    lines = [line for line in plain.splitlines() if line.strip()]
    return "\n".join(clean(line, 1000) for line in lines)
