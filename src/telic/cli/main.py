"""`telic VERB …`: find the verb, run it, and turn errors into exit codes."""

import contextlib
import importlib
import keyword
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from telic.core.errors import InputError, TelicError
from telic.core.names import check_name
from telic.scale.signals import raised

SIGPIPE = 13

VERBS = {
    "train": "train agents, many seeds at once: telic train alternation --seeds 0:10",
    "import": "make a run of agents that another library trained: telic import FILE",
    "diff": "say what lies between two checkpoints: telic diff BEFORE AFTER --world W",
    "verify": "repeat the certificate of an imported run",
    "resume": "go on with runs that were stopped or killed",
    "runs": "list, show or verify runs, or rebuild the index",
    "compare": "choose runs by a condition and print them side by side",
    "edit": "edit an agent by an expression and try it: telic edit RUN EXPRESSION",
    "want": "say what an agent wants, by its choices: telic want RUN@PHASE",
    "study": "edit trained agents and test the edits: telic study splice EXPERIMENT",
    "export": "write an agent for other libraries: telic export RUN@PHASE --to torch",
    "score": "try a locator of your own on planted agents: telic score LOCATOR.py",
    "report": "make one HTML page, with figures, of one or many runs",
    "demo": "a small real study from start to report, in a few minutes",
    "world": "say what can be wanted in a world, also in your own FILE.py:NAME",
    "doctor": "check the installation and this machine",
    "completion": "complete telic's words by TAB: telic completion bash|zsh|fish",
}
"""Every verb, in the order of use; each is a file of this folder."""

HELP = """telic: find, move and test the goals inside small RL agents

usage: telic VERB [OPTIONS]

{verbs}

telic VERB --help tells more; --debug shows where an error came from; --version.
Runs are kept in ./telic_runs, or in $TELIC_ROOT, or in --root DIR.
A step of a world may take 60 seconds, or $TELIC_STEP_SECONDS.
Exit codes: 0 fine, 2 arguments, 3 damaged file, 4 busy run, 5 diverged, 6 disk,
7 a world that fails or hangs, 70 a bug, 130 interrupted, 143 ended by SIGTERM (both
resumable), 141 pipe closed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in given or bool(os.environ.get("TELIC_DEBUG"))
    args = [arg for arg in given if arg != "--debug"]
    try:
        with raised():
            return _heard(args, debug)
    except KeyboardInterrupt as stop:
        number = stop.args[0] if stop.args else signal.SIGINT
        word = "ended" if number == signal.SIGTERM else "interrupted"
        _whisper(f"telic: {word}; telic resume goes on")
        return 128 + number
    except BrokenPipeError:  # the reader, such as `head`, has closed the pipe
        return 128 + SIGPIPE


def _heard(args: list[str], debug: bool) -> int:
    """Run a command, print its errors, and flush its output."""
    try:
        try:
            return _run(args)
        finally:
            _flush()
    except BrokenPipeError:
        raise
    except Exception as error:
        if debug:
            raise
        from telic.runs.refusal import disk_error

        if isinstance(error, TelicError):
            return _complain(error)
        return _complain(disk_error(error, "standard output") or _bug(error))


def _run(args: list[str]) -> int:
    """Run the verb; without one, print the help."""
    if not args or args[0] in ("-h", "--help", "help"):
        width = max(map(len, VERBS))
        lines = [f"  {verb.ljust(width)}  {text}" for verb, text in VERBS.items()]
        print(HELP.format(verbs="\n".join(lines)))
        return 0
    if args[0] == "--version":
        print(f"telic {version('telic')}")
        return 0
    if args[0].startswith("-"):
        raise InputError(f"{args[0]} before a verb", fix="see: telic --help")
    verb = check_name(args[0], VERBS, kind="verb")
    return module_of(verb).run(args[1:])


def module_of(verb: str) -> Any:
    """The module of a verb; that of a verb which is a word of Python ends in `_`."""
    name = f"{verb}_" if keyword.iskeyword(verb) else verb
    return importlib.import_module(f"telic.cli.{name}")


def _complain(error: TelicError) -> int:
    """Print an error; return its exit code."""
    from telic.cli.terminal import complain

    complain(error)
    return error.code


def _flush() -> None:
    """Flush standard output; if that fails, discard the rest."""
    try:
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _whisper(text: str) -> None:
    """Print a line on standard error; ignore a failure."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def _bug(error: Exception) -> TelicError:
    """Wrap an unexpected exception as a bug report."""
    return TelicError(
        f"a bug: {type(error).__name__}: {error}",
        why="telic did not expect this",
        fix="run it again with --debug, and report it with the output of: telic doctor",
    )


if __name__ == "__main__":
    sys.exit(main())
