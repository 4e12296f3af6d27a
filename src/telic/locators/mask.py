"""A learned sparse mask: the fewest donor weights that reproduce its behaviour.

Every weight has a gate z in [0, 1], and the agent is θ_R + z · Δθ. The gates are drawn
from hard-concrete distributions whose parameters are trained to imitate the donor, with
a penalty on the probability that a gate is open:

    minimise  E_s KL(π_D(·|s) ‖ π_z(·|s)) + λ · mean P(z > 0)

Reference:
    Louizos, Welling & Kingma 2017, "Learning Sparse Neural Networks through L0
    Regularization", arXiv 1712.01312; Bhaskar et al. 2024, "Finding Transformer
    Circuits with Edge Pruning", arXiv 2406.16778.
"""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from telic.core.trees import Tree
from telic.locators.behaviour import Behaviour, forward
from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair
from telic.locators.sites import scores_of
from telic.policies import Agent

STEPS, BATCH = 300, 256
RATE = 0.1
PRICE = 10.0
"""λ: the penalty of an agent with all gates open, in nats."""

TEMPERATURE, LOW, HIGH = 2 / 3, -0.1, 1.1
"""The parameters of the hard-concrete distribution, as in the paper."""


def mask(evidence: ContrastPair, key: jax.Array) -> Locus:
    """The log-odds of each gate after training; closed gates have the lowest."""
    agents = (evidence.recipient, evidence.donor)
    gates = _train(key, evidence.behaviour, *agents, steps=STEPS)
    return Locus("weights", scores_of(gates))


@functools.partial(jax.jit, static_argnames="steps")
def _train(
    key: jax.Array, behaviour: Behaviour, recipient: Agent, donor: Agent, *, steps: int
) -> Tree:
    """The parameters of all gates after some steps of Adam, starting half open."""
    seen = behaviour.observations
    aim, acts = forward(donor, seen, behaviour.first)[0], recipient.spec.distribution
    aimed = dataclasses.replace(behaviour, gap=aim)
    adam, batch = optax.adam(RATE), max(1, BATCH * len(seen) // len(aim))

    def loss(gates: Tree, key: jax.Array) -> Float[Array, ""]:
        row_key, gate_key = jax.random.split(key)
        rows = jax.random.randint(row_key, (batch,), 0, len(seen))
        agent = _grafted(gate_key, gates, recipient, donor)
        part = aimed.some(rows)
        found = forward(agent, part.observations, part.first)[0]
        return acts.kl(part.gap, found).mean() + PRICE * _open(gates)

    def step(carry: tuple, key: jax.Array) -> tuple[tuple, None]:
        gates, opt_state = carry
        change, opt_state = adam.update(jax.grad(loss)(gates, key), opt_state)
        return (optax.apply_updates(gates, change), opt_state), None

    gates = {path: jnp.zeros_like(leaf) for path, leaf in recipient.items()}
    keys = jax.random.split(key, steps)
    (gates, _), _ = jax.lax.scan(step, (gates, adam.init(gates)), keys)
    return gates


def _grafted(key: jax.Array, gates: Tree, recipient: Agent, donor: Agent) -> Agent:
    """The recipient with its gates drawn: z = clip(stretched concrete, 0, 1)."""
    keys = dict(zip(gates, jax.random.split(key, len(gates)), strict=True))
    agent = {}
    for path, gate in gates.items():
        chance = jax.random.logistic(keys[path], gate.shape)
        soft = jax.nn.sigmoid((chance + gate) / TEMPERATURE)
        z = jnp.clip(soft * (HIGH - LOW) + LOW, 0, 1)
        agent[path] = recipient[path] + z * (donor[path] - recipient[path])
    return recipient.replace(agent)


def _open(gates: Tree) -> Float[Array, ""]:
    """The mean probability that a gate is open."""
    shift = TEMPERATURE * jnp.log(-LOW / HIGH)
    likely = [jax.nn.sigmoid(gate - shift).sum() for gate in gates.values()]
    return jnp.stack(likely).sum() / sum(gate.size for gate in gates.values())
