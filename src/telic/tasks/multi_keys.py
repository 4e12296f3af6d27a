"""Keys with several rewards at once, in the form of MO-Gymnasium.

    >>> import gymnasium
    >>> import telic.tasks
    >>> name = "telic/mo-Keys-v0"
    >>> env = gymnasium.make(name, rewards=("blue", "ball"), disable_env_checker=True)
    >>> env.unwrapped.reward_space.shape
    (2,)

`mo_gymnasium.make` makes it too; it is not needed. `disable_env_checker` is, as
Gymnasium's checker wants one number.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.spaces import Box

from telic.core.errors import InputError
from telic.tasks.gymnasium_keys import KeysEnv, Observation
from telic.worlds.goals import goals_of
from telic.worlds.objectives import Objective, matrix


class MultiKeysEnv(KeysEnv):
    """Keys under several objectives: its reward is a vector, one entry for each.

    Args:
        rewards: Colours to fetch, or events of the world, in the order of the vector.
        keywords: Those of `KeysEnv`, without `objective`.

    Raises:
        InputError: If there are none, or a name is neither.
    """

    def __init__(
        self, *, rewards: Sequence[str] = ("blue", "purple"), **keywords: Any
    ) -> None:
        super().__init__(**keywords)
        world = self.task.world
        goals = {name: goal.objective for name, goal in goals_of(world).items()}
        known = goals | {name: Objective(name, {name: 1.0}) for name in world.events}
        strange = [name for name in rewards if name not in known]
        if strange or not rewards:
            raise InputError(
                f"rewards = {tuple(rewards)}",
                why=f"goals or events, one or more; known: {', '.join(known)}",
            )
        self.rewards = tuple(rewards)
        self.vectors = matrix([known[name] for name in rewards], world.events)
        self.reward_dim = len(self.rewards)
        self.reward_space = Box(-np.inf, np.inf, (self.reward_dim,), np.float32)

    def step(self, action: Any) -> tuple[Observation, Any, bool, bool, dict[str, Any]]:
        """Observation, (rewards,) the rewards, terminated, truncated, the events."""
        before = self._events
        seen, _, terminated, truncated, info = super().step(action)
        rewards = self.vectors @ (self._events - before)
        return seen, rewards.astype(np.float32), terminated, truncated, info
