"""Score a locator of your own on an agent whose goal you planted.

A goal-conditioned agent reads its goal at one layer; folding a goal into that layer's
bias gives a plain agent of which we know where its goal is. The agent need not even be
trained for that. `telic score FILE` does this with trained ones, on every rung.

    python examples/planted_goal.py
"""

import jax
import numpy as np

import telic
from telic.planted import fold, truth
from telic.policies import create
from telic.stats import auroc
from telic.worlds import GoalKeys

READS = telic.MLP(width=32, goal_layer=1, goal_units=8)


def locate(pair, key):
    """Your method: here, the units whose mean activation differs, by their biases."""
    change = {path: np.abs(leaf) for path, leaf in pair.vector.items()}
    only = {p: c if p.endswith("bias") else np.zeros_like(c) for p, c in change.items()}
    return telic.Locus("weights", {p: c.astype(float) for p, c in only.items()})


def planted() -> tuple[telic.Agent, telic.Agent, np.ndarray]:
    """Two agents with different goals, and which weights hold them, in one row."""
    agent, last = create(jax.random.key(0), READS, GoalKeys()), "actor/3/kernel"
    # Fresh agents prefer no action to another.
    agent = agent.replace({**agent, last: 100 * agent[last]})
    flags = truth(agent)
    row = np.concatenate([np.ravel(flags[path]) for path in sorted(flags)]) > 0
    return fold(agent, 0), fold(agent, 1), row


def main() -> None:
    """Ask the method of this file, and telic's, where the goal is."""
    recipient, donor, where = planted()
    pair = telic.contrast_pair(recipient, donor, key=1)
    for method in (locate, "magnitude", "attribution", "first layer", "random"):
        locus = telic.locate(pair, method, key=1).weights(pair.recipient)
        name = method if isinstance(method, str) else "this file"
        print(f"{name}: {auroc(locus.flat, where):.2f}")


if __name__ == "__main__":
    main()
