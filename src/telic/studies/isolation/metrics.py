"""Metrics: the measures of agents before and after an edit, and their captions.

In any world an agent is measured by its returns under both objectives and by the events
of its episodes. `world_metrics` names the worlds that have special metrics.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.rollouts import Episodes, Rates
from telic.worlds import World
from telic.worlds.goals import competence_of, goals_of, roles, success_of
from telic.worlds.objectives import Objective

LOSS, FIRST, SECOND = "loss", "first", "second"
"""Minus the return under the second objective; the returns under each objective."""

Curves = Mapping[str, Float[np.ndarray, "seeds rollouts"]]


class Followed(NamedTuple):
    """The quantity that is drawn beside the return while agents train on.

    Attributes:
        name: Its caption.
        of: The function that computes it from the columns of a run's metrics.
    """

    name: str
    of: Callable[[Curves], Float[np.ndarray, "seeds rollouts"]]


@dataclasses.dataclass(frozen=True)
class WorldMetrics:
    """The measures of the agents of a world, and their captions.

    Attributes:
        of: The function from the rates of a trial to the measures.
        captions: The caption of each measure, in the order of a table's columns.
        lost: The measure that subtracting the second objective's vector should raise.
        served: The measure that adding it should raise.
        kept: The measure that should not change if only the second objective is
            edited.
        judged: The measures by which a subtraction is reported in a sentence, the
            primary one first.
        columns: The columns of a table, of those in `captions`.
        few: The columns of a small table, with shorter captions.
        required: By measure, the least value of a competent agent.
        checked: The measures reported of an agent before it is edited.
        learned: The columns of a run's metrics that are drawn over the first phase.
        followed: The quantity drawn beside the return of agents that train on.
        greedy: The measures reported of greedy agents.
        films: Whether single episodes are shown.
        objectives: Objectives under which returns are needed, beside the plan's.
        also: The function for further rates of an agent's episodes.
        undefined: By measure that some agents lack, why they do.
        question: The question of the study of these agents.
        learning: The heading of the section about the first phase.
        opening: The template of the first finding, with the measures `before` and
            `after` a second phase of `steps` steps.
        loss: The first words of captions about `lost` and about `served`.
        kept_changes: The words before a change of `kept`.
        greedy_caption: The caption of the table of `greedy`.
        terms: Glossary entries for these measures.
    """

    of: Callable[[Rates], Rates]
    captions: Mapping[str, str]
    lost: str
    served: str
    kept: str
    judged: tuple[str, ...]
    columns: tuple[str, ...]
    few: Mapping[str, str]
    required: Mapping[str, float]
    checked: tuple[str, ...]
    learned: Mapping[str, str]
    followed: Followed
    question: str
    learning: str
    opening: str
    loss: tuple[str, str]
    kept_changes: str
    terms: tuple[tuple[str, str], ...]
    greedy: tuple[str, ...] = ()
    greedy_caption: str = ""
    films: bool = False
    objectives: tuple[Objective, ...] = ()
    also: Callable[[Episodes, World], Rates] | None = None
    undefined: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def is_competent(self, found: Mapping[str, float]) -> bool:
        """True if an agent reaches every required measure.

        Example:
            >>> from telic.worlds import Keys
            >>> metrics = returns_and_events(Keys(), "blue", "purple")
            >>> metrics.is_competent({"rate_pick_blue": 0.89})
            False
        """
        return all(found[name] >= least for name, least in self.required.items())


def returns_and_events(world: World, first: str, second: str) -> WorldMetrics:
    """The metrics of any world: returns under both objectives, and events.

    In a world that declares goals, the events are those of both goals and of failures.
    An agent is competent if it reaches its first goal, where that has a success event.

    Args:
        world: The world.
        first: The name of the objective of the first phase.
        second: The name of the objective of the second phase.

    Example:
        >>> from telic.worlds import Keys
        >>> found = returns_and_events(Keys(), "blue", "purple")
        >>> found.required, found.columns[:3]
        ({'rate_pick_blue': 0.9}, ('first', 'second', 'rate_pick_blue'))
    """
    success = success_of(world, first)
    named = {f"return_{first}": FIRST, f"return_{second}": SECOND}
    named |= {event: f"rate_{event}" for event in world.events}
    needed = competence_of(world, first)
    required = {named.get(name, name): least for name, least in needed.items()}
    others = [name for name in required if name not in named.values()]
    returned = {FIRST: f"return: {first}", SECOND: f"return: {second}"}
    happened = {f"rate_{event}": f"{event} per episode" for event in world.events}
    shown = tuple(f"rate_{event}" for event in _shown(world, first, second))
    length = {"length": "length (steps)"}

    def measures(rates: Rates) -> Rates:
        """The measures of one agent."""
        last = rates[f"return_{second}"]
        return {
            LOSS: -last,
            FIRST: rates[f"return_{first}"],
            SECOND: last,
            **{f"rate_{event}": rates[event] for event in world.events},
            **{name: rates[name] for name in others},
            "length": rates["length"],
        }

    return WorldMetrics(
        of=measures,
        captions={
            LOSS: f"loss: {second}",
            **returned,
            **happened,
            **{name: name.replace("_", ": ", 1) for name in others},
            **length,
        },
        lost=LOSS,
        served=SECOND,
        kept=FIRST,
        judged=(LOSS,),
        columns=(FIRST, SECOND, *shown, "length"),
        few={FIRST: returned[FIRST]},
        required=required,
        objectives=tuple(
            goal.objective
            for name, goal in goals_of(world).items()
            if f"return_{name}" in others
        ),
        checked=(FIRST, SECOND, *others, *shown, "length"),
        learned={
            f"return_{first}": returned[FIRST],
            f"return_{second}": returned[SECOND],
            **({f"rate_{success}": happened[f"rate_{success}"]} if success else {}),
        },
        followed=Followed(
            returned[SECOND], lambda columns: columns[f"return_{second}"]
        ),
        question=(
            f"An agent learned the objective {first}, then for a while {second}. If "
            "what that changed is subtracted from it, does it do worse by the second, "
            "and as well by the first?"
        ),
        learning="Learning the first objective",
        opening=(
            "Before the second phase the agents that were edited have a return of "
            "{before[second]} under the second objective, and of {before[first]} under "
            "the first; {steps:,} steps of the second objective bring them to "
            "{after[second]} and {after[first]}."
        ),
        loss=("Loss", "Return under the second objective"),
        kept_changes="the return under the first objective changes",
        terms=(
            ("Loss", f"Minus the return under the second objective, {second}."),
            ("First, second", f"The returns under {first} and {second}."),
        ),
    )


def _shown(world: World, first: str, second: str) -> tuple[str, ...]:
    """The events to report; all, if the world does not declare its goals."""
    if not goals_of(world):
        return world.events
    part = roles(world, aim=second, old=first)
    successes = (success_of(world, first), success_of(world, second))
    events = (*successes, *part.failures, part.timeout)
    return tuple(dict.fromkeys(event for event in events if event))
