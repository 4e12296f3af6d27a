"""The summary of a small study made by hand."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from telic.studies.summary import Summary, summarise
from telic.worlds import Keys

# Test folders are not packages; the metrics of tests/studies are found by their path.
METRICS = runpy.run_path(str(Path(__file__).parent.parent / "studies" / "conftest.py"))


@pytest.fixture(scope="session")
def runs() -> Callable[..., dict[int, list[dict[str, Any]]]]:
    """`runs(seeds, phases)`: the metrics of a small study."""
    return METRICS["runs"]


@pytest.fixture(scope="session")
def five(runs) -> Summary:
    """Five seeds: enough for intervals."""
    return summarise(runs(5), Keys())


@pytest.fixture(scope="session")
def three(runs) -> Summary:
    """Three seeds: no interval."""
    return summarise(runs(3), Keys())
