"""Yardsticks: by what the phases of runs are judged, in any world.

The founding study judged returns, which lie between -1 and 1 in its world, and
published one. Elsewhere, where every goal has an event of success of its own, phases
are judged by the share of episodes that reach the wanted goal, against that of an able
agent. Where goals have none there are returns alone; nothing says that those of two
objectives share a scale, so each objective is judged by itself.

To add a world's own yardstick: one line in `OF_WORLD`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from telic.stats.curves import Support
from telic.stats.resampling import REALS
from telic.studies.alternation.columns import Runs
from telic.studies.learning import RETURN
from telic.worlds import Keys, World, competence_of, goals_of

SUCCESS = "success"
"""What is measured of a phase beside the return under its own objective: the share of
episodes that reach its goal."""

MARKS = (0.5, 0.8, 0.9)
"""The values whose first crossing after a switch is timed."""


class Yardstick(NamedTuple):
    """By what phases are judged.

    Attributes:
        measure: `RETURN` or `SUCCESS`.
        marks: The values of it whose first crossing after a switch is timed.
        enough: What a seed's median at the end of its phases should be; None if nothing
            says so.
        called: Whose number that is.
        source: Where it comes from, as a sentence.
        apart: Whether each objective is judged by itself.
        support: The range that a return can take.
        pays: What a return is made of, as a sentence.
    """

    measure: str
    marks: tuple[float, ...] = ()
    enough: float | None = None
    called: str = ""
    source: str = ""
    apart: bool = False
    support: Support = REALS
    pays: str = ""

    def groups(self, objectives: Sequence[str]) -> list[tuple[str, ...]]:
        """The objectives whose phases are judged together."""
        return [(each,) for each in objectives] if self.apart else [tuple(objectives)]


FOUNDING = Yardstick(
    measure=RETURN,
    marks=MARKS,
    enough=0.94,  # the mean return at the end of a phase in the log of seed 99
    called="published",
    source="The published 0.94 comes from the log of a single seed of “Looking for "
    "Goal Representations in an RL Agent” (2024).",
    support=(-1.0, 1.0),  # from death to the wanted key at once
    pays="For the wanted key 1 less a little for time, for another key 0.1, for dying "
    "-1, for running out of time 0.",
)
"""That of the founding study."""

OF_WORLD: Mapping[type, Yardstick] = {Keys: FOUNDING}
"""The worlds that have one of their own."""


def yardstick_of(runs: Runs) -> Yardstick:
    """By what the phases of some runs are judged."""
    if own := OF_WORLD.get(type(runs.world)):
        return own
    pays = _pays(runs.world, runs.objectives)
    if not runs.successes:
        return Yardstick(RETURN, apart=True, pays=pays)
    least = [
        competence_of(runs.world, objective).get(event)
        for objective, event in runs.successes.items()
    ]
    known = [each for each in least if each is not None]
    return Yardstick(
        SUCCESS,
        marks=MARKS,
        enough=max(known) if len(known) == len(least) else None,
        called="able agent’s",
        pays=pays,
    )


def _pays(world: World, objectives: Sequence[str]) -> str:
    """What the objectives that are goals of a world weigh."""
    goals = goals_of(world)
    sums = [
        f"{name} = " + " ".join(f"{w:+g} × {event}" for event, w in weights)
        for name in objectives
        if name in goals and (weights := goals[name].objective.weights)
    ]
    return f"Summed over the steps of an episode: {'; '.join(sums)}." if sums else ""
