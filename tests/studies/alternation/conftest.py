"""The summary of a small study made by hand."""

import pytest

from telic.studies.alternation.summary import Summary, summarise
from telic.worlds import Keys


@pytest.fixture(scope="session")
def five(runs) -> Summary:
    """Five seeds: enough for intervals."""
    return summarise(runs(5), Keys())


@pytest.fixture(scope="session")
def three(runs) -> Summary:
    """Three seeds: no interval."""
    return summarise(runs(3), Keys())
