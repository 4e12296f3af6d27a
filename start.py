"""Set telic up in .venv beside this file, then run it.

    python3 start.py demo          watch an agent's goal change (small and quick)
    python3 start.py test          style, types, import contract, then the tests
    python3 start.py test -k keys  only the tests, with these words for pytest
    python3 start.py lint          all of `test` except the tests
    python3 start.py audit         licences of all packages, and known weaknesses
    python3 start.py VERB ...      any verb of telic itself: train, report ...
                                   (what flies a lander adds the lander's packages)

The first call takes a minute and prints each command it runs; later calls start at
once. .venv is this script's own: it may make it anew, and you may delete it.
"""

# Standard library and Python 3.6 syntax only: an old Python must reach its message.
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "telic-set-up.txt"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
# Started by .venv's own Python, a rebuild must not stand on what it takes away.
BASE = getattr(sys, "_base_executable", None) or sys.executable
RUN, LANDER, DEV = (
    "requirements-run.lock",
    "requirements-lander.lock",
    "requirements.lock",
)
# What .venv may hold, each with all of those before it.
LOCKS = {"run": [RUN], "lander": [RUN, LANDER], "dev": [DEV]}
# How the words begin that need the lander's packages: studies, runs and presets of it.
FLIES = ("landing", "isolation", "snr", "lander")
LINTERS = ("ruff check", "ruff format --check", "basedpyright", "lint-imports")


class UnfitError(Exception):
    """This Python cannot run telic, or cannot make .venv; the words say the fix."""


def main(words: list) -> int:
    """The exit code of what the words ask for."""
    if not words or words[0] in ("-h", "--help"):
        print((__doc__ or "").strip())
        return 0 if words else 2
    verb, rest = words[0], words[1:]
    try:
        set_up(needed(verb, rest))
        if verb == "lint":
            return take([step.split() for step in LINTERS])
        if verb == "audit":
            return subprocess.call([str(PYTHON), str(ROOT / "tools" / "audit.py")])
        if verb == "test":
            steps = [] if rest else [step.split() for step in LINTERS]
            spread = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
            return take([*steps, ["pytest", *spread, *rest]])
    except UnfitError as problem:
        say(f"start.py: {problem}")
        return 2
    except subprocess.CalledProcessError as failure:
        return failure.returncode
    except KeyboardInterrupt:
        say("start.py: interrupted; run the same command to go on.")
        return 130
    if os.name != "nt":  # turn into telic, so that its signals and exit code are ours
        os.execv(str(BIN / "telic"), ["telic", *words])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for telic to handle
    return subprocess.run([str(BIN / "telic"), *words]).returncode


def needed(verb: str, rest: list) -> str:
    """Which packages of LOCKS the words need."""
    if verb in ("test", "lint", "audit"):
        return "dev"
    return "lander" if any(word.startswith(FLIES) for word in rest) else "run"


def check_python(version: tuple, python: str, lacks: list) -> None:
    """Raise UnfitError, with the fix, if this Python cannot run telic or make .venv."""
    here = f"{version[0]}.{version[1]}"
    if f"python{here}" not in PYTHONS:
        found = next(filter(shutil.which, PYTHONS), "(install one) python3.12")
        raise UnfitError(
            f"telic runs on Python 3.11 to 3.14; {python} is Python {here}.\n"
            f"Fix: {found} start.py ..."
        )
    if lacks:
        raise UnfitError(
            f"{python} cannot make a virtual environment: it has no {lacks[0]}."
            f"\nFix: sudo apt install python{here}-venv (Debian, Ubuntu), or install uv"
        )


def set_up(wanted: str) -> None:
    """Make .venv hold the wanted packages, unless its stamp says that it does.

    The stamp is removed first and written last: a .venv without one was interrupted and
    is made anew; one with the stamp of other packages is brought up to date.
    """
    uv = shutil.which("uv") or ""
    old = STAMP.read_text() if STAMP.exists() and PYTHON.exists() else "\n"
    held = old.split("\n")[1].split(" ")[0]
    wanted = max({wanted, held} & set(LOCKS), key=list(LOCKS).index)
    new = stamp_for(wanted)
    if old == new:
        return
    whole = old.split("\n")[0] == new.split("\n")[0]
    lacks = [name for name in ("venv", "ensurepip") if not find_spec(name)]
    check_python(sys.version_info[:2], sys.executable, [] if uv or whole else lacks)
    if whole:
        STAMP.unlink()
    elif VENV.exists():
        say(f"start.py: {VENV} is unfinished or of another Python: making it anew")
        shutil.rmtree(str(VENV))
    for command in commands(uv, wanted, whole):
        say("$ " + " ".join(map(shlex.quote, command)))
        subprocess.run(command, check=True)
    STAMP.write_text(new)


def stamp_for(wanted: str) -> str:
    """What .venv depends on: its Python and place, then the packages it holds."""
    files = [ROOT / name for name in [*LOCKS[wanted], "pyproject.toml"]]
    digest = hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
    return f"Python {sys.version.split()[0]} in {VENV}\n{wanted} {digest}\n"


def commands(uv: str, wanted: str, whole: bool) -> list:
    """The commands that fill .venv, in order: with uv if there is one, or with pip."""
    if uv:
        make = [uv, "venv", "--quiet", "--seed", "--python", BASE, VENV]
        install = [uv, "pip", "install", "--quiet", "--python", PYTHON]
    else:
        make = [BASE, "-m", "venv", VENV]
        install = [PYTHON, "-m", "pip", "install", "--quiet"]
    wheels = ["--require-hashes", "--only-binary", ":all:"]
    wheels += [word for name in LOCKS[wanted] for word in ("-r", ROOT / name)]
    itself = ["--no-build-isolation", "--no-deps", "--editable", ROOT]
    lines = [*([] if whole else [make]), install + wheels, install + itself]
    return [list(map(str, line)) for line in lines]


def take(steps: list) -> int:
    """Run each step, print its name and seconds, stop at the first that fails."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    # Bytecode is kept, whatever the shell says: tests start many further Pythons.
    kept = {"PYTHONPYCACHEPREFIX": str(ROOT / ".pytest_cache" / "bytecode")}
    env = {**os.environ, "PATH": path, **kept, "PYTHONDONTWRITEBYTECODE": ""}
    for tool, *rest in steps:
        command, start = [str(BIN / tool), *rest], time.perf_counter()
        code = subprocess.call(command, cwd=ROOT, env=env)
        name, seconds = " ".join([tool, *rest]), time.perf_counter() - start
        say(f"start.py: {name}: {'failed' if code else 'passed'} in {seconds:.1f} s")
        if code:
            return code
    return 0


def say(line: str) -> None:
    """Print a line where it does not mix with what telic prints."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
