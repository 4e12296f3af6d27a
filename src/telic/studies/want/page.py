"""The page of a want: a sentence, bars, an episode, and what the numbers mean."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from telic.render.page import Drawing, Image, Page, PageTable, Section
from telic.render.pictures import is_drawn, show
from telic.render.style import INK, PAPER, QUIET, SPARE, panels
from telic.stats import Interval, bootstrap
from telic.studies.want.ask import Asked

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
        "Above, below",
        "Events that end an episode are compared with each other: above or below the "
        "mean of all that hang on actions. The same more for each of them is haste; it "
        "says of none that it is wanted.",
    ),
    (
        "Explained",
        "How much of the policy the weights explain: 0, no more than a policy that "
        "takes all actions alike; 1, all that its own hesitation leaves.",
    ),
    (
        "Told",
        "The part of what is known of a weight that comes from choices, and not from a "
        "wide prior. Below one half it is not shown: the event never hung on an "
        "action, or the agent never risks it, so that its weight cannot be known.",
    ),
    (
        "Nulls",
        "Shuffled: in every state the actions have each other’s probabilities. "
        "Untrained: the same network before all training.",
    ),
    (
        "What is assumed",
        "That the agent prefers an action by what comes of it if it then goes on as it "
        "does. The estimator forked sees that through chance, which shrinks weights: "
        "their order is told better than their size. A habit that never fails looks "
        "like a want: try it on boards that it never saw (telic study shifts).",
    ),
)

ROW, AROUND = 0.34, 0.9
"""The height of a bar, and of the margins around all, in inches."""


def page(asked: Sequence[Asked], *, command: str = "") -> Page:
    """The page of one agent, or of one of each of several seeds.

    Args:
        asked: What the agents want, all of one world.
        command: The command that made it.
    """
    first = asked[0]
    caption = "What the choices say, with 95 % intervals."
    if first.goal:
        caption += (
            f" Squares: the weights of {first.goal}, compared alike and brought to "
            "the same length."
        )
    drawing = Drawing(bars(asked), caption)
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
    sure = {
        name: each
        for name, each in found.items()
        if each is not None
        and each.low is not None
        and each.high is not None
        and not each.low <= 0 <= each.high
    }
    named = sorted(sure, key=lambda name: -abs(sure[name].estimate))
    above = [_said(name, sure[name]) for name in named if sure[name].estimate > 0]
    below = [_said(name, sure[name]) for name in named if sure[name].estimate < 0]
    return (
        f"Its choices weigh highest {', '.join(above) or 'nothing'}; lowest "
        f"{', '.join(below) or 'nothing'} (nats an event, beside the mean of all ends "
        "of an episode; those whose interval leaves out 0).",
        _explained(asked),
        _trained(first),
        f"One agent, n = 1: intervals are over {first.want.groups} {_groups(first)} in "
        "which it was asked."
        if len(asked) == 1
        else f"n = {len(asked)} seeds, the unit of every interval.",
    )


def _explained(asked: Sequence[Asked]) -> str:
    """How much the weights explain, beside the nulls."""
    found = [each.want.fit.explained for each in asked]
    if any(value != value for value in found):
        return "It takes all actions alike: there is nothing to explain."
    nulls = [f"shuffled actions {np.mean([a.want.shuffled for a in asked]):.0%}"]
    fresh = [each.untrained.fit.explained for each in asked if each.untrained]
    if fresh:
        alike = any(value != value for value in fresh)
        part = "nothing, all actions are alike" if alike else f"{np.mean(fresh):.0%}"
        nulls.append(f"before training {part}")
    return f"That explains {np.mean(found):.0%} of its choices ({'; '.join(nulls)})."


def weights(asked: Sequence[Asked]) -> dict[str, Interval | None]:
    """The weight of every event; None where it is not told of every agent."""
    found: dict[str, Interval | None] = {}
    for name in asked[0].want.events:
        values = [each.want.weights.get(name) for each in asked]
        known = [value for value in values if value is not None]
        if len(known) < len(asked):
            found[name] = None
        elif len(known) > 1:
            found[name] = bootstrap(np.array(known))
        else:
            low, high = asked[0].want.interval(name) or (None, None)
            count = asked[0].want.groups
            found[name] = Interval(known[0], low, high, count, "sandwich", 0.95)
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
    every = np.array([first.trained.get(name, 0.0) for name in first.want.events])
    alike = dict(zip(first.want.events, first.want.compared @ every, strict=True))
    given = np.array([alike.get(name, 0.0) for name in told])
    if given.any():
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
    if first.edit:
        return "It is an edit: no reward made it."
    given = ", ".join(f"{name} {weight:g}" for name, weight in first.trained.items())
    if first.untrained is None:
        return f"Its importer calls its goal {first.goal} ({given})."
    return f"It was trained last for {first.goal} ({given})."


def _table(asked: Sequence[Asked]) -> PageTable:
    """All weights."""
    first, found = asked[0], weights(asked)
    rows = []
    for name, each in found.items():
        told = min(a.want.told[name] for a in asked)
        given = f"{first.trained.get(name, 0.0):g}" if first.goal else "–"
        rows.append(
            (name, "not told" if each is None else str(each), f"{told:.0%}", given)
        )
    over = f"{len(asked)} seeds"
    if len(asked) == 1:
        over = f"{first.want.groups} {_groups(first)} of one agent"
    return PageTable(
        f"Weights in nats per event, with 95 % intervals over {over}; estimator "
        f"{first.estimator}.",
        ("event", "weight", "told", f"of {first.goal or 'no goal'}"),
        tuple(rows),
    )
