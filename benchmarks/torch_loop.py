"""PPO in one file of PyTorch, the way CleanRL taught the field to write it.

This is what telic's training is measured against: a plain loop over a Gymnasium vector
environment, one thread, no tricks. Network and settings are those of the public
experiment on alternating objectives, so every contender does the same arithmetic.

References:
    Schulman et al. 2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347.
    Huang et al. 2022, "CleanRL: High-quality Single-file Implementations of Deep
    Reinforcement Learning Algorithms", JMLR 23.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from gymnasium.vector import VectorEnv
from torch import Tensor, nn
from torch.distributions import Categorical


@dataclass(frozen=True)
class Recipe:
    """The settings of one PPO run; the defaults are those of the experiment.

    Attributes:
        num_steps: Steps of each environment between two updates.
        epochs: Passes over the steps in one update.
        minibatches: Parts into which each pass cuts them.
        learning_rate: Adam's step size, constant.
        adam_eps: Adam's epsilon.
        weight_decay: L2 decay, added to the gradient (not decoupled).
        max_grad_norm: Gradients longer than this are shortened to it.
        clip: How far the policy ratio may leave 1.
        entropy: Weight of the entropy bonus.
        value: Weight of the squared value error.
        gamma: Discount of one step.
        lam: The lambda of generalised advantage estimation.
        actor: Widths of the actor's hidden layers.
        critic: Widths of the critic's hidden layers.
        activation: `relu` or `tanh`, behind every hidden layer.
    """

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
    activation: str = "relu"


ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


def measure(
    envs: VectorEnv, iterations: int, *, recipe: Recipe | None = None
) -> list[float]:
    """Environment steps per second, learning included, of each iteration.

    One more iteration runs first and is not counted.

    Args:
        envs: Environments that restart in the step in which they end.
        iterations: How many rollouts and updates to time.
        recipe: The settings; the experiment's if not given.
    """
    recipe = recipe or Recipe()
    run = train(envs, recipe)
    next(run)
    speeds = []
    for _ in range(iterations):
        start = time.perf_counter()
        next(run)
        elapsed = time.perf_counter() - start
        speeds.append(recipe.num_steps * envs.num_envs / elapsed)
    return speeds


def train(envs: VectorEnv, recipe: Recipe, *, seed: int = 0) -> Iterator[float]:
    """Train without end; yield the mean return per episode after each update."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    agent = Agent(envs, recipe)
    optimiser = adam(agent, recipe)
    observation = as_floats(envs.reset(seed=seed)[0])
    while True:
        batch, observation = rollout(envs, agent, observation, recipe)
        update(agent, optimiser, batch, recipe)
        yield batch.episode_return


def adam(agent: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """The optimiser of a recipe."""
    return torch.optim.Adam(
        agent.parameters(),
        lr=recipe.learning_rate,
        eps=recipe.adam_eps,
        weight_decay=recipe.weight_decay,
    )


class Agent(nn.Module):
    """Two separate networks: one chooses actions, one predicts returns."""

    def __init__(self, envs: VectorEnv, recipe: Recipe) -> None:
        """Size both networks for the spaces of `envs`."""
        super().__init__()
        inputs = int(np.prod(envs.single_observation_space.shape))
        actions = int(envs.single_action_space.n)
        between = ACTIVATIONS[recipe.activation]
        actor, critic = (inputs, *recipe.actor, actions), (inputs, *recipe.critic, 1)
        self.actor = network(actor, between, last_gain=0.01)
        self.critic = network(critic, between, last_gain=1.0)

    def act(self, observation: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Sampled actions, their log-probabilities, and values."""
        policy = Categorical(logits=self.actor(observation))
        action = policy.sample()
        return action, policy.log_prob(action), self.critic(observation).flatten()


def network(
    widths: tuple[int, ...], between: type[nn.Module], *, last_gain: float
) -> nn.Sequential:
    """Dense layers with orthogonal weights and zero biases."""
    gains = [2**0.5] * (len(widths) - 2) + [last_gain]
    layers = []
    for fan_in, fan_out, gain in zip(widths, widths[1:], gains, strict=False):
        linear = nn.Linear(fan_in, fan_out)
        nn.init.orthogonal_(linear.weight, gain)
        nn.init.zeros_(linear.bias)
        layers += [linear, between()]
    return nn.Sequential(*layers[:-1])


@dataclass
class Batch:
    """One rollout: every array is [time, envs], observations have units as well."""

    observation: Tensor
    action: Tensor
    log_prob: Tensor
    value: Tensor
    advantage: Tensor
    episode_return: float


@torch.no_grad()
def rollout(
    envs: VectorEnv, agent: Agent, observation: Tensor, recipe: Recipe
) -> tuple[Batch, Tensor]:
    """Act for `num_steps`; return the batch and what the environments show now."""
    shape = (recipe.num_steps, envs.num_envs)
    seen, actions = torch.zeros(*shape, observation.shape[1]), torch.zeros(shape)
    log_probs, values, rewards, ends = (torch.zeros(shape) for _ in range(4))
    for t in range(recipe.num_steps):
        seen[t] = observation
        actions[t], log_probs[t], values[t] = agent.act(observation)
        step = envs.step(actions[t].long().numpy())
        observation, rewards[t] = as_floats(step[0]), as_floats(step[1])
        ends[t] = as_floats(np.logical_or(step[2], step[3]))
    last_value = agent.critic(observation).flatten()
    advantage = advantages(rewards, values, last_value, ends, recipe)
    mean_return = float(rewards.sum() / ends.sum().clamp(min=1))
    batch = Batch(seen, actions, log_probs, values, advantage, mean_return)
    return batch, observation


def advantages(
    rewards: Tensor, values: Tensor, last_value: Tensor, ends: Tensor, recipe: Recipe
) -> Tensor:
    """Generalised advantage estimates [time, envs]; `ends[t]`: step t ended."""
    result, running, next_value = torch.zeros_like(rewards), 0.0, last_value
    for t in reversed(range(len(rewards))):
        alive = 1 - ends[t]
        # A_t = delta_t + gamma lam A_t+1,  delta_t = r_t + gamma V_t+1 - V_t
        delta = rewards[t] + recipe.gamma * next_value * alive - values[t]
        running = delta + recipe.gamma * recipe.lam * alive * running
        result[t], next_value = running, values[t]
    return result


def update(
    agent: Agent, optimiser: torch.optim.Optimizer, batch: Batch, recipe: Recipe
) -> None:
    """Several passes of minibatch gradient steps over one rollout."""
    target = (batch.advantage + batch.value).flatten()
    observation = batch.observation.flatten(0, 1)
    action, log_prob = batch.action.flatten(), batch.log_prob.flatten()
    advantage = batch.advantage.flatten()
    for _ in range(recipe.epochs):
        for part in torch.randperm(len(target)).chunk(recipe.minibatches):
            policy = Categorical(logits=agent.actor(observation[part]))
            ratio = (policy.log_prob(action[part]) - log_prob[part]).exp()
            gain = clipped_gain(ratio, advantage[part], recipe.clip)
            error = (agent.critic(observation[part]).flatten() - target[part]) ** 2
            bonus = recipe.entropy * policy.entropy().mean()
            loss = recipe.value * error.mean() - gain - bonus
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), recipe.max_grad_norm)
            optimiser.step()


def clipped_gain(ratio: Tensor, advantage: Tensor, clip: float) -> Tensor:
    """PPO's objective, with the advantages of the minibatch normalised."""
    scaled = (advantage - advantage.mean()) / (advantage.std() + 1e-7)
    kept = ratio.clamp(1 - clip, 1 + clip)
    return torch.minimum(ratio * scaled, kept * scaled).mean()


def as_floats(values: np.ndarray) -> Tensor:
    """A float32 tensor of what an environment returned."""
    return torch.as_tensor(np.asarray(values, np.float32))
