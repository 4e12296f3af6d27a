"""`telic study NAME EXPERIMENT`: edit trained agents, beside nulls, over seeds."""

import dataclasses
import importlib
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

HELP = """usage: telic study NAME EXPERIMENT [OPTIONS]

  locate     where does the goal sit? every method, scored by what grafting it does
  splice     move the goal at every late switch: layers, grafts, ranks, vectors
  retarget   make agents fetch a colour that was never their target
  isolation  landers: subtract what a new objective taught; does that reverse it?
  snr        landers: how much of what a new objective teaches would come again?

usage: telic study NAME [OPTIONS]      (trains agents of its own, in several ways)

  recipes    does where the goal sits depend on how the agent was trained?
  held-out   does a goal move further, to a new colour, if more colours were trained?
  calibrate  which methods find planted goals, and which see goals where none are?

telic study NAME --help lists every option of a study.
example: telic train alternation --seeds 0:10 && telic study splice EXPERIMENT
example: telic study held-out --seeds 0:5 --out results"""


@dataclasses.dataclass(frozen=True)
class Working:
    """On which runs, where and how."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """An experiment, or some of its runs, by name."""
    preset: str = "full"
    """The settings to begin from: full, or small for a test of the machinery."""
    workers: int | None = None
    """How many processes, each on a core of its own; default: one a core."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    out: Path | None = None
    """The folder to write to; default: the study's name in the experiment's folder."""
    json: bool = False
    """Print one JSON object at the end, and nothing else."""


def run(argv: Sequence[str]) -> int:
    """Answer a study for every run, and report; the same command goes on."""
    if not argv or argv[0] in ("-h", "--help"):
        print(HELP)
        return 0 if argv else 2
    if argv[0].startswith("-"):
        raise InputError("no study", why=f"{argv[0]} came first", fix="telic study")
    own, edits = known.names(known.FAMILIES), known.names(known.EDITS)
    name = check_name(argv[0], (*edits, *own), kind="study")
    if name in own:
        from telic.cli import families

        return families.run(name, argv[1:])
    return _run(name, argv[1:])


def _run(name: str, argv: Sequence[str]) -> int:
    """Do a study of edits on runs that exist."""
    from telic.scale import engine
    from telic.scale.local import check_workers

    working, chosen = parse_study(
        Working(), known.EDITS, name, argv, prog=f"telic study {name}"
    )
    root = terminal.root_folder(working.root)
    names.check_runs(root, working.runs, f"telic study {name}")
    check_workers(working.workers)
    engine.prepare()
    from telic.report import effects
    from telic.runs import folder
    from telic.studies import EDIT_STUDIES
    from telic.studies.answers import settings_of
    from telic.studies.gather import check_together
    from telic.worlds.host import check_ready

    asked = chosen.settings(EDIT_STUDIES[name])
    settings = settings_of(asked)
    runs = folder.resolve(root, list(working.runs))
    check_together(runs)
    check_complete(runs)
    check_ready(runs[0].plan().world)
    for each in runs:  # what cannot be done is said once, before any work
        importlib.import_module(f"telic.studies.{name}").check_run(each, asked)
    code = work(name, runs, settings, workers=working.workers, quiet=working.json)
    if code:
        return code
    out = working.out or inside.beside(runs[0].path.parent, name)
    texts = effects.texts(name, runs, settings, command=command(name, argv))
    tell(write(texts, out), out, as_json=working.json)
    return 0


def work(
    name: str,
    runs: Sequence[Any],
    settings: Mapping[str, Any],
    *,
    workers: int | None,
    quiet: bool = False,
) -> int:
    """Do a study's job with every run that lacks it; return an exit code."""
    from telic.cli.shares import Shares
    from telic.scale.local import carry_all

    with Shares(list(runs), quiet=quiet) as listen:
        outcome = carry_all(
            [run.path for run in runs],
            workers=workers,
            listen=listen,
            job=f"telic.studies.{name}:job",
            options=settings,
        )
    if outcome.failed:
        for error in {str(e): e for e in outcome.failed.values()}.values():
            terminal.complain(error)
        return next(iter(outcome.failed.values())).code
    return 128 + outcome.stopped if outcome.stopped else 0


def write(texts: Mapping[str, str], out: Path) -> list[Path]:
    """Write the files of a study by name, in a folder; their paths in that order."""
    from telic.runs import disk

    for file, text in texts.items():
        disk.write_file(out / file, text.encode())
    return [out / file for file in texts]


def check_complete(runs: Sequence[Any]) -> None:
    """Raise unless every run is complete.

    Raises:
        InputError: It names the first that is not.
    """
    for run in runs:
        if run.status() != "complete":
            raise InputError(
                f"{run.name} is {run.status()}",
                why="a study needs its last checkpoints",
                fix=f"telic resume {run.name}",
            )


def command(name: str, argv: Sequence[str]) -> str:
    """The command as it was given, without where it was to write.

    Example:
        >>> command("splice", ["a b", "--out=c", "--root", "d", "--switches", "2"])
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
    """Say what was found, and where everything is; the page is the first file."""
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
