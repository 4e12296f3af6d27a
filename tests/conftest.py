"""How every test runs: checked shapes, strict ranks, one thread, a compile cache."""

import os
from pathlib import Path

from tests import flags

# JAX and XLA read these once, when they are first imported. Processes that a test
# starts inherit them.
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ["JAX_NUMPY_RANK_PROMOTION"] = "raise"
# Dtype promotion stays standard: under "strict", optax's own Adam is an error.
os.environ.setdefault("XLA_FLAGS", flags.COMPILING)
os.environ.setdefault(
    "JAX_COMPILATION_CACHE_DIR",
    str(Path(__file__).parent.parent / ".pytest_cache" / "xla"),
)
os.environ.setdefault(
    "TELIC_CACHE", str(Path(__file__).parent.parent / ".pytest_cache" / "telic")
)
# Every program is kept on disk: the other worker finds it there, and so does this one
# once it has let its own go (`tests.memory`).
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # as telic.scale.engine does
os.environ.setdefault("MPLBACKEND", "agg")

import hypothesis
import pytest

from tests import memory, typed

typed.install()
memory.share_contexts()

# A compile in the middle of an example is no slow example; a red test stays red.
hypothesis.settings.register_profile("telic", deadline=None, derandomize=True)
hypothesis.settings.load_profile("telic")

DEAR = ("e2e", "slow", "claims", "mutants")
"""Marks of tests that take long, or need more than this process."""


def pytest_configure(config: pytest.Config) -> None:
    """Hold every process down, whatever it tests."""
    config.pluginmanager.register(memory.Memory())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list) -> None:
    """Mark what is `unit`; workers begin with the files that take longest for a few."""
    for item in items:
        if not any(item.get_closest_marker(name) for name in DEAR):
            item.add_marker("unit")
    if hasattr(config, "workerinput"):
        long = {item.path for item in items if item.get_closest_marker("e2e")}
        items.sort(key=lambda item: item.path not in long)


@pytest.fixture
def undrawn():
    """Pages without ink, where what is drawn is not the subject."""
    from tests import pages

    with pages.undrawn():
        yield


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    """Two runs of six short phases, complete: enough for studies of edits."""
    from tests import made
    from tests.studies import trained

    return made.copied("pair", trained.pair, tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="session")
def spliced(tmp_path_factory):
    """Runs like `pair`, once the small splice study is done on them."""
    from tests import made
    from tests.studies import trained

    return made.copied("spliced", trained.spliced, tmp_path_factory.mktemp("spliced"))


@pytest.fixture(scope="session")
def retargeted(tmp_path_factory):
    """Runs like `pair`, once the small retarget study is done on them."""
    from tests import made
    from tests.studies import trained

    place = tmp_path_factory.mktemp("retargeted")
    return made.copied("retargeted", trained.retargeted, place)


@pytest.fixture(scope="session")
def landers(tmp_path_factory):
    """Two runs of landers, complete and too short to learn anything."""
    from tests import made
    from tests.studies import landed

    return made.copied("landers", landed.landers, tmp_path_factory.mktemp("landers"))


@pytest.fixture(scope="session")
def isolated_landers(tmp_path_factory):
    """Runs like `landers`, once the small studies of landers are done on them."""
    from tests import made
    from tests.studies import landed

    return made.copied("isolated", landed.isolated, tmp_path_factory.mktemp("isolated"))


@pytest.fixture(scope="session")
def examined(tmp_path_factory):
    """Runs with planted goals, once their papers are made."""
    from tests import made
    from tests.studies import examined

    return made.copied("examined", examined.examined, tmp_path_factory.mktemp("exam"))
