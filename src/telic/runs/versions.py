"""The versions that decide the bits of a result; they stand in every file."""

import functools
import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("telic", "jax", "jaxlib", "numpy", "optax", "safetensors")


def versions() -> dict[str, str]:
    """Of Python, the machine and the packages that compute, by name."""
    return dict(_versions())


@functools.cache
def _versions() -> tuple[tuple[str, str], ...]:
    """The same, looked up once: it reads a file for each package."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return tuple(found.items())
