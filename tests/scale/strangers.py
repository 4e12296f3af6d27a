"""Locators of people who are careless, curious, or mean harm; and what becomes of each.

They are in `strangers.txt`: a name, a part of the outcome that each must have, what it
does when it is imported (up to `---`) and what it does when it is asked. MARK, ROOT and
PORT in a text are replaced: by a word that nobody else uses, which is in the command
line of whatever the locator starts; by the folder of the runs, as if somebody had said
where it is; and by a port at which somebody listens.
"""

import re
import textwrap
from pathlib import Path
from typing import NamedTuple

START = '''
import ctypes, glob, json, os, signal, socket, struct, subprocess, sys, threading, time
from pathlib import Path

import numpy as np
from telic.locators import Locus


def honest(evidence, key):
    scores = {p: np.abs(np.asarray(v)) for p, v in evidence.vector.items()}
    return Locus("weights", scores)


def given():
    """What the child was told."""
    return json.loads(sys.argv[1])


def pipes():
    """The descriptors of the pipes to the examiner: of one it reads, it writes one."""
    for name in sorted(map(int, os.listdir("/proc/self/fd"))):
        try:
            if name > 2 and os.readlink(f"/proc/self/fd/{name}").startswith("pipe:"):
                yield name
        except OSError:
            pass


def channel():
    """The one that the examiner reads."""
    for name in pipes():
        try:
            os.write(name, b"")
            return name
        except OSError:
            pass
    raise RuntimeError("no channel")


def strings():
    """Every folder of which the name is anywhere in this process."""
    import gc
    frame, seen = sys._getframe(), []
    while frame:
        seen += list(frame.f_locals.values())
        frame = frame.f_back
    seen += [*sys.argv, *os.environ.values(), *gc.get_objects()]
    deep = []
    for one in seen:
        deep.append(one)
        if isinstance(one, dict):
            deep += list(one.values())
        elif isinstance(one, (list, tuple)):
            deep += list(one)
    texts = {str(x) for x in deep if isinstance(x, (str, os.PathLike))}
    short = [x for x in texts if x.startswith("/") and len(x) < 500]
    return [x for x in short if os.path.isdir(x)]


def knowing(folder, evidence):
    """An answer that is the truth itself."""
    from safetensors.numpy import load_file
    files = [Path(at, "truth.safetensors") for at in (folder, f"{folder}-truth")]
    truth = load_file(next((file for file in files if file.exists()), files[0]))
    start = "solutions/0/truth"
    return Locus("weights", {p: truth[f"{start}/{p}"] for p in evidence.recipient})


def stay(**how):
    """Start a process that stays, in a session of its own."""
    command = [sys.executable, "-S", "-c", "import time; time.sleep(900)", "MARK"]
    return subprocess.Popen(command, start_new_session=True, **how)
'''

NOTHING = "saw nothing"
"""What a thief says that found nothing."""


class Stranger(NamedTuple):
    """One of them.

    Attributes:
        row: A part of the outcome that it must have.
        text: Its Python.
        walls: Whether it does real harm where there are no walls.
    """

    row: str
    text: str
    walls: bool


def _read() -> dict[str, Stranger]:
    """All of them, by name; the last tries what all other thieves try."""
    said = Path(__file__).with_name("strangers.txt").read_text()
    open_, walled = said.split("#### behind walls")
    found = {**_parts(open_, False), **_parts(walled, True)}
    thefts = {n: one for n, one in found.items() if NOTHING in one.row}
    functions = [
        one.text.removeprefix(START).replace("def locate(", f"def theft_{number}(")
        for number, one in enumerate(thefts.values())
    ]
    body = f"""
        seen = []
        for number, name in enumerate({list(thefts)!r}):
            try:
                globals()[f"theft_{{number}}"](evidence, key)
                seen.append(name)
            except BaseException:
                pass
        raise RuntimeError("saw " + (", ".join(seen) or "nothing"))
    """
    text = _text("\n".join(functions), textwrap.dedent(body))
    thief = Stranger(f"crashed: RuntimeError: {NOTHING}", text, True)
    return found | {"everything at once": thief}


def _parts(said: str, walls: bool) -> dict[str, Stranger]:
    """Those in one part of the file."""
    found = {}
    for part in said.split("\n=== ")[1:]:
        name, row, rest = part.split("\n", 2)
        before, _, body = rest.rpartition("\n---\n")
        text = _text(before, re.sub(r"(?m)^#### .*$", "", body))
        found[name] = Stranger(row.removeprefix("=>").strip(), text, walls)
    return found


def _text(before: str, body: str) -> str:
    """The Python of one."""
    function = textwrap.indent(body.strip("\n"), "    ")
    return f"{START}\n\n{before}\n\n\ndef locate(evidence, key):\n{function}\n"


STRANGERS = _read()

SEARCHING = {
    "600,000 empty arrays",
    "reads the frames above it",
    "searches the whole disk",
    "everything at once",
}
"""Those that take their time."""
