"""Proximal policy optimisation: the update of an agent on one rollout.

J = E[min(r A, clip(r, 1 - ε, 1 + ε) A)] - c_v ½ E[(V - R)²] + c_e E[H]

with r the ratio of the new to the old probability of each action, A the advantage,
normalised within each minibatch, R = A + V the critic's target and H the entropy.

Reference:
    Schulman et al. 2017, "Proximal Policy Optimization Algorithms", arXiv 1707.06347;
    Engstrom et al. 2020, "Implementation Matters in Deep Policy Gradients", arXiv
    2005.12729.
"""

import dataclasses
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int, Shaped

from telic.core import trees
from telic.core.errors import InputError
from telic.policies import Agent, remembers
from telic.rollouts.actor import Carry


@dataclasses.dataclass(frozen=True)
class PPOConfig:
    """The configuration of PPO that can change without recompilation."""

    learning_rate: float = 7.5e-4
    """Step size of Adam, constant."""
    gamma: float = 0.99
    """Discount per step."""
    gae_lambda: float = 0.95
    """λ of the advantage estimate."""
    clip_coef: float = 0.2
    """ε: the change in the ratio of probabilities beyond which its gradient is zero."""
    ent_coef: float = 0.01
    """Weight of the entropy bonus."""
    vf_coef: float = 0.0005
    """Weight of the value loss, which has a further factor ½. So small that weight
    decay dominates the critic: the original's setting, and one that works."""
    max_grad_norm: float = 0.5
    """The gradient is scaled down to this norm, over actor and critic together."""
    weight_decay: float = 3e-4
    """Decay added to the gradient before Adam (torch's `weight_decay` of Adam)."""
    decoupled_decay: float = 0.0
    """Decay added to the step after Adam (AdamW's): w ← w - lr · decay · w."""
    adam_eps: float = 1e-5
    """Added to the root of Adam's second moment."""
    reward_scale: float = 1.0
    """Factor on rewards in training, as a critic with targets in the hundreds learns
    slowly. Reported returns are unscaled."""

    def __post_init__(self) -> None:
        """Check every field."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            upper = 1.0 if field.name in ("gamma", "gae_lambda") else float("inf")
            if not 0 <= value <= upper:
                allowed = "0 or more" if upper > 1 else "0 to 1"
                if field.name == "learning_rate":
                    allowed = "0 or more (at 0 nothing is learned)"
                raise InputError(
                    f"ppo {field.name} = {value}", why=f"allowed: {allowed}"
                )


def _flatten_hyper(ppo: PPOConfig) -> tuple[tuple, None]:
    """The values of all fields, for JAX to trace."""
    return tuple(getattr(ppo, f.name) for f in dataclasses.fields(PPOConfig)), None


def _unflatten_hyper(_: None, values: tuple) -> PPOConfig:
    """The configuration from its values, unchecked, as they may be tracers."""
    ppo = object.__new__(PPOConfig)
    for field, value in zip(dataclasses.fields(PPOConfig), values, strict=True):
        object.__setattr__(ppo, field.name, value)
    return ppo


jax.tree_util.register_pytree_node(PPOConfig, _flatten_hyper, _unflatten_hyper)


@dataclasses.dataclass(frozen=True)
class RolloutConfig:
    """The sizes of a rollout and its update, which determine the program."""

    num_envs: int = 32
    """Copies of the world."""
    num_steps: int = 512
    """Steps in each copy for one rollout."""
    update_epochs: int = 8
    """Passes over the data of a rollout."""
    num_minibatches: int = 4
    """Gradient steps in each pass."""

    def __post_init__(self) -> None:
        """Check every field."""
        for field in dataclasses.fields(self):
            if getattr(self, field.name) < 1:
                raise InputError(
                    f"ppo {field.name} = {getattr(self, field.name)}",
                    why="allowed: 1 or more",
                )
        if self.batch % self.num_minibatches:
            raise InputError(
                f"ppo num_minibatches = {self.num_minibatches}",
                why=f"it must divide num_envs * num_steps = {self.batch}",
            )

    @property
    def batch(self) -> int:
        """Steps of one rollout, over all copies."""
        return self.num_envs * self.num_steps


def check_sequences(carry: Carry, rollout: RolloutConfig) -> None:
    """Raise unless minibatches of whole sequences are possible, with memory.

    Args:
        carry: A carry of the agent; if it has no memory, nothing is required.
        rollout: The numbers of copies and minibatches.

    Raises:
        InputError: If the number of minibatches does not divide that of the copies.
    """
    fitting = math.gcd(rollout.num_envs, rollout.num_minibatches)
    if remembers(carry) and fitting < rollout.num_minibatches:
        raise InputError(
            f"ppo num_minibatches = {rollout.num_minibatches}",
            why="an agent with memory learns from whole sequences: it must divide "
            f"num_envs = {rollout.num_envs}",
            fix=f"num_minibatches = {fitting}",
        )


class Batch(NamedTuple):
    """The data of a rollout.

    Time and envs are flattened to one axis, `steps`. An agent with memory needs whole
    sequences: for it the axes are `time envs`, and `first` and `carry` are not empty.

    Attributes:
        observations: The observations before each step.
        actions: The actions.
        log_probs: Their log-probabilities when chosen.
        advantages: The advantage estimates.
        targets: The targets of the critic.
        first: Whether a step begins an episode; empty without memory.
        carry: (envs, ...) the memory before the first step; empty without memory.
    """

    observations: Array
    actions: Shaped[Array, "..."]
    log_probs: Float[Array, "*steps"]
    advantages: Float[Array, "*steps"]
    targets: Float[Array, "*steps"]
    first: Bool[Array, "time envs"] | tuple[()] = ()
    carry: Carry = ()


class Losses(NamedTuple):
    """The losses of one gradient step.

    Attributes:
        loss: -J, as minimised.
        policy: The clipped surrogate loss.
        value: ½ E[(V - R)²], unweighted.
        entropy: E[H], in nats.
        kl: E[(r - 1) - log r], an estimate of the policy's change so far.
        clipped: The fraction of steps whose ratio is outside the clip range.
        grad_norm: Norm of the gradient, before it is scaled down.
    """

    loss: Float[Array, ""]
    policy: Float[Array, ""]
    value: Float[Array, ""]
    entropy: Float[Array, ""]
    kl: Float[Array, ""]
    clipped: Float[Array, ""]
    grad_norm: Float[Array, ""]


def optimiser(ppo: PPOConfig) -> optax.GradientTransformation:
    """Adam as the founding study used it, with both kinds of weight decay."""
    return optax.chain(
        optax.clip_by_global_norm(ppo.max_grad_norm),
        optax.add_decayed_weights(ppo.weight_decay),
        optax.scale_by_adam(eps=ppo.adam_eps),
        optax.add_decayed_weights(ppo.decoupled_decay),
        optax.scale(-1.0 * ppo.learning_rate),
    )


def update(
    key: jax.Array,
    agent: Agent,
    opt_state: optax.OptState,
    batch: Batch,
    *,
    ppo: PPOConfig,
    rollout: RolloutConfig,
    mask: Agent | None = None,
) -> tuple[Agent, optax.OptState, Losses]:
    """The agent after all epochs over one batch.

    Args:
        key: The random key of the minibatches.
        agent: The agent before.
        opt_state: The state of the optimiser.
        batch: The data.
        ppo: The configuration of PPO.
        rollout: The sizes.
        mask: 1 for each parameter that may move, else 0; None: all may. The optimiser's
            moments know of none.

    Returns:
        The agent, the optimiser's state, and the losses averaged over all steps.
    """
    descend = optimiser(ppo).update

    def step(carry: tuple, rows: Int[Array, " minibatch"]) -> tuple[tuple, Losses]:
        agent, opt_state = carry
        grad = jax.value_and_grad(_loss, has_aux=True)
        (_, losses), slope = grad(agent, _minibatch(batch, rows), ppo)
        change, opt_state = descend(slope, opt_state, agent)
        if mask is not None:
            # The step and not the slope: weight decay would move what has no slope.
            change = jax.tree.map(jnp.multiply, change, mask)
        losses = losses._replace(grad_norm=trees.norm(slope))
        return (optax.apply_updates(agent, change), opt_state), losses

    rows = _shuffles(
        key, rollout, rollout.num_envs if remembers(batch.carry) else rollout.batch
    )
    (agent, opt_state), losses = jax.lax.scan(step, (agent, opt_state), rows)
    return agent, opt_state, jax.tree.map(jnp.mean, losses)


def _minibatch(batch: Batch, rows: Int[Array, " minibatch"]) -> Batch:
    """Some steps; for an agent with memory, the whole sequences of some copies."""
    if not remembers(batch.carry):
        return jax.tree.map(lambda x: x[rows], batch)
    # Memory before step t is only known by running the sequence from its start, so
    # single steps cannot be shuffled: rows are copies, and each keeps all its steps.
    # The carry is the one stored in the rollout; gradients do not reach beyond it.
    part = jax.tree.map(lambda x: x[:, rows], batch._replace(carry=()))
    return part._replace(carry=jax.tree.map(lambda x: x[rows], batch.carry))


def _shuffles(
    key: jax.Array, rollout: RolloutConfig, count: int
) -> Int[Array, "steps minibatch"]:
    """The rows of the minibatch of every gradient step: one shuffle per epoch.

    The index of each row fills the low bits of a random word, and the words are sorted:
    on a CPU that takes a fifth of the time of an argsort. Rows with equal random bits
    (one pair in 2^18 for 16,384 rows) stay in order.
    """
    low = (count - 1).bit_length()
    words = jax.random.bits(key, (rollout.update_epochs, count), jnp.uint32)
    words = (words >> low << low) | jnp.arange(count, dtype=jnp.uint32)[None]
    order = (jnp.sort(words) & ((1 << low) - 1)).astype(jnp.int32)
    return order.reshape(rollout.update_epochs * rollout.num_minibatches, -1)


def _loss(
    agent: Agent, batch: Batch, ppo: PPOConfig
) -> tuple[Float[Array, ""], Losses]:
    """-J on one minibatch."""
    logits, values = _outputs(agent, batch)
    old, advantages, targets = (x.reshape(-1) for x in batch[2:5])
    actions = batch.actions.reshape(-1, *agent.spec.distribution.draws)
    log_prob, entropies = agent.spec.distribution.learnt(logits, actions)
    log_ratio = log_prob - old
    ratio = jnp.exp(log_ratio)
    gain = (advantages - advantages.mean()) / (advantages.std() + 1e-7)
    clipped = jnp.clip(ratio, 1 - ppo.clip_coef, 1 + ppo.clip_coef)
    policy = -jnp.minimum(ratio * gain, clipped * gain).mean()
    value = 0.5 * ((values - targets) ** 2).mean()
    entropy = entropies.mean()
    loss = policy + ppo.vf_coef * value - ppo.ent_coef * entropy
    kl = (ratio - 1 - log_ratio).mean()
    outside = (jnp.abs(ratio - 1) > ppo.clip_coef).mean()
    return loss, Losses(loss, policy, value, entropy, kl, outside, jnp.zeros(()))


def _outputs(
    agent: Agent, batch: Batch
) -> tuple[Float[Array, "steps actions"], Float[Array, " steps"]]:
    """Logits and values of all steps, one row each."""
    if isinstance(batch.first, tuple):
        output = agent(batch.observations, ())
    else:
        output, _ = agent.unroll(batch.observations, batch.first, batch.carry)
    assert output.logits is not None and output.value is not None
    actions = output.logits.shape[-1]
    return output.logits.reshape(-1, actions), output.value.reshape(-1)
