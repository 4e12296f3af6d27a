"""List the licence of every locked package, and ask whether one has known weaknesses.

    python3 start.py audit

Licences are read from what is installed, and held against a list of those that may be
used and given on freely; any other stands below by name, with its reason. Advisories
come from the index that pip is set to, if it answers with PyPI's JSON. Where it does
not, that is said, and the exit code is 3: that nobody looked is not that nothing was
found. Exit code 1: a licence or an advisory needs a decision.
"""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"  # it holds the packages of the other locks as well

ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0"),
    *("ISC", "MIT", "MIT-CMU", "PSF-2.0", "Zlib"),
}
"""Licences, by their SPDX names, that ask for no more than to be named."""

WORDS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
    "zlib": "Zlib",
}
"""What packages say instead of the SPDX name."""

EXCEPTIONS = {
    "hypothesis": ("MPL-2.0", "only in the tests, unchanged"),
    "pathspec": (
        "Mozilla Public License 2.0 (MPL 2.0)",
        "hatchling's, only when telic is built, unchanged",
    ),
    "pygame-ce": (
        "GNU Library or Lesser General Public License (LGPL)",
        "the lander's pictures; a library of its own that can be exchanged",
    ),
}
"""Packages with another licence, which one it is, and why that is taken."""

PATIENCE = 3
"""So many packages without an answer, and the index is asked no more."""

Ask = Callable[[str], Mapping[str, Any]]


def main() -> int:
    """Print both lists; return the exit code."""
    pins = pinned(LOCK.read_text())
    bad, unseen = [], []
    for name, version in pins:
        licence, verdict = judge(name)
        print(f"{name:24} {version:16} {licence:40.40} {verdict}")
        bad += [name] if verdict == NO else []
        unseen += [name] if verdict == GONE else []
    advised, silent = advisories(pins, asked)
    for line in advised:
        print(line)
    print(f"licences: {len(pins)} packages, {len(bad)} without a decision {bad or ''}")
    if unseen:
        print(f"licences NOT CHECKED, as they are not installed here: {unseen}")
    print(silent or f"advisories: {len(advised)} found")
    return 1 if bad or advised else 3 if silent or unseen else 0


def pinned(lock: str) -> list[list[str]]:
    """Name and version of every package of a lock; of some, one for each Python.

    Example:
        >>> pinned("a==1.0 ; python_version < '3.12'")
        [['a', '1.0']]
    """
    lines = [line.split()[0] for line in lock.splitlines() if line[:1].isalnum()]
    return [line.split("==") for line in lines]


NO, GONE = "NOT ALLOWED", "not installed here: not looked at"


def judge(name: str) -> tuple[str, str]:
    """The licence of a package, and whether it is taken."""
    try:
        licence = declared(metadata.metadata(name))
    except metadata.PackageNotFoundError:
        return "", GONE
    if (named := EXCEPTIONS.get(name)) and named[0] == licence:
        return licence, f"taken: {named[1]}"
    return licence, "allowed" if allowed(licence) else NO


def declared(package: Any) -> str:
    """What a package says of its licence: the expression, the classifier, or a line."""
    kinds = [text for text in package.get_all("Classifier", []) if "License ::" in text]
    told = [kind.split(" :: ")[-1] for kind in kinds]
    told = [text for text in told if text not in ("DFSG approved", "OSI Approved")]
    if package.get("License-Expression"):
        return package["License-Expression"]
    if told:
        return " AND ".join(WORDS.get(text, text) for text in told)
    line = (package.get("License") or "nothing").strip().splitlines()[0]
    return WORDS.get(line, line)


def allowed(licence: str) -> bool:
    """Whether a licence, or one that may be chosen in its place, is on the list.

    Example:
        >>> allowed("MIT AND (Apache-2.0 OR GPL-3.0)"), allowed("MIT AND GPL-3.0")
        (True, False)
    """
    parts = [part.strip(" ()").split(" OR ") for part in licence.split(" AND ")]
    return all(any(one.strip(" ()") in ALLOWED for one in part) for part in parts)


def advisories(pins: Iterable[Sequence[str]], ask: Ask) -> tuple[list[str], str]:
    """Known weaknesses, a line each; and, if it is so, that not all were looked for."""
    found: list[str] = []
    unanswered: list[str] = []
    for name, version in pins:
        try:
            known = ask(f"{name}/{version}/json")["vulnerabilities"]
        except (ImportError, OSError, ValueError, KeyError, TypeError) as error:
            unanswered.append(f"{name}: {error or type(error).__name__}")
            if len(unanswered) == PATIENCE:
                break
            continue
        found += [line for one in known for line in _told(name, version, one)]
    if not unanswered:
        return found, ""
    return found, f"advisories: NOT CHECKED for all packages ({unanswered[0]})"


def _told(name: str, version: str, one: Mapping[str, Any]) -> Iterator[str]:
    """A weakness in a line; none that was withdrawn."""
    if not one.get("withdrawn"):
        mended = ", ".join(one.get("fixed_in") or []) or "no version"
        yield f"{name} {version}: {one.get('id')}, mended in {mended}"


def asked(place: str) -> Mapping[str, Any]:
    """What the index says of one version.

    Raises:
        OSError: If it cannot be reached, or knows no such place.
        ValueError: If it answers with something else than JSON.
    """
    with urllib.request.urlopen(f"{index()}/{place}", timeout=20) as answer:
        return json.loads(answer.read(20_000_000))


def index() -> str:
    """The address of the JSON of the index that pip is set to."""
    pip = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    told = subprocess.run(pip, capture_output=True, text=True, check=False).stdout
    if told.strip():
        return told.strip().rstrip("/").removesuffix("/simple") + "/pypi"
    from pip._internal.models.index import PyPI  # what pip asks if nothing is set

    return PyPI.pypi_url


if __name__ == "__main__":
    sys.exit(main())
