"""The versions that determine the bits of a result; every file records them."""

import functools
import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("telic", "jax", "jaxlib", "numpy", "optax", "safetensors")


def versions() -> dict[str, str]:
    """The versions of Python and the computing packages, and the machine, by name."""
    return dict(_versions())


@functools.cache
def _versions() -> tuple[tuple[str, str], ...]:
    """The same as pairs, cached, as looking them up reads a file per package."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return tuple(found.items())
