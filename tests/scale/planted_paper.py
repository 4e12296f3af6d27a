"""A paper whose agents are fresh and whose truth is known by heart: seconds to make."""

from pathlib import Path

import jax
import jax.numpy as jnp

from telic.planted import Planted
from telic.policies import MLP, create
from telic.studies.score import benchmark_set
from telic.worlds import Keys

RUN = Path("planted-layer-0", "seed-0000")


def kept(root: Path, pairs: int = 1) -> Path:
    """A paper in a folder like that of a run; the goal is in the first layer's bias."""
    world, policy = Keys(), MLP(width=8)
    planted = {}
    for number in range(pairs):
        keys = jax.random.split(jax.random.key(number))
        first, other = (create(key, policy, world) for key in keys)
        bias = {"actor/0/bias": jnp.full(8, 0.5)}
        pair = (first, other.replace({**other, **bias}))
        truth = {
            p: jnp.full(x.shape, p == "actor/0/bias", jnp.float32)
            for p, x in pair[0].actor.items()
        }
        planted[number] = Planted("folded", "blue", "purple", (pair,), truth)
    folder = root / RUN / "exam-00000000"
    benchmark_set.keep(folder, 0, planted)
    return folder
