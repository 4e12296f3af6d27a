"""The update itself: its energy by tensor over seeds, and one seed's heat maps."""

from collections.abc import Mapping, Sequence

import numpy as np

from telic.render.heat import heat
from telic.render.page import Drawing, Section, Table
from telic.stats import bootstrap
from telic.studies.isolated import Isolated
from telic.studies.updates import SPECIFIC


def update(found: Isolated, main: int) -> Section:
    """The update itself: energy by tensor over seeds, and one seed's heat maps."""
    stored = [answer["vectors"][str(main)] for answer in found.answers.values()]
    names = [name for name in stored[0] if name != "base"]
    rows = tuple(
        (path, *(_energy(stored, name, path) for name in names))
        for path in stored[0]["base"]
    )
    lengths = tuple(_relative(stored, name) for name in names)
    rows = (*rows, ("length / length of the agent", *lengths))
    caption = (
        "Share of the vector’s energy in each tensor: mean over seeds, 95 % interval."
    )
    seed, answer = next(iter(found.answers.items()))
    vector = {p: np.array(leaf) for p, leaf in answer["update"][SPECIFIC].items()}
    drawing = Drawing(
        heat(vector, label="change of the weight"),
        f"The {SPECIFIC} of the actor, seed {seed} (n = 1), {main:,} steps.",
    )
    return Section(
        "The update",
        drawings=(drawing,),
        tables=(Table(caption, ("tensor", *names), rows),),
    )


def _energy(stored: Sequence[Mapping], name: str, path: str) -> str:
    """The share of a vector's energy in one tensor, over seeds."""
    total = [sum(n**2 for n in one[name].values()) for one in stored]
    shares = [one[name][path] ** 2 / t for one, t in zip(stored, total, strict=True)]
    return str(bootstrap(np.array(shares), np.mean, support=(0.0, 1.0)))


def _relative(stored: Sequence[Mapping], name: str) -> str:
    """A vector's length in lengths of the agent, over seeds."""
    long, whole = ([_length(one[part]) for one in stored] for part in (name, "base"))
    length = np.divide(long, whole)
    return str(bootstrap(length, np.mean))


def _length(norms: Mapping[str, float]) -> float:
    """The length of a vector from those of its leaves."""
    return float(np.sqrt(sum(n**2 for n in norms.values())))
