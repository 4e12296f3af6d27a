"""The effects of the probes study over seeds: what is read, and what moves."""

from typing import NamedTuple

from telic.stats.rows import Rows
from telic.studies.curve_scores import Column, measured, present, seed_means
from telic.studies.differences import Difference, differences
from telic.trials.effects import Measured

OBSERVATION = "observation"
"""The place of the probe on what is seen, without the goal that is told."""

TOLD, AIM = "told", "told the other"
"""The agents without an edit: told the first goal, or the second."""

STATES = "states"
"""The accuracy of a probe at a site that tells the states of both goals apart while the
network is told the first one in all of them."""

READ = ("accuracy", "shuffled")
MOVED = ("steer", "means", "null")


class SiteEffects(NamedTuple):
    """What is known of one site, over seeds.

    Attributes:
        measured: The measures of `READ` and `MOVED`, and `STATES`, by name.
        beyond: The probe's accuracy less that of the states alone, at the same site.
        steer: The rate after steering along the probe, less the null's.
        means: The rate after steering along the means, less the null's.
    """

    measured: dict[str, Measured]
    beyond: Difference
    steer: Difference
    means: Difference


class ProbesEffects(NamedTuple):
    """The effects of the probes study over seeds.

    Attributes:
        seeds: The seeds, in ascending order.
        pairs: The pairs of goals of every seed.
        sites: The effects of each site, in the order of the computation.
        observation: The measures of `READ` on the observation.
        agents: The rates of the agents without an edit, by `TOLD` and `AIM`.
    """

    seeds: tuple[int, ...]
    pairs: int
    sites: dict[str, SiteEffects]
    observation: dict[str, Measured]
    agents: dict[str, Measured]


def summarise(rows: Rows) -> ProbesEffects:
    """The effects over seeds; the value of a seed is the mean over its pairs of goals.

    Differences in reading are corrected over sites, and those in steering over sites
    and both directions.

    Raises:
        LookupError: If the rows do not have the study's form.
    """
    agents, probes = rows.where(part="agent"), rows.where(part="probe")
    values = {
        str(place): {
            name: _column(probes.where(condition=place, metric=name))
            for name in (READ if place == OBSERVATION else (*READ, STATES, *MOVED))
        }
        for place in probes.names("condition")
    }
    seen = values.pop(OBSERVATION)
    beyond = differences(
        {site: (x["accuracy"], x[STATES]) for site, x in values.items()}
    )
    moved = differences(
        {
            (site, way): (x[way], x["null"])
            for site, x in values.items()
            for way in ("steer", "means")
        }
    )
    return ProbesEffects(
        seeds=tuple(int(str(seed)) for seed in rows.names("seed")),
        pairs=len(agents.names("trial")),
        sites={
            site: SiteEffects(
                _measured(x), beyond[site], moved[site, "steer"], moved[site, "means"]
            )
            for site, x in values.items()
        },
        observation=_measured(seen),
        agents=_measured({n: _column(agents.where(metric=n)) for n in (TOLD, AIM)}),
    )


def _column(rows: Rows) -> Column:
    """One value for each seed: the mean over its pairs of goals."""
    return seed_means(present(rows.pivot("seed", "trial")))


def _measured(columns: dict[str, Column]) -> dict[str, Measured]:
    """Rates over seeds with their intervals."""
    return {name: measured(x, rate=True) for name, x in columns.items()}
