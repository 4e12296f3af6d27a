"""Common parts of the figures of trials: the look of edits, nulls and references.

An edit is a filled circle in colour, the strongest of its nulls an open grey square, a
reference (the unedited agent, and the donor) a thin line. Each has its interval or,
with fewer than four seeds, its seeds.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.figure import Figure

from telic.render.style import INK, PAPER, QUIET, SPARE, label
from telic.stats import Band, Interval
from telic.trials import Effect, Effects
from telic.trials.trial import DONOR, UNEDITED

EDIT = {"color": SPARE[0], "marker": "o", "ms": 5.5, "mec": SPARE[0], "mfc": SPARE[0]}
NULL = {"color": QUIET, "marker": "s", "ms": 5, "mec": QUIET, "mfc": PAPER, "mew": 1.2}
OTHER = {"color": SPARE[1], "marker": "v", "ms": 4.5, "lw": 1.0, "ls": (0, (5, 2))}
SEED = {"marker": "o", "ms": 3.2, "mew": 0, "lw": 0, "alpha": 0.35}
REFERENCES = {
    UNEDITED: {"color": INK, "lw": 0.9, "ls": (0, (1, 2))},
    DONOR: {"color": INK, "lw": 0.9, "ls": (0, (6, 2, 1, 2))},
}
"""The line styles of the two references of a trial."""


def references(effects: Effects) -> dict[str, float]:
    """The mean over seeds of each reference of a trial that has a value."""
    found = {r.name: r.measured[effects.measure].interval for r in effects.references}
    return {name: x.estimate for name, x in found.items() if x is not None}


def band(intervals: Iterable[Interval | None]) -> Band:
    """Intervals as columns; NaN for missing ones."""
    rows = [(i.estimate, i.low, i.high) if i else (None,) * 3 for i in intervals]
    return Band(*np.array(rows, np.float64).reshape(-1, 3).T)


def rate_bands(found: Sequence[Effect]) -> tuple[Band, Band]:
    """The bands of the edits, and of the strongest null of each."""
    rates = band(one.verdict.rate for one in found)
    return rates, band(one.null.rate for one in found)


def axis_limits(*shown: np.ndarray | Iterable[float]) -> tuple[float, float]:
    """The limits of an axis that includes all numbers: 0 to 1 for rates.

    Example:
        >>> axis_limits([0.2, 0.4], [np.nan]), axis_limits([0.0, 10.0])
        ((-0.03, 1.03), (-0.5, 10.5))
    """
    every = np.concatenate([np.ravel(np.array(list(one), float)) for one in shown])
    least, most = float(np.nanmin(every)), float(np.nanmax(every))
    if least >= 0 and most <= 1:
        return -0.03, 1.03
    room = 0.05 * ((most - least) or 1.0)
    return least - room, most + room


def around(found: Sequence[Effect], *, shape: str = "bars") -> str:
    """The legend of bars and dots, and the number of seeds."""
    rates = [r for one in found for r in (one.verdict.rate, one.null.rate)]
    has = any(rate.low is not None for rate in rates)
    words = f"{shape}: 95 % interval; dots: each seed" if has else "dots: each seed"
    return f"{words}, {seeds_in_words(rate.n for rate in rates)}"


def seeds_in_words(counts: Iterable[int]) -> str:
    """The number of seeds, in words.

    Example:
        >>> seeds_in_words([9, 10]), seeds_in_words([1, 1])
        ('n = 9 to 10 seeds', 'n = 1 seed')
    """
    found = list(counts)
    least, most = min(found), max(found)
    if least == most:
        return f"n = {most} seed{'' if most == 1 else 's'}"
    return f"n = {least} to {most} seeds"


def name(null: str) -> str:
    """The name of a null, escaped for a figure.

    Example:
        >>> name("gaussian_per_tensor")
        'gaussian per tensor'
    """
    return label(null.replace("_", " "))


def headline(figure: Figure, title: str, words: str) -> None:
    """Write the measure above the axes at the left, and the legend at the right."""
    shown = label(title, longest=70)
    figure.suptitle(shown, x=0.012, ha="left", fontsize=10, color=INK)
    top = 1 - 0.06 / figure.get_figheight()
    figure.text(0.993, top, words, ha="right", va="top", fontsize=8.5, color=INK)
