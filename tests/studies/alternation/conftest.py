"""The summary of a small study made by hand."""

import pytest

from telic.studies.alternation.summary import Summary
from telic.worlds import Keys
from tests.studies.handmade import summed


@pytest.fixture(scope="session")
def five(runs) -> Summary:
    """Five seeds: enough for intervals."""
    return summed(runs(5), Keys())


@pytest.fixture(scope="session")
def three(runs) -> Summary:
    """Three seeds: no interval."""
    return summed(runs(3), Keys())
