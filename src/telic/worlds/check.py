"""Checks of a world before it is used, as users' worlds may be wrong.

The declarations are checked. For a world in JAX, one reset and one step are traced for
two copies, without computing anything; the answers of a simulator are checked while it
runs (`telic.worlds.guard`).
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from telic.core.errors import THEIRS, InputError, TelicError, WorldError, said
from telic.core.typed import short
from telic.worlds.base import JaxWorld, Transition, World
from telic.worlds.goals import goals_of
from telic.worlds.host import HostWorld

Answer = TypeVar("Answer")

PARTS = ("events", "actions", "observation", "encoding", "limit")
"""The declarations of every world."""

RENAMED = {"happened": "compute_events"}
"""Today's names of methods by those of earlier versions, which nobody calls now."""


def check_world(world: Any) -> None:
    """Raise unless a world keeps its contract, as far as can be checked statically.

    Raises:
        InputError: If a declaration cannot be read, or has the wrong form.
        WorldError: If a step raises, or breaks the contract.

    Example:
        >>> from telic.worlds import Keys
        >>> check_world(Keys())
    """
    name = type(world).__name__
    for old, now in RENAMED.items():
        if _has(world, old):
            raise InputError(f"{name} has {old}", why=f"its name is {now} now")
    told = {part: _told(world, part) for part in PARTS}
    _check_names(name, "events", told["events"])
    _check_names(name, "actions", told["actions"])
    _check_shape(name, told["observation"])
    _check_encoding(name, told["encoding"])
    if not _whole(told["limit"]) or told["limit"] < 1:
        raise InputError(
            f"{name}.limit = {short(told['limit'])}",
            why="a whole number of steps, 1 or more: an episode without end cannot be "
            "counted",
        )
    _check_goals(world, name)
    if isinstance(world, JaxWorld):
        _check_step(world)
    elif not isinstance(world, HostWorld):
        raise InputError(
            f"nobody can act in {name}",
            why="a world in JAX has sample_noise, reset, step and observe; a "
            "simulator has info, vector_env and compute_events",
            fix="subclass telic.GymWorld or telic.GymnaxWorld",
        )


def _told(world: Any, part: str) -> Any:
    """One of a world's declarations."""
    try:
        return getattr(world, part)
    except TelicError:
        raise
    except THEIRS as error:
        raise InputError(
            f"the {part} of {type(world).__name__} cannot be read",
            why=said(error),
            fix="see examples/own_world.py, or subclass telic.GymWorld",
        ) from error


def _check_names(name: str, part: str, given: Any) -> None:
    """Raise unless the value is a tuple of at least one name, all different."""
    names = given if isinstance(given, tuple) else ()
    fine = all(isinstance(word, str) and word.strip() for word in names)
    if not names or not fine or len(set(names)) < len(names):
        raise InputError(
            f"{name}.{part} = {short(given)}",
            why="a tuple of names, at least one, and each once",
            fix=f'for example {part} = ("left", "right")',
        )


def _check_shape(name: str, given: Any) -> None:
    """Raise unless the value is the shape of an observation."""
    fine = isinstance(given, tuple) and all(_whole(n) and n > 0 for n in given)
    if not fine or not given:
        raise InputError(
            f"{name}.observation = {short(given)}",
            why="the shape of what is seen: a tuple of whole numbers above 0",
            fix="for example observation = (4,)",
        )


def _check_encoding(name: str, given: Any) -> None:
    """Raise unless the value is None, or a table of channel values."""
    if given is None:
        return
    fine = isinstance(given, np.ndarray) and given.ndim == 2 and given.size
    if not fine or given.dtype != np.float32 or not np.isfinite(given).all():
        raise InputError(
            f"{name}.encoding = {short(given)}",
            why="None, or a NumPy array of finite float32, (codes, channels)",
        )


def _check_goals(world: Any, name: str) -> None:
    """Raise if a world declares only some of goals, failures and timeout."""
    declared = [part for part in ("goals", "failures", "timeout") if _has(world, part)]
    if 0 < len(declared) < 3:
        raise InputError(
            f"{name} declares {' and '.join(declared)} alone",
            why="a world with goals declares goals, failures and timeout",
            fix="where there are none: failures = (), timeout = None",
        )
    if declared:
        goals_of(world)


def _has(world: Any, part: str) -> bool:
    """True if a world declares a part, in its class or in a field."""
    return any(part in vars(kind) for kind in type(world).__mro__) or part in getattr(
        world, "__dict__", {}
    )


@functools.lru_cache(maxsize=16)
def _check_step(world: JaxWorld) -> None:
    """Raise unless one reset and one step can be traced and fit each other."""
    name = type(world).__name__
    keys = jax.eval_shape(lambda: jax.random.split(jax.random.key(0), 2))
    noise = _traced(name, "sample_noise", world.sample_noise, keys)
    state = _traced(name, "reset", world.reset, noise)
    _check_seen(world, _traced(name, "observe", world.observe, state), "a reset")
    action = jax.ShapeDtypeStruct((2,), jnp.int32)
    after = _traced(name, "step", world.step, state, action, noise)
    if not isinstance(after, Transition):
        raise _broken(name, f"a step gives a {type(after).__name__}", "a Transition")
    kept, other = _leaves(state), _leaves(after.state)
    if kept != other:
        differ = sorted(set(kept.items()) ^ set(other.items()))[0][0]
        was, now = (found.get(differ, "nothing") for found in (kept, other))
        what = f"after a step its state{differ} is {now}"
        raise _broken(name, what, f"the form that it has after a reset: {was}")
    _check_seen(world, _traced(name, "observe", world.observe, after.state), "a step")
    count = len(world.events)
    if getattr(after.events, "shape", None) != (2, count):
        what = f"a step tells the events {after.events}, for two copies"
        raise _broken(name, what, f"a number of each of its {count} events for each")
    for end in ("terminated", "truncated"):
        flag = getattr(after, end)
        if getattr(flag, "shape", None) != (2,) or flag.dtype != bool:
            what = f"{end} is {flag}, for two copies"
            raise _broken(name, what, "True or False for each")


def _traced(name: str, part: str, ask: Callable[..., Answer], *given: Any) -> Answer:
    """The shapes that a function of a world returns for two copies."""
    try:
        return jax.eval_shape(jax.vmap(ask), *given)
    except TelicError:
        raise
    except THEIRS as error:
        raise WorldError(
            f"{name} failed in {part}",
            why=said(error),
            fix="mend the world: pure functions of JAX, one environment at a time",
        ) from error


def _check_seen(world: World, seen: Any, where: str) -> None:
    """Raise unless an observation has the declared shape and kind."""
    name, due = type(world).__name__, tuple(world.observation)
    shape = getattr(seen, "shape", None)
    if shape is None or shape[1:] != due:
        sight = "no array" if shape is None else f"the shape {shape[1:]}"
        raise _broken(name, f"it shows {sight} after {where}", f"observation = {due}")
    if world.encoding is not None and not jnp.issubdtype(seen.dtype, jnp.integer):
        raise _broken(name, f"it shows {seen.dtype} after {where}", "codes: integers")


def _leaves(state: Any) -> dict[str, str]:
    """The dtype and shape of every leaf of a state, by its path."""
    found, _ = jax.tree_util.tree_flatten_with_path(state)
    return {
        jax.tree_util.keystr(path): f"{leaf.dtype}{list(leaf.shape[1:])}"
        for path, leaf in found
    }


def _broken(name: str, what: str, due: str) -> WorldError:
    """The error for a step that breaks its world's contract."""
    return WorldError(f"{name}: {what}", why=f"due is {due}", fix="mend the world")


def _whole(value: Any) -> bool:
    """True if the value is an integer, and not a bool."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
