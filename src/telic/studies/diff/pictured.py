"""Pictures of the steps of an episode at which two policies differ most."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from telic.policies import LOGITS, Agent
from telic.policies.distribution import Numbered
from telic.render.gif import gif
from telic.render.page import Image
from telic.render.pictures import is_drawn, stills

EPISODE = 0
"""The seed of the episode, one of the agent before."""

COUNT, APART = 4, 4
"""How many steps are shown, and the fewest steps between two of them."""


def pictures(before: Agent, after: Agent, world: Any) -> tuple[Image, ...]:
    """The steps of one episode of the agent before at which both policies differ most.

    Args:
        before: The agent before, which acts.
        after: The agent after, which is asked what it would do.
        world: The world; of one that is not drawn there are no pictures.

    Raises:
        WorldError: If the world draws itself, and fails.
    """
    if not is_drawn(world):
        return ()
    episode = stills(before, world, seed=EPISODE)
    mine, theirs = (_numbers(agent, episode.observations) for agent in (before, after))
    kl = np.asarray(before.spec.distribution.kl(jnp.array(mine), jnp.array(theirs)))
    times = chosen(kl)
    return tuple(
        Image(
            gif([frame]),
            f"Step {time} of {len(kl)}: {kl[time]:.2f} nats. Before: "
            f"{_does(before, mine[time])}. After: {_does(before, theirs[time])}.",
        )
        for time, frame in zip(times, episode.draw(times), strict=True)
    )


def chosen(kl: Float[np.ndarray, " time"]) -> list[int]:
    """The steps of the greatest divergence, ascending, none of them close together.

    Example:
        >>> chosen(np.array([0.1, 5, 4, 0, 0, 0, 3.0]))
        [1, 6]
    """
    found: list[int] = []
    for time in np.argsort(-kl, kind="stable").tolist():
        if len(found) < COUNT and all(abs(time - t) >= APART for t in found):
            found.append(time)
    return sorted(found)


def _numbers(agent: Agent, seen: np.ndarray) -> Float[np.ndarray, "time outputs"]:
    """What determines the distribution of actions at each step of an episode."""
    first = jnp.zeros((len(seen), 1), bool).at[0].set(True)
    rows = jnp.asarray(seen)[:, None]
    output, _ = agent.unroll(rows, first, agent.initial_carry(1), heads=(LOGITS,))
    return np.asarray(output.logits)[:, 0]


def _does(agent: Agent, numbers: Float[np.ndarray, " outputs"]) -> str:
    """What a policy most probably does."""
    if not isinstance(agent.spec.distribution, Numbered):
        return " ".join(f"{x:.2f}" for x in numbers[:6])
    share = np.exp(numbers - numbers.max())
    best = int(share.argmax())
    return f"{agent.spec.actions[best]} {share[best] / share.sum():.2f}"
