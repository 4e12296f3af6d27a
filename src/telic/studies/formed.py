"""Formed: answers that a study can read, or the name of the file that it cannot.

The hash in an answer tells that nobody altered it, and not that it says what its study
says. Whoever gathers answers indexes into them: here what that ends in is turned into
an error that names the file.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from telic.core.errors import DamagedError, TelicError
from telic.core.typed import fits, short
from telic.runs.folder import Run
from telic.studies import answers

Found = TypeVar("Found")

UNFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading an answer of another form may end in."""


def gatherer(study: str) -> Callable[[Callable[..., Found]], Callable[..., Found]]:
    """Let a function that gathers a study's answers name the one that it cannot read.

    The function takes runs, or runs by variant, and settings.
    """

    def wrap(gather: Callable[..., Found]) -> Callable[..., Found]:
        @functools.wraps(gather)
        def gathered(runs: Any, settings: Mapping[str, Any]) -> Found:
            try:
                return gather(runs, settings)
            except TelicError:  # an InputError is a ValueError as well
                raise
            except UNFORMED as error:
                raise _unread(gather, study, runs, settings, error) from error

        return gathered

    return wrap


def check(answer: Mapping[str, Any], form: Mapping[str, Any]) -> None:
    """Raise unless an answer has parts of these types; within a gatherer.

    Raises:
        TypeError: At the first part that it lacks, or that is of another type.

    Example:
        >>> check({"gate": {"landing": 1.0}}, {"gate": dict[str, float]})
    """
    for part, kind in form.items():
        if not fits(answer[part], kind):
            raise TypeError(f"{part} = {short(answer[part])}")


def _unread(
    gather: Callable[..., Any],
    study: str,
    runs: Any,
    settings: Mapping[str, Any],
    error: Exception,
) -> DamagedError:
    """What is wrong, and with which file: that of the run that alone is not read."""
    paths, run = [], None
    for run, alone in _each(runs):
        try:
            gather(alone, settings)
        except TelicError:
            continue
        except UNFORMED:
            paths.append(answers.path_of(run, study, settings))
    assert run is not None, "nothing was gathered, so nothing was read"
    file = answers.path_of(run, study, settings)
    which = str(paths[0]) if paths else f"{file.name} of the run that is unlike others"
    return DamagedError(
        f"an answer of {study} is not of the right form",
        why=f"{type(error).__name__}: {short(str(error))}",
        fix=f"remove {which}; the study finds it again",
    )


def _each(runs: Any) -> Iterator[tuple[Run, Any]]:
    """Each run, and what it is as the only one."""
    if isinstance(runs, Mapping):
        for variant, each in runs.items():
            yield from ((run, {variant: [run]}) for run in each)
    else:
        yield from ((run, [run]) for run in runs)
