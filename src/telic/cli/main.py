"""`telic VERB …`: find the verb, run it, and turn errors into exit codes."""

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from telic.core.errors import InputError, TelicError
from telic.core.names import check_name

VERBS = {
    "train": "train agents, many seeds at once: telic train alternation --seeds 0:10",
    "resume": "go on with runs that were stopped or killed",
    "runs": "list, show or verify runs, or make the index anew",
    "compare": "choose runs by a condition and print them side by side",
    "edit": "edit an agent by an expression and try it: telic edit RUN EXPRESSION",
    "study": "edit trained agents and test the edits: telic study splice EXPERIMENT",
    "score": "try a locator of your own on planted agents: telic score LOCATOR.py",
    "report": "make one HTML page, with figures, of one or many runs",
    "demo": "a small real study from start to report, in a few minutes",
    "doctor": "check the installation and this machine",
}
"""Every verb, in the order of use; each is a file of this folder."""

HELP = """telic: find, move and test the goals inside small RL agents

usage: telic VERB [OPTIONS]

{verbs}

telic VERB --help tells more; --debug shows where an error came from; --version.
Runs are kept in ./telic_runs, or in $TELIC_ROOT, or in --root DIR.
A step of a world may take 60 seconds, or $TELIC_STEP_SECONDS.
Exit codes: 0 fine, 2 arguments, 3 damaged file, 4 busy run, 5 diverged, 6 disk,
7 a world that fails or hangs, 70 a bug, 130 interrupted (and resumable)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in given or bool(os.environ.get("TELIC_DEBUG"))
    args = [arg for arg in given if arg != "--debug"]
    try:
        return _run(args)
    except TelicError as error:
        if debug:
            raise
        return _complain(error)
    except KeyboardInterrupt:
        print("telic: interrupted; telic resume goes on", file=sys.stderr)
        return 130
    except Exception as error:
        if debug:
            raise
        return _complain(_bug(error))


def _run(args: list[str]) -> int:
    """The verb, if there is one; the help otherwise."""
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
    return importlib.import_module(f"telic.cli.{verb}").run(args[1:])


def _complain(error: TelicError) -> int:
    """Print an error in short; return its exit code."""
    from telic.cli.terminal import complain

    complain(error)
    return error.code


def _bug(error: Exception) -> TelicError:
    """Something that no one foresaw."""
    return TelicError(
        f"a bug: {type(error).__name__}: {error}",
        why="telic did not expect this",
        fix="run it again with --debug, and report it with the output of: telic doctor",
    )


if __name__ == "__main__":
    sys.exit(main())
