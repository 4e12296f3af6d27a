"""The same training with Stable-Baselines3's PPO, used the way its manual shows.

Settings come from `torch_loop.Recipe`, so that only the software differs.

Reference: Raffin et al. 2021, "Stable-Baselines3: Reliable Reinforcement Learning
Implementations", JMLR 22.
"""

import time
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from gymnasium.vector import VectorEnv
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

from benchmarks import minigrid_keys
from benchmarks.torch_loop import ACTIVATIONS, Recipe


def measure(
    envs: VecEnv, iterations: int, *, recipe: Recipe | None = None
) -> list[float]:
    """Environment steps per second, learning included, of each iteration.

    One more iteration runs first and is not counted.

    Args:
        envs: Environments in SB3's own form: `minigrid`, or a `FromGymnasium`.
        iterations: How many rollouts and updates to time.
        recipe: The settings; the experiment's if not given.
    """
    recipe = recipe or Recipe()
    torch.set_num_threads(1)
    steps = recipe.num_steps * envs.num_envs
    clock = Clock()
    learner(envs, recipe).learn((iterations + 1) * steps, callback=clock)
    return [steps / (after - before) for before, after in pairwise(clock.ticks)][1:]


def learner(envs: VecEnv, recipe: Recipe, *, seed: int = 0) -> PPO:
    """SB3's PPO with the settings of a recipe."""
    return PPO(
        "MlpPolicy",
        envs,
        learning_rate=recipe.learning_rate,
        n_steps=recipe.num_steps,
        batch_size=recipe.num_steps * envs.num_envs // recipe.minibatches,
        n_epochs=recipe.epochs,
        gamma=recipe.gamma,
        gae_lambda=recipe.lam,
        clip_range=recipe.clip,
        ent_coef=recipe.entropy,
        vf_coef=recipe.value,
        max_grad_norm=recipe.max_grad_norm,
        policy_kwargs=networks(recipe),
        device="cpu",
        seed=seed,
    )


def networks(recipe: Recipe) -> dict[str, Any]:
    """The networks and the optimiser of a recipe, in SB3's words."""
    return {
        "net_arch": {"pi": list(recipe.actor), "vf": list(recipe.critic)},
        "activation_fn": ACTIVATIONS[recipe.activation],
        "optimizer_class": torch.optim.Adam,
        "optimizer_kwargs": {
            "eps": recipe.adam_eps,
            "weight_decay": recipe.weight_decay,
        },
    }


class Clock(BaseCallback):
    """Keeps the time at which each rollout starts, and the time of the end."""

    def __init__(self) -> None:
        """Start with no times."""
        super().__init__()
        self.ticks: list[float] = []

    def _on_rollout_start(self) -> None:
        self.ticks.append(time.perf_counter())

    def _on_training_end(self) -> None:
        self.ticks.append(time.perf_counter())

    def _on_step(self) -> bool:
        return True


def minigrid(num_envs: int = 32) -> VecEnv:
    """MiniGrid's Keys worlds as SB3 users have them: monitored, one after another."""
    return DummyVecEnv([lambda: Monitor(minigrid_keys.make("post"))] * num_envs)


class FromGymnasium(VecEnv):
    """A Gymnasium vector environment as SB3 wants it, without episode statistics.

    SB3 knows only its own vector form. Ends by time-out are treated like any other
    end, as in `torch_loop`.
    """

    def __init__(self, envs: VectorEnv) -> None:
        """Wrap environments that restart in the step in which they end."""
        self.envs = envs
        super().__init__(
            envs.num_envs, envs.single_observation_space, envs.single_action_space
        )

    def reset(self) -> np.ndarray:
        """The first observations."""
        return np.asarray(self.envs.reset(seed=self._seeds[0])[0])

    def step_async(self, actions: np.ndarray) -> None:
        """Keep the actions for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict]]:
        """Step all environments with the actions kept."""
        seen, reward, terminated, truncated, _ = self.envs.step(self._actions)
        done = np.logical_or(terminated, truncated)
        empty = [{} for _ in range(self.num_envs)]
        return np.asarray(seen), np.asarray(reward), done, empty

    def close(self) -> None:
        """Close the environments."""
        self.envs.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The attribute of the whole vector, once for each environment asked about."""
        return [getattr(self.envs, attr_name) for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Not possible: the environments are one object."""
        raise NotImplementedError

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **kwargs: Any
    ) -> list[Any]:
        """Not possible: the environments are one object."""
        raise NotImplementedError

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """False for each: there are no single environments to be wrapped."""
        return [False for _ in self._get_indices(indices)]
