"""Hand-made metrics: small runs whose every number can be worked out by eye."""

from collections.abc import Callable
from typing import Any

import pytest

COLOURS = ("red", "green", "blue", "purple", "yellow", "grey")

Row = dict[str, Any]


def curve(first: float, last: float) -> list[float]:
    """The returns of one phase: from first to last in three equal steps."""
    return [first, (2 * first + last) / 3, (first + 2 * last) / 3, last]


def row(rollout: int, phase: int, wanted: str, value: float, **changes: Any) -> Row:
    """One rollout; the wanted key ends `value` of the episodes, the other the rest."""
    other = "purple" if wanted == "blue" else "blue"
    rates = dict.fromkeys(("wall", "bump", "ball", "timeout"), 0.0)
    rates |= {f"pick_{colour}": 0.0 for colour in COLOURS}
    rates |= {f"pick_{wanted}": value, f"pick_{other}": 1 - value}
    return {
        "rollout": rollout,
        "phase": phase,
        "objective": wanted,
        "steps": rollout * 1000,
        "episodes": 10,
        "length": 5.0,
        "return_blue": value if wanted == "blue" else 1 - value,
        "return_purple": value if wanted == "purple" else 1 - value,
        **{f"rate_{event}": rate for event, rate in rates.items()},
        "loss": 0.5,
        **changes,
    }


def run(first: float, last: float, phases: int = 6) -> list[Row]:
    """Blue and purple in turn, every phase the same curve from first to last."""
    rows = []
    for phase in range(phases):
        for value in curve(first, last):
            wanted = ("blue", "purple")[phase % 2]
            rows.append(row(len(rows) + 1, phase, wanted, value))
    return rows


def runs(seeds: int, phases: int = 6) -> dict[int, list[Row]]:
    """Seeds 1, 2 ...: all begin a phase at 0.1 and end it at 0.9 + 0.01 · seed."""
    return {s: run(0.1, 0.9 + 0.01 * s, phases) for s in range(1, seeds + 1)}


@pytest.fixture(name="runs", scope="session")
def runs_fixture() -> Callable[..., dict[int, list[Row]]]:
    """`runs(seeds, phases)`: the metrics of a small study."""
    return runs
