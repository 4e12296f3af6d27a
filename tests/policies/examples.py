"""One small agent of every kind of network, for codes and for floats."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np

from telic.policies import (
    HEADS,
    MLP,
    POLICIES,
    Adapted,
    Conv,
    Nature,
    Recurrent,
    Spec,
    capture,
    interventions,
)
from telic.worlds import Keys
from tests.small import drawn


@dataclasses.dataclass(frozen=True)
class Shown(Keys):
    """Keys as an image: each cell by its channels, from 0 to 255."""

    @property
    def observation(self):
        return (self.view, self.view, 20)

    @property
    def encoding(self):
        return None

    def observe(self, state):
        codes = Keys(view=self.view, limit=self.limit).observe(state)
        return 255.0 * jnp.asarray(Keys().encoding)[codes]


SMALL = {
    "mlp": MLP(width=6, actor_layers=3, critic_layers=2),
    "conv": Conv(channels=(3, 4), width=5),
    "nature": Nature((3, 4), (2, 1), (1, 1), 5, heads=MLP(6, 2, 1, "tanh")),
    "recurrent": Recurrent(width=5, memory=4),
    "adapted": Adapted(MLP(width=6, actor_layers=3, critic_layers=2)),
}
WORLDS = {
    "mlp": Keys(view=3, limit=12),
    "conv": Keys(view=3, limit=12),
    "nature": Shown(view=3, limit=12),
    "recurrent": Keys(view=3, limit=12),
    "adapted": Keys(view=3, limit=12),
}
FLOATS = {
    "mlp": (4,),
    "conv": (4, 3, 2),
    "nature": (4, 3, 2),
    "recurrent": (4,),
    "adapted": (4,),
}
CASES = [(name, form) for name in POLICIES for form in ("codes", "floats")]


def spec_of(name, form):
    if form == "codes":
        return Spec.of(WORLDS[name])
    return Spec(observation=FLOATS[name], actions=("left", "right", "stay"))


def agent_of(name, form="codes", seed=0):
    """An agent whose every leaf is drawn: fresh biases and critics hide too much."""
    return drawn(SMALL[name], spec_of(name, form), seed)


def seen_by(agent, *shape, seed=7):
    """Random observations, codes or floats."""
    spec, rng = agent.spec, np.random.default_rng(seed)
    due = (*shape, *spec.observation)
    if spec.encoding is None:
        return jax.device_put(rng.normal(size=due).astype(np.float32))
    return jax.device_put(rng.integers(len(spec.encoding), size=due).astype("u1"))


def sequence(agent, *, time=5, batch=3, seed=7):
    """Observations in time, and where episodes begin."""
    first = np.zeros((time, batch), bool)
    first[0] = first[2, 1] = True
    return seen_by(agent, time, batch, seed=seed), jax.device_put(first)


def unrolled(agent, *, seed=7):
    """Logits and values of the sequence."""
    seen, first = sequence(agent, seed=seed)
    return unroll(agent, seen, first, agent.initial_carry(first.shape[1]))[0]


@jax.jit
def unroll(agent, seen, first, carry):
    """`agent.unroll` as one program: step by step it would be compiled at each call."""
    return agent.unroll(seen, first, carry)


@functools.partial(jax.jit, static_argnames="heads")
def answer(agent, seen, heads=HEADS):
    """`agent(seen)` as one program."""
    return agent(seen, heads=heads)


@jax.jit
def captured(agent, seen):
    """`capture(agent, seen)` as one program."""
    return capture(agent, seen)


def intervened(agent, site, **leaves):
    """The agent with one intervention at a site."""
    return agent.replace(interventions.add_intervention(agent, site, leaves))
