"""The work of worker processes, in this process: where processes are not the subject.

A worker has to load JAX and to compile what it runs, seconds each time.
"""

import contextlib
import importlib
from collections.abc import Iterator

import pytest

from telic.scale.local import TRAIN, Outcome, attend, check_workers


@contextlib.contextmanager
def in_this_process() -> Iterator[None]:
    """Commands start no workers."""
    with pytest.MonkeyPatch.context() as patch:
        for home in ("telic.scale.local", "telic.cli.execute"):
            patch.setattr(f"{home}.carry_all", carry_all)
        yield


def carry_all(paths, *, workers=None, listen, job=TRAIN, options=None) -> Outcome:
    """`telic.scale.local.carry_all`, one run after another."""
    check_workers(workers)
    module, _, name = job.partition(":")
    work = getattr(importlib.import_module(module), name)
    outcome = Outcome()
    for path in map(str, paths):

        def tell(kind, value, path=path):
            if kind == "error":
                outcome.failed[path] = value
            elif kind == "end":
                outcome.done.append(path)
            listen(path, kind, value)

        attend(work, path, options or {}, tell=tell, stop=lambda: False)
    return outcome
