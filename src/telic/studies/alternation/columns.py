"""The runs of a study side by side: a number is found at (seed, rollout).

Seeds of one study share a schedule, so their rollouts stand beside each other. Runs
that do not share one are refused here, at the door.
"""

import dataclasses
import functools

import numpy as np
from jaxtyping import Float, Int, Shaped

from telic.core.errors import InputError
from telic.stats.rows import Rows
from telic.studies.learning import RATE
from telic.worlds import World, success_of

Columns = dict[tuple[str, str], Float[np.ndarray, "seeds rollouts"]]
"""By part and metric (`telic.studies.learning`)."""


@dataclasses.dataclass(frozen=True)
class Runs:
    """The runs of one study side by side.

    Attributes:
        seeds: The seed of each run, in ascending order.
        steps: Steps of the world taken by the end of each rollout.
        phase: The phase of each rollout, from 0.
        objective: The name of the objective trained in each rollout.
        columns: Returns and rates; NaN where no episode was completed.
        world: The world of all runs, which says what their events mean.
    """

    seeds: tuple[int, ...]
    steps: Int[np.ndarray, " rollouts"]
    phase: Int[np.ndarray, " rollouts"]
    objective: Shaped[np.ndarray, " rollouts"]
    columns: Columns
    world: World

    @property
    def objectives(self) -> tuple[str, ...]:
        """The objectives that were trained, in the order of their first phases."""
        return tuple(dict.fromkeys(self.objective.tolist()))

    @functools.cached_property
    def starts(self) -> Int[np.ndarray, " phases"]:
        """The index of the first rollout of each phase."""
        return np.flatnonzero(np.diff(self.phase, prepend=self.phase[0] - 1))

    @functools.cached_property
    def ends(self) -> Int[np.ndarray, " phases"]:
        """The index of the last rollout of each phase."""
        return np.append(self.starts[1:], len(self.phase)) - 1

    @property
    def wanted(self) -> tuple[str, ...]:
        """The objective of each phase."""
        return tuple(self.objective[self.starts].tolist())

    @functools.cached_property
    def successes(self) -> dict[str, str]:
        """The event of success of each objective; none unless each has one of its own.

        Without their rates, events are none either.
        """
        found = {name: success_of(self.world, name) for name in self.objectives}
        told = {n: e for n, e in found.items() if e and (RATE, e) in self.columns}
        return told if len(set(told.values())) == len(found) else {}

    def column(self, part: str, name: str | None) -> Float[np.ndarray, "seeds _"]:
        """A column; all NaN if no run has it."""
        absent = np.full((len(self.seeds), len(self.phase)), np.nan)
        return absent if name is None else self.columns.get((part, name), absent)


def aligned_runs(rows: Rows, world: World) -> Runs:
    """The runs of one study, if they follow the same schedule.

    Args:
        rows: Their returns and rates, of all seeds.
        world: Their world.

    Raises:
        InputError: If two differ in schedule or length.
    """
    seeds = rows.names("seed")
    schedule, *others = (rows.where(seed=s).pairs("trial", "at") for s in seeds)
    for seed, other in zip(seeds[1:], others, strict=True):
        if other != schedule:
            raise InputError(
                f"seeds {seed} and {seeds[0]} differ in their objectives "
                f"({len(other)} and {len(schedule)} rollouts)",
                why="runs can be compared only rollout by rollout of one schedule",
                fix="finish the shorter runs, or leave them out",
            )
    phases, objectives = zip(*(trial for trial, _ in schedule), strict=True)
    return Runs(
        seeds=tuple(np.array(seeds, int).tolist()),
        steps=np.array([at for _, at in schedule]),
        phase=np.array(phases),
        objective=np.array(objectives),
        columns={
            (str(part), str(name)): rows.where(part=part, metric=name).pivot(
                "seed", "at", names={"seed": seeds, "at": rows.names("at")}
            )
            for part, name in rows.pairs("part", "metric")
        },
        world=world,
    )
