"""`telic doctor`: check the installation and this machine, and suggest repairs."""

import dataclasses
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from telic.cli.terminal import clean, parse_options, root_folder, say, say_json
from telic.core.errors import TelicError

Finding = tuple[bool, str]


@dataclasses.dataclass(frozen=True)
class Doctor:
    """Check the installation and this machine."""

    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object."""


def run(argv: Sequence[str]) -> int:
    """Run every check; the exit code is 2 if one fails."""
    given = parse_options(Doctor, argv, prog="telic doctor")
    root = root_folder(given.root)
    found = {name: _result(check, root) for name, check in CHECKS.items()}
    if given.json:
        say_json({name: {"ok": ok, "text": text} for name, (ok, text) in found.items()})
    else:
        for name, (ok, text) in found.items():
            say(f"{'ok  ' if ok else 'MEND'}  {name:10} {clean(text)}")
    return 0 if all(ok for ok, _ in found.values()) else 2


def _result(check: Callable[[Path], Finding], root: Path) -> Finding:
    """The finding of a check; a check that raises is a finding too."""
    try:
        return check(root)
    except (OSError, TelicError) as error:
        return False, next(iter(str(error).splitlines()), type(error).__name__)


def _python(root: Path) -> Finding:
    """The Python version."""
    ok = (3, 11) <= tuple(map(int, platform.python_version_tuple()[:2])) <= (3, 14)
    return ok, f"{platform.python_version()} on {platform.system()} (3.11 to 3.14)"


def _versions(root: Path) -> Finding:
    """The packages that decide results; one release of JAX is known to miscompile."""
    from telic.runs.folder import versions

    found = versions()
    text = ", ".join(f"{k} {v}" for k, v in found.items() if k != "python")
    return found["jax"] != "0.10.2", text


def _cores(root: Path) -> Finding:
    """The number of runs that can train side by side."""
    from telic.scale import engine

    return True, f"{len(engine.cores())} cores: so many seeds train at once"


def _device(root: Path) -> Finding:
    """The device on which JAX computes, and the accuracy of a product on it."""
    from telic.scale import engine

    engine.prepare()
    import jax
    import jax.numpy as jnp
    import numpy as np

    a = np.random.default_rng(0).normal(size=(256, 256)).astype(np.float32)
    seen = np.asarray(jnp.dot(a, a, precision="highest"), np.float64)
    error = np.abs(seen - a.astype(np.float64) @ a).max() / np.abs(seen).max()
    return bool(error < 1e-5), f"{jax.devices()[0]}, product off by {error:.0e} of 1"


def _speed(root: Path) -> Finding:
    """The matrix speed of one core, which bounds training."""
    import jax
    import jax.numpy as jnp

    a = jnp.ones((1024, 1024))
    product = jax.jit(jnp.dot)
    product(a, a).block_until_ready()
    began = time.perf_counter()
    for _ in range(5):
        product(a, a).block_until_ready()
    speed = 5 * 2 * 1024**3 / (time.perf_counter() - began) / 1e9
    return True, f"about {speed:.0f} GFLOP/s in float32 matrix products"


def _cache(root: Path) -> Finding:
    """The folder of compiled programs, and its size."""
    from telic.scale import engine

    path = engine.private_cache()
    files = list(path.glob("*"))
    size = sum(file.stat().st_size for file in files) / 2**20
    return True, f"{len(files)} compiled programs, {size:.0f} MiB, in {path}"


def _disk(root: Path) -> Finding:
    """A test that the root is writable, and the free space."""
    existing = next(
        p for p in [root.absolute(), *root.absolute().parents] if p.exists()
    )
    free = shutil.disk_usage(existing).free / 2**30
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        return False, f"cannot write to {existing}: {error.strerror}; use --root DIR"
    return free > 1, f"{free:.0f} GiB free in {existing}; a full run takes 54 MiB"


def _runs(root: Path) -> Finding:
    """The number of runs, and a test that all can be read."""
    from telic.runs import index

    rows, notes = index.refresh(root)
    more = f"; {notes[0]}" if notes else ""
    return not notes, f"{len(rows)} runs in {root}{more}"


CHECKS: dict[str, Callable[[Path], Finding]] = {
    "python": _python,
    "packages": _versions,
    "cores": _cores,
    "device": _device,
    "speed": _speed,
    "cache": _cache,
    "disk": _disk,
    "runs": _runs,
}
"""Every check, in order."""
