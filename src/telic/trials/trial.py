"""A trial: edits of an agent in fixed episodes, always beside their nulls.

Every trial has the unedited agent, the donor (the ceiling, if there is one), each edit
and, for each edit, its nulls. All of them play the same episodes.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax

from telic.core.errors import InputError
from telic.edits.base import Edit, edit_summary
from telic.policies import Agent
from telic.rollouts import Episodes, EpisodeSeeds, Rates, play, rates
from telic.worlds.base import World
from telic.worlds.objectives import Objective

UNEDITED, DONOR = "no edit", "donor"


class Result(NamedTuple):
    """One row of a trial: an edit of one agent, or one of that edit's nulls.

    Attributes:
        edit: The edit's name or condition; `no edit` and `donor` for the references.
        null: The name of the null; empty for the edit itself.
        rates: The rates of the edited agent.
        parameters: The number of entries changed or added.
        norm: The Euclidean norm of that change.
        changed: Whether anything was changed.
    """

    edit: Hashable
    null: str
    rates: Rates
    parameters: int
    norm: float
    changed: bool


def trial(
    agent: Agent,
    edits: Mapping[Any, Edit],
    seeds: EpisodeSeeds,
    *,
    key: jax.Array,
    world: World,
    objectives: Sequence[Objective] = (),
    donor: Agent | None = None,
    extra: Mapping[Any, Mapping[str, Edit]] | None = None,
    draws: Mapping[Any, int] | None = None,
    greedy: bool = False,
    also: Callable[[Episodes, World], Rates] | None = None,
    of_agent: Callable[[Agent], Rates] | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """The rates of an agent under some edits and their nulls.

    Args:
        agent: The agent to be edited.
        edits: The edits by name, or by `Condition`.
        seeds: The noise of the episodes, the same for all agents.
        key: The random key of the nulls.
        world: The world of the episodes.
        objectives: The objectives to report returns under.
        donor: An agent with the behaviour that the edits aim at.
        extra: Further nulls of some edits, by the edit's name: another seed's vector,
            or that of further training on the old objective.
        draws: For some edits, by name, the number of draws of every null that the edit
            has of its own; else 1. What is told of such a null are means over its
            draws, each in all episodes.
        greedy: Whether agents take their most probable action instead of sampling.
        also: Further measures of an agent's episodes, beside `rates`.
        of_agent: Further measures of an agent itself, such as how far it was moved.
        watch: Called before each edit with its index and the number of edits.

    Returns:
        One row for `no edit`, for `donor`, and for each edit and each of its nulls.

    Raises:
        InputError: If an edit does not fit the agent, has a reserved name, or has no
            null; or if there is no draw.
    """
    draws = draws or {}
    if min(draws.values(), default=1) < 1:
        raise InputError(f"draws = {dict(draws)}", why="allowed: 1 or more")
    _check_names(edits)
    play_ = _player(seeds, world, objectives, greedy, also, of_agent)
    results = [play_(UNEDITED, "", agent, agent)]
    if donor is not None:
        results.append(play_(DONOR, "", agent, donor))
    names = list(edits)
    for name, null, drawn in _arms(agent, edits, key, extra or {}, draws):
        if watch and not null:
            watch(names.index(name), len(names))
        played = [play_(name, null, agent, edit(agent)) for edit in drawn]
        results.append(_mean(played) if len(played) > 1 else played[0])
    return results


def _mean(drawn: Sequence[Result]) -> Result:
    """The result of a null: the means over its draws."""
    count = len(drawn)
    return drawn[0]._replace(
        rates={k: sum(r.rates[k] for r in drawn) / count for k in drawn[0].rates},
        parameters=round(sum(r.parameters for r in drawn) / count),
        norm=sum(r.norm for r in drawn) / count,
        changed=any(r.changed for r in drawn),
    )


def _check_names(edits: Mapping[Any, Edit]) -> None:
    """Raise, before anything is played, if an edit has a reserved name."""
    for name in edits:
        if name in (UNEDITED, DONOR):
            raise InputError(f"an edit is named {name!r}", why="the name is taken")


def _arms(
    agent: Agent,
    edits: Mapping[Any, Edit],
    key: jax.Array,
    extra: Mapping[Any, Mapping[str, Edit]],
    draws: Mapping[Any, int],
) -> Iterator[tuple[Hashable, str, list[Edit]]]:
    """Each edit followed by the draws of each of its nulls, made lazily."""
    keys = jax.random.split(key, len(edits))
    for (name, edit), null_key in zip(edits.items(), keys, strict=True):
        count = draws.get(name, 1)
        again = [jax.random.fold_in(null_key, draw) for draw in range(1, count)]
        drawn = [edit.nulls(each, agent) for each in (null_key, *again)]
        nulls = {null: [each[null] for each in drawn] for null in drawn[0]}
        nulls |= {null: [given] for null, given in extra.get(name, {}).items()}
        if not nulls:
            raise InputError(
                f"edit {name!r} has no null",
                why="what an edit does means nothing without one",
                fix="give it one: extra={name: {...}}",
            )
        yield name, "", [edit]
        for null, controls in nulls.items():
            yield name, null, controls


def _player(
    seeds: EpisodeSeeds,
    world: World,
    objectives: Sequence[Objective],
    greedy: bool,
    also: Callable[[Episodes, World], Rates] | None,
    of_agent: Callable[[Agent], Rates] | None,
):
    """A function that evaluates one arm."""

    def evaluate(name: Hashable, null: str, before: Agent, after: Agent) -> Result:
        played = play(after, world, seeds, greedy=greedy)
        done = edit_summary(before, after)
        found = rates(played, world, objectives)
        found |= also(played, world) if also else {}
        found |= of_agent(after) if of_agent else {}
        return Result(name, null, found, done.parameters, done.norm, done.changed)

    return evaluate
