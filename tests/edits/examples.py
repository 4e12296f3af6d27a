"""An example or two of every edit, for the small agents: what the contract is held to.

To add an edit to the contract: one entry here, under its name in `EDITS`.
"""

import functools

import jax
import jax.numpy as jnp

from telic.core import trees
from telic.edits import (
    EDITS,
    Ablate,
    Add,
    Chain,
    Edit,
    Graft,
    Interpolate,
    LowRank,
    Noise,
    Patch,
    Relabel,
    Splice,
    Steer,
    Transport,
)
from tests.small import AGENT, DONOR
from tests.small import KEYS as WORLD

SOME = jnp.array([1.0, 0, 0, 1, 0, 1, 0, 0])
ROW = jnp.linspace(-2.0, 1.0, 8)
VECTOR = trees.add(DONOR, trees.scale(AGENT, -1.0))
LARGE = {p: abs(leaf) >= jnp.median(abs(leaf)) for p, leaf in VECTOR.items()}
MAP = jnp.eye(8) + 0.3 * jax.random.normal(jax.random.key(5), (8, 8))


def relabel(strength=1.0):
    """The colours of the two objectives, exchanged."""
    return Relabel(WORLD.channels("blue"), WORLD.channels("purple"), strength=strength)


EXAMPLES = {
    "add": {"": lambda: Add(VECTOR, strength=0.7)},
    "splice": {
        "": lambda: Splice(DONOR, ("actor/0", "critic/1")),
        "half": lambda: Splice(DONOR, ("actor/1",), strength=0.5),
    },
    "graft": {
        "": lambda: Graft(DONOR, LARGE),
        "beyond": lambda: Graft(DONOR, LARGE, strength=1.5),
    },
    "low_rank": {"": lambda: LowRank(DONOR, 2)},
    "interpolate": {"": lambda: Interpolate(DONOR, strength=0.4)},
    "steer": {"": lambda: Steer("actor/1/post", ROW, strength=2.0)},
    "patch": {
        "": lambda: Patch("actor/1/post", DONOR, SOME),
        "all": lambda: Patch("critic/0/pre", DONOR, jnp.ones(8), strength=0.5),
    },
    "ablate": {"": lambda: Ablate("actor/0/post", SOME, ROW)},
    "transport": {"": lambda: Transport("actor/1/pre", MAP, ROW)},
    "relabel": {"": relabel},
    "noise": {"": lambda: Noise(3.0, seed=3)},
    "chain": {
        "weights": lambda: Chain(
            (Add(VECTOR, strength=0.3), Splice(DONOR, ("actor/0",)))
        ),
        "mixed": lambda: Chain(
            (Steer("actor/1/post", ROW), Noise(2.0), Ablate("actor/1/post", SOME, ROW))
        ),
        "reversible": lambda: Chain(
            (Add(VECTOR, strength=0.3), Steer("actor/0/pre", ROW), relabel())
        ),
    },
}
"""By the edit's name: what makes an example of it, by a name of its own."""

REVERSIBLE = {("add", ""), ("steer", ""), ("relabel", ""), ("noise", "")} | {
    ("chain", "reversible")
}
"""The examples that promise to be taken back."""

ALL = [(name, kind) for name in EDITS for kind in EXAMPLES.get(name, ["no example"])]


@functools.cache
def example(name: str, kind: str) -> Edit:
    """An example of a registered edit.

    Raises:
        KeyError: If there is none: an edit without an example is not tested.
    """
    return EXAMPLES[name][kind]()
