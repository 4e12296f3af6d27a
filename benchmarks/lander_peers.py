"""The peers' rows of the lander's benchmark: a plain PyTorch loop, and SB3.

The loop is `torch_loop` with a rollout that keeps the two ends of an episode apart, as
SB3 and telic do: where time is up, the value of the last sight is added to the reward.

Reference: Pardo et al. 2017, "Time Limits in Reinforcement Learning", arXiv 1712.00378.
"""

from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
import torch
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv
from torch import Tensor

from benchmarks import landing, sb3_loop
from benchmarks.landing import BATCH, ENVS, STEPS, Ended
from benchmarks.torch_loop import (
    Agent,
    Batch,
    Recipe,
    adam,
    advantages,
    as_floats,
    update,
)

RECIPE = Recipe(
    num_steps=STEPS,
    epochs=landing.EPOCHS,
    minibatches=BATCH // landing.MINIBATCH,
    learning_rate=landing.LEARNING_RATE,
    weight_decay=0.0,
    entropy=0.0,
    value=0.5,
    gamma=landing.GAMMA,
    lam=landing.LAMBDA,
    actor=landing.WIDTHS,
    critic=landing.WIDTHS,
    activation="tanh",
)


def make() -> gymnasium.Env:
    """One copy of the environment."""
    return gymnasium.make(landing.ENV, disable_env_checker=True)


def in_turn() -> VectorEnv:
    """Gymnasium's copies, stepped one after another."""
    return SyncVectorEnv([make] * ENVS, autoreset_mode=AutoresetMode.SAME_STEP)


class Pool(VectorEnv):
    """envpool's copies, stepped by one thread; ended ones are restarted at once.

    Left alone, envpool would take a further step to restart them, in which the action
    counts for nothing.
    """

    num_envs = ENVS

    def __init__(self, seed: int = 0) -> None:
        """Make the copies; envpool wants the seed now."""
        import envpool

        self.envs: Any = envpool.make(
            landing.ENV,
            env_type="gymnasium",
            num_envs=ENVS,
            num_threads=1,
            seed=seed,
        )
        self.single_observation_space = self.envs.observation_space
        self.single_action_space = self.envs.action_space

    def reset(self, *, seed: Any = None, options: Any = None) -> tuple:
        """The first sights; the seed is no longer asked for."""
        del seed, options
        seen, info = self.envs.reset()
        return seen[np.argsort(info["env_id"])], {}

    def step(self, actions: np.ndarray) -> tuple:
        """One step of all copies, and another start of those that end."""
        *answer, info = self.envs.step(actions.astype(np.int32))
        order = np.argsort(info["env_id"])  # answers may come in any order
        seen, reward, terminated, truncated = (column[order] for column in answer)
        done = np.flatnonzero(terminated | truncated)
        if not len(done):
            return seen, reward, terminated, truncated, {}
        last, seen = seen, seen.copy()
        fresh, info = self.envs.reset(done.astype(np.int32))
        seen[np.sort(info["env_id"])] = fresh[np.argsort(info["env_id"])]
        return seen, reward, terminated, truncated, {"final_obs": last}


def torch_training(backend: str, seed: int) -> Iterator[Ended]:
    """Train the PyTorch loop without end."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    envs = in_turn() if backend == "gymnasium" else Pool(seed)
    agent = Agent(envs, RECIPE)
    optimiser = adam(agent, RECIPE)
    observation = as_floats(envs.reset(seed=seed)[0])
    running = np.zeros(ENVS)
    while True:
        batch, observation, ended = rollout(envs, agent, observation, running)
        update(agent, optimiser, batch, RECIPE)
        yield ended


@torch.no_grad()
def rollout(
    envs: VectorEnv, agent: Agent, observation: Tensor, running: np.ndarray
) -> tuple[Batch, Tensor, Ended]:
    """Act; return the batch, what is seen now, and the episodes that ended.

    Args:
        envs: The copies of the environment.
        agent: Who acts.
        observation: What the copies show.
        running: The return of each copy's running episode so far; it is updated.
    """
    shape = (STEPS, ENVS)
    seen, actions = torch.zeros(*shape, observation.shape[1]), torch.zeros(shape)
    log_probs, values, rewards, ends = (torch.zeros(shape) for _ in range(4))
    returns = []
    for t in range(STEPS):
        seen[t] = observation
        actions[t], log_probs[t], values[t] = agent.act(observation)
        answer = envs.step(actions[t].long().numpy())
        after, reward, terminated, truncated, info = answer
        observation, rewards[t] = as_floats(after), as_floats(reward) * landing.SCALE
        running += reward
        done = terminated | truncated
        if done.any():
            ends[t] = as_floats(done)
            returns += running[done].tolist()
            running[done] = 0.0
        for i in np.flatnonzero(truncated & ~terminated):
            last = as_floats(info["final_obs"][i])[None]
            rewards[t, i] += RECIPE.gamma * agent.critic(last)[0, 0]
    last_value = agent.critic(observation).flatten()
    gains = advantages(rewards, values, last_value, ends, RECIPE)
    ended = Ended(len(returns), sum(returns))
    mean = ended.total / max(ended.episodes, 1)
    batch = Batch(seen, actions, log_probs, values, gains, mean)
    return batch, observation, ended


def sb3_training(seed: int) -> Iterator[Ended]:
    """Train Stable-Baselines3's PPO without end, one rollout and update at a time."""
    torch.set_num_threads(1)
    model = sb3_loop.learner(sb3_copies(), RECIPE, seed=seed)
    while True:
        episodes = Episodes()
        model.learn(BATCH, callback=episodes, reset_num_timesteps=False)
        yield Ended(len(episodes.returns), sum(episodes.returns))


def sb3_copies() -> DummyVecEnv:
    """The environments as SB3 users have them: monitored, one after another.

    The monitor is inside: it sees rewards that are not scaled.
    """

    def scaled() -> gymnasium.Env:
        return gymnasium.wrappers.TransformReward(
            Monitor(make()), lambda reward: float(reward) * landing.SCALE
        )

    return DummyVecEnv([scaled] * ENVS)


class Episodes(BaseCallback):
    """Keeps the return of every episode that ends."""

    def __init__(self) -> None:
        """Start with none."""
        super().__init__()
        self.returns: list[float] = []

    def _on_step(self) -> bool:
        infos = self.locals["infos"]
        self.returns += [x["episode"]["r"] for x in infos if "episode" in x]
        return True


def world_only(make_envs: Callable[[], Any], iterations: int) -> list[float]:
    """Environment steps a second with random actions."""
    envs = make_envs()
    envs.reset()
    return landing.walk(envs.step, iterations)
