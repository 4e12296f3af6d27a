"""An ordinary learner at its best: dense PPO in JAX, and a world that costs nothing.

Written the usual way for JAX: one jitted iteration, a scan over steps, a scan over
minibatches, optax, float32 observations into a dense first layer. Its observations,
rewards and ends are drawn beforehand, so all the time it takes is learning. Whoever is
faster than this while simulating a world saves arithmetic, not overhead.

Reference: Lu et al. 2022, "Discovered Policy Optimisation", arXiv:2210.05639 (the
paper that PureJaxRL, the pattern for such learners, came with).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array

Params = dict[str, list[tuple[Array, Array]]]
"""Kernels and biases of the "actor" and of the "critic", layer by layer."""


@dataclass(frozen=True)
class Recipe:
    """`torch_loop.Recipe`, field by field, with the sizes of the free world.

    It is written out again because importing that one would need PyTorch; what its
    fields mean stands there. The fields of this one's own:

    Attributes:
        num_envs: Environments side by side.
        cells: Cells in an observation.
        channels: Widths of the one-hot codes of a cell: object, colour, state.
        actions: Actions to choose from.
        end_rate: Chance of any step to end its episode.
    """

    num_envs: int = 32
    cells: int = 25
    channels: tuple[int, ...] = (11, 6, 3)
    actions: int = 7
    end_rate: float = 1 / 48
    num_steps: int = 512
    epochs: int = 8
    minibatches: int = 4
    learning_rate: float = 7.5e-4
    adam_eps: float = 1e-5
    weight_decay: float = 3e-4
    max_grad_norm: float = 0.5
    clip: float = 0.2
    entropy: float = 0.01
    value: float = 0.0005 * 0.5
    gamma: float = 0.99
    lam: float = 0.95
    actor: tuple[int, ...] = (128, 128, 128)
    critic: tuple[int, ...] = (128, 128)

    @property
    def inputs(self) -> int:
        """Numbers in an observation."""
        return self.cells * sum(self.channels)

    @property
    def optimiser(self) -> optax.GradientTransformation:
        """Shorten the gradient, add the decay to it, then Adam."""
        return optax.chain(
            optax.clip_by_global_norm(self.max_grad_norm),
            optax.add_decayed_weights(self.weight_decay),
            optax.adam(self.learning_rate, eps=self.adam_eps),
        )


class World(NamedTuple):
    """What the free world will show, drawn beforehand: [time, envs] and units."""

    observation: Array
    reward: Array
    done: Array


class Batch(NamedTuple):
    """What an update learns from: one row for each step, in time and env order."""

    observation: Array
    action: Array
    log_prob: Array
    value: Array
    advantage: Array


def measure(iterations: int, *, recipe: Recipe | None = None) -> list[float]:
    """Environment steps per second, learning included, of each iteration.

    One more iteration, with the compilation, runs first and is not counted.

    Args:
        iterations: How many rollouts and updates to time.
        recipe: The settings; the experiment's if not given.
    """
    recipe = recipe or Recipe()
    world_key, weight_key, key = jax.random.split(jax.random.key(0), 3)
    world = draw_world(world_key, recipe)
    params = initial(weight_key, recipe)
    carry = (params, recipe.optimiser.init(params), key)
    times = timed(lambda carry: iteration(carry, world, recipe), carry, iterations)
    return [recipe.num_steps * recipe.num_envs / seconds for seconds in times]


def timed(advance: Callable[[Any], Any], state: Any, calls: int) -> list[float]:
    """Seconds of each call of `advance`, after a first one that compiles it."""
    state = jax.block_until_ready(advance(state))
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        state = jax.block_until_ready(advance(state))
        times.append(time.perf_counter() - start)
    return times


@partial(jax.jit, static_argnames="recipe")
def draw_world(key: Array, recipe: Recipe) -> World:
    """Random one-hot codes in every cell, random rewards and ends."""
    shape = (recipe.num_steps, recipe.num_envs)
    seen_key, reward_key, done_key = jax.random.split(key, 3)
    code_keys = jax.random.split(seen_key, len(recipe.channels))
    codes = [
        jax.nn.one_hot(jax.random.randint(k, (*shape, recipe.cells), 0, width), width)
        for k, width in zip(code_keys, recipe.channels, strict=True)
    ]
    return World(
        jnp.concatenate(codes, axis=-1).reshape(*shape, recipe.inputs),
        jax.random.normal(reward_key, shape),
        jax.random.bernoulli(done_key, recipe.end_rate, shape),
    )


def initial(key: Array, recipe: Recipe) -> Params:
    """Orthogonal weights, zero biases."""
    actor_key, critic_key = jax.random.split(key)
    actor = (recipe.inputs, *recipe.actor, recipe.actions)
    critic = (recipe.inputs, *recipe.critic, 1)
    return {
        "actor": layers(actor_key, actor, last_gain=0.01),
        "critic": layers(critic_key, critic, last_gain=1.0),
    }


def layers(
    key: Array, widths: tuple[int, ...], *, last_gain: float
) -> list[tuple[Array, Array]]:
    """Kernel and bias of each layer between these widths."""
    sizes = list(pairwise(widths))
    gains = [2**0.5] * (len(sizes) - 1) + [last_gain]
    return [
        (jax.nn.initializers.orthogonal(gain)(layer_key, size), jnp.zeros(size[1]))
        for layer_key, size, gain in zip(
            jax.random.split(key, len(sizes)), sizes, gains, strict=True
        )
    ]


def forward(network: list[tuple[Array, Array]], x: Array) -> Array:
    """The network's outputs for rows of inputs."""
    *hidden, (kernel, bias) = network
    for weights, offset in hidden:
        x = jax.nn.relu(x @ weights + offset)
    return x @ kernel + bias


def evaluate(params: Params, observation: Array) -> tuple[Array, Array]:
    """Log-probabilities of all actions, and values, for rows of observations."""
    logits = forward(params["actor"], observation)
    return jax.nn.log_softmax(logits), forward(params["critic"], observation)[:, 0]


Carry = tuple[Params, optax.OptState, Array]
"""What one iteration hands to the next: weights, optimiser state, random key."""


@partial(jax.jit, static_argnames="recipe", donate_argnums=0)
def iteration(carry: Carry, world: World, recipe: Recipe) -> Carry:
    """One rollout and the update that follows it."""
    params, state, key = carry
    act_key, shuffle_key, key = jax.random.split(key, 3)
    batch = rollout(params, world, act_key, recipe)

    def gradient_step(carry, rows):
        params, state = carry
        part = jax.tree.map(lambda column: column[rows], batch)
        grads = jax.grad(loss)(params, part, recipe)
        updates, state = recipe.optimiser.update(grads, state, params)
        return (optax.apply_updates(params, updates), state), None

    rows = shuffled(shuffle_key, recipe)
    (params, state), _ = jax.lax.scan(gradient_step, (params, state), rows)
    return params, state, key


def shuffled(key: Array, recipe: Recipe) -> Array:
    """Row numbers [epochs x minibatches, rows], each epoch in its own order."""
    count = recipe.num_steps * recipe.num_envs
    orders = jax.vmap(lambda key: jax.random.permutation(key, count))(
        jax.random.split(key, recipe.epochs)
    )
    return orders.reshape(recipe.epochs * recipe.minibatches, -1)


def rollout(params: Params, world: World, key: Array, recipe: Recipe) -> Batch:
    """Act through the free world and flatten time and environments into rows."""

    def act(key, moment):
        key, action_key = jax.random.split(key)
        log_probs, value = evaluate(params, moment.observation)
        action = jax.random.categorical(action_key, log_probs)
        return key, (moment.observation, action, chosen(log_probs, action), value)

    _, (seen, action, log_prob, value) = jax.lax.scan(act, key, world)
    _, last_value = evaluate(params, world.observation[0])
    advantage = advantages(world, value, last_value, recipe)
    batch = Batch(seen, action, log_prob, value, advantage)
    return jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:]), batch)


def chosen(log_probs: Array, action: Array) -> Array:
    """The log-probability of each row's action."""
    return jnp.take_along_axis(log_probs, action[:, None], axis=1)[:, 0]


def advantages(world: World, value: Array, last_value: Array, recipe: Recipe) -> Array:
    """Generalised advantage estimates, [time, envs]."""

    def back(carry, moment):
        running, next_value = carry
        reward, done, value = moment
        alive = 1.0 - done
        # A_t = delta_t + gamma lam A_t+1,  delta_t = r_t + gamma V_t+1 - V_t
        delta = reward + recipe.gamma * next_value * alive - value
        running = delta + recipe.gamma * recipe.lam * alive * running
        return (running, value), running

    start = (jnp.zeros_like(last_value), last_value)
    moments = (world.reward, world.done, value)
    return jax.lax.scan(back, start, moments, reverse=True)[1]


def loss(params: Params, part: Batch, recipe: Recipe) -> Array:
    """PPO's loss on one minibatch."""
    log_probs, value = evaluate(params, part.observation)
    ratio = jnp.exp(chosen(log_probs, part.action) - part.log_prob)
    kept = jnp.clip(ratio, 1 - recipe.clip, 1 + recipe.clip)
    scaled = part.advantage - part.advantage.mean()
    scaled = scaled / (part.advantage.std() + 1e-7)
    gain = jnp.minimum(ratio * scaled, kept * scaled).mean()
    entropy = -(jnp.exp(log_probs) * log_probs).sum(axis=1).mean()
    error = jnp.square(value - part.advantage - part.value).mean()
    return recipe.value * error - gain - recipe.entropy * entropy
