"""An agent that another library trained, as its file describes it."""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from telic.adapters.vecnormalize import Normaliser
from telic.core.errors import InputError
from telic.policies import Adapted, Agent, Policy, Spec
from telic.policies.adapted import network_of, rebased
from telic.training import PPOConfig, RolloutConfig
from telic.worlds import World


class Source(NamedTuple):
    """Where an agent comes from.

    Attributes:
        library: The library that wrote the file: `Stable-Baselines3 2.4.0`.
        algorithm: What trained it: `PPO`; empty if the file does not tell.
        ignored: What the file holds and telic does not use, each with the reason.
    """

    library: str
    algorithm: str = ""
    ignored: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Imported:
    """An agent that another library trained.

    Attributes:
        params: Its parameters, under telic's paths.
        policy: Its network, with how it sees and acts.
        spec: The form of its observations and actions, without a world.
        source: Where it comes from.
        ppo: How it was trained, as far as the file tells; how it would be trained on.
        rollout: The sizes of its rollouts; likewise.
    """

    params: Mapping[str, np.ndarray]
    policy: Policy
    spec: Spec
    source: Source
    ppo: PPOConfig = dataclasses.field(default_factory=PPOConfig)
    rollout: RolloutConfig = dataclasses.field(default_factory=RolloutConfig)

    def behind(self, seen: Normaliser) -> "Imported":
        """The same agent behind a normaliser of observations.

        Raises:
            InputError: If the normaliser does not fit its observations.
        """
        greedy = isinstance(self.policy, Adapted) and self.policy.greedy
        inner = network_of(self.policy)
        policy = Adapted(inner, seen.mean, seen.std, seen.clip, greedy)
        policy.check(self.spec)
        return dataclasses.replace(self, policy=policy)

    def acting_greedily(self) -> "Imported":
        """The same agent, which always takes its most probable action."""
        kept = self.policy if isinstance(self.policy, Adapted) else Adapted(self.policy)
        return dataclasses.replace(self, policy=dataclasses.replace(kept, greedy=True))

    def onto(self, other: "Imported") -> "Imported":
        """The same agent behind another one's normaliser.

        Raises:
            InputError: If they differ in more than that.
        """
        params = rebased(self.params, self.policy, other.policy, self.spec)
        held = {path: np.asarray(leaf) for path, leaf in params.items()}
        return dataclasses.replace(self, params=held, policy=other.policy)

    def agent(self, world: World | None = None) -> Agent:
        """The agent, which acts in a world if one is given.

        Raises:
            InputError: If it cannot act in that world.
        """
        spec = self.spec if world is None else Spec.of(world)
        if spec.inputs != self.spec.inputs:
            raise InputError(
                f"the agent sees {self.spec.inputs} numbers, "
                f"the world {spec.name} gives {spec.inputs}",
                why="an agent acts in worlds like the one that it was made for",
            )
        if spec.distribution != self.spec.distribution:
            raise InputError(
                f"the agent's actions are {self.spec.distribution}, "
                f"those of the world {spec.name} {spec.distribution}",
                why="an agent acts in worlds like the one that it was made for",
            )
        params = {path: jnp.asarray(leaf) for path, leaf in self.params.items()}
        return Agent(params, self.policy, spec)
