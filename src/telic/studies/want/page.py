"""The page of a want: a sentence, bars, an episode, and what the numbers mean."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from telic.render.page import Drawing, Image, Page, PageTable, Section
from telic.render.pictures import is_drawn, show
from telic.render.style import INK, PAPER, QUIET, SPARE, panels
from telic.stats import Interval, bootstrap
from telic.studies.want.ask import Asked
from telic.wants.revealed import TOLD

QUESTION = (
    "What does this agent want? The weights over events under which its own choices "
    "look best."
)

TERMS = (
    (
        "Weight",
        "In nats per event: by how much the logarithm of an action’s odds rises for "
        "one event more to come of it (discounted). There is no other scale: an agent "
        "that hesitates half as much wants everything twice as much.",
    ),
    (
        "Step",
        "Living on, in every step. Who is in haste has a weight below 0 there, and "
        "wants every end of an episode by as much more; so the other weights tell "
        "which end it wants.",
    ),
    (
        "Explained",
        "How much of the policy the weights explain: 0, no more than a policy that "
        "takes all actions alike; 1, all that its own hesitation leaves.",
    ),
    (
        "Told",
        "The part of what is known of a weight that comes from choices. Below one half "
        "it is not shown: the event never hung on an action, or the agent never risks "
        "it, so that by how much it shuns it cannot be known.",
    ),
    (
        "Nulls",
        "Shuffled: in every state the actions have each other’s probabilities. "
        "Untrained: the same network before all training.",
    ),
    (
        "What is assumed",
        "That the agent prefers an action by what comes of it if it then goes on as it "
        "does. A habit that never fails looks like a want: try it on boards that it "
        "never saw (telic study shifts).",
    ),
)

ROW, AROUND = 0.34, 0.9
"""The height of a bar, and of the margins around all, in inches."""

LISTED = 0.05
"""Weights below this fraction of the greatest are not named in the finding."""


def page(asked: Sequence[Asked], *, command: str = "") -> Page:
    """The page of one agent, or of one of each of several seeds.

    Args:
        asked: What the agents want, all of one world.
        command: The command that made it.
    """
    first = asked[0]
    drawing = Drawing(
        bars(asked),
        "What the choices say, with 95 % intervals; squares: the weights of "
        f"{first.goal}, which it was trained for last, brought to the same length.",
    )
    images = ()
    if is_drawn(first.world):
        shown = show(first.agent, first.world, seed=0)
        images = (Image(shown.image, f"{first.name}: {shown.how}."),)
    sections = (
        Section("What it wants", drawings=(drawing,), images=images),
        Section("Every event", tables=(_table(asked),), folded=True),
        Section("How to read it", terms=TERMS, folded=True),
        Section("What was run", code=command),
    )
    title = f"What does {first.name} want?"
    if len(asked) > 1:
        title = f"What do {first.name} and {len(asked) - 1} more want?"
    return Page(title, QUESTION, findings(asked), sections)


def findings(asked: Sequence[Asked]) -> tuple[str, ...]:
    """The findings, in sentences."""
    first, found = asked[0], weights(asked)
    told = {name: each for name, each in found.items() if each is not None}
    great = max((abs(each.estimate) for each in told.values()), default=0.0)
    named = sorted(told, key=lambda name: -abs(told[name].estimate))
    named = [name for name in named if abs(told[name].estimate) > LISTED * great]
    wanted = [_said(name, told[name]) for name in named if told[name].estimate > 0]
    shunned = [_said(name, told[name]) for name in named if told[name].estimate < 0]
    explained = _mean([each.want.fit.explained for each in asked])
    nulls = [f"shuffled actions {_mean([a.want.shuffled for a in asked])}"]
    fresh = [each.untrained for each in asked if each.untrained is not None]
    if fresh:
        nulls.append(f"untrained {_mean([each.fit.explained for each in fresh])}")
    return (
        f"It chooses as if it wanted {', '.join(wanted) or 'nothing'}, and shunned "
        f"{', '.join(shunned) or 'nothing'} (nats an event).",
        f"That explains {explained} of its choices ({', '.join(nulls)}).",
        _trained(first),
        f"One agent, n = 1: intervals are over {first.want.groups} {_groups(first)} in "
        "which it was asked."
        if len(asked) == 1
        else f"n = {len(asked)} seeds, the unit of every interval.",
    )


def weights(asked: Sequence[Asked]) -> dict[str, Interval | None]:
    """The weight of every event; None where it is not told of every agent."""
    found: dict[str, Interval | None] = {}
    for column, name in enumerate(asked[0].want.events):
        fits = [each.want.fit for each in asked]
        if min(fit.told[column] for fit in fits) < TOLD:
            found[name] = None
        elif len(fits) > 1:
            found[name] = bootstrap(np.array([fit.weights[column] for fit in fits]))
        else:
            low, high = asked[0].want.interval(name)
            weight = float(fits[0].weights[column])
            count = asked[0].want.groups
            found[name] = Interval(weight, low, high, count, "sandwich", 0.95)
    return found


def bars(asked: Sequence[Asked]) -> Figure:
    """The told weights as bars, beside those that the agent was trained for."""
    first, found = asked[0], weights(asked)
    told = {name: each for name, each in found.items() if each is not None}
    told = told or {"nothing is told": Interval(0.0, None, None, 1, "sandwich", 0.95)}
    figure, (axes,) = panels(1, height=AROUND + ROW * len(told))
    rows = np.arange(len(told))[::-1]
    values = np.array([each.estimate for each in told.values()])
    ends = np.array(
        [
            [each.estimate if end is None else end for end in (each.low, each.high)]
            for each in told.values()
        ]
    )
    axes.barh(rows, values, height=0.6, color=SPARE[0], label="its choices say")
    away = np.abs(ends.T - values)
    axes.errorbar(values, rows, xerr=away, fmt="none", ecolor=INK, elinewidth=1)
    given = np.array([first.trained.get(name, 0.0) for name in told])
    if not first.edit and given.any():
        scale = np.linalg.norm(values) / np.linalg.norm(given)
        axes.plot(
            given * scale,
            rows,
            "s",
            mec=QUIET,
            mfc=PAPER,
            ms=5,
            label=f"trained for: {first.goal}",
        )
    axes.axvline(0, color=QUIET, lw=0.8)
    axes.set_yticks(rows, list(told))
    axes.set_xlabel("weight, nats per event")
    axes.legend(loc="best", frameon=False, fontsize=8)
    return figure


def _groups(first: Asked) -> str:
    """What the independent groups of states are."""
    return "boards" if first.estimator == "exact" else "states"


def _said(name: str, weight: Interval) -> str:
    """A weight and its interval in a sentence."""
    if weight.low is None or weight.high is None:
        return f"{name} {weight.estimate:.3g}"
    return f"{name} {weight.estimate:.3g} [{weight.low:.3g}, {weight.high:.3g}]"


def _trained(first: Asked) -> str:
    """What the agent was trained for last, in words."""
    given = ", ".join(f"{name} {weight:g}" for name, weight in first.trained.items())
    told = f"trained last for {first.goal} ({given})"
    if first.edit:
        return f"It is an edit of an agent {told}; no reward made the edit."
    return f"It was {told}."


def _mean(values: Sequence[float]) -> str:
    """The mean of some fractions in percent; in words, if there is none."""
    some = [value for value in values if value == value]
    if not some:
        return "nothing, as it takes all actions alike"
    return f"{np.mean(some):.0%}"


def _table(asked: Sequence[Asked]) -> PageTable:
    """All weights."""
    first, found = asked[0], weights(asked)
    rows = []
    for column, (name, each) in enumerate(found.items()):
        told = min(a.want.fit.told[column] for a in asked)
        given = f"{first.trained.get(name, 0.0):g}"
        rows.append(
            (name, "not told" if each is None else str(each), f"{told:.0%}", given)
        )
    over = f"{len(asked)} seeds"
    if len(asked) == 1:
        over = f"{first.want.groups} {_groups(first)} of one agent"
    return PageTable(
        f"Weights in nats per event, with 95 % intervals over {over}; estimator "
        f"{first.estimator}.",
        ("event", "weight", "told", f"of {first.goal}"),
        tuple(rows),
    )
