"""The same edits tried the way one would without telic: a step at a time.

Stable-Baselines3's `evaluate_policy` steps one Gymnasium environment and asks a policy
in PyTorch for each action. Where SB3 is missing, a loop that does the same takes its
place; where PyTorch is missing, NumPy. The environment is `telic/Keys-v0`, or the same
world on MiniGrid's engine.

How an episode ended is read off its return under a fetch objective, as returns and
lengths are all that `evaluate_policy` gives back, and compared with telic's episodes.

Reference: Raffin et al. 2021, "Stable-Baselines3: Reliable Reinforcement Learning
Implementations", JMLR 22.
"""

import dataclasses
import importlib
import importlib.util
import math
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium
import jax
import numpy as np

from benchmarks.edit_mix import Planned, Subject, edited, mix, subject
from telic.policies import MLP, Agent
from telic.rollouts import episode_seeds, play
from telic.tasks import gymnasium_keys
from telic.worlds import Keys, fetch

OUTCOMES = ("failed", "time was up", "another key", "wanted key")
"""How an episode ends, by rising return: -1, 0, 0.1, and more than 0.1."""

EDGES = (-np.inf, -0.5, 0.05, 0.1 + 1e-5, np.inf)
"""The returns between which each outcome lies."""


class Found(NamedTuple):
    """Some complete episodes, in no order."""

    returns: np.ndarray
    lengths: np.ndarray


Act = Callable[[np.ndarray], np.ndarray]
"""From observations, one a row, to sampled actions."""


@dataclasses.dataclass(frozen=True)
class Policy:
    """What `evaluate_policy` asks of a model."""

    act: Act

    def predict(
        self,
        observation: np.ndarray,
        state: Any = None,
        episode_start: np.ndarray | None = None,
        deterministic: bool = False,
    ) -> tuple[np.ndarray, Any]:
        """Sampled actions, and the state as it was given."""
        return self.act(observation), state


def in_numpy(agent: Agent) -> Act:
    """The actor in NumPy."""
    hidden = {"relu": lambda x: np.maximum(x, 0.0), "tanh": np.tanh}[activation(agent)]
    weights, rng = layers(agent), np.random.default_rng(0)

    def act(x: np.ndarray) -> np.ndarray:
        for i, (kernel, bias) in enumerate(weights):
            x = (hidden(x) if i else x) @ kernel + bias
        # The largest logit after Gumbel noise is a draw from the softmax.
        return (x + rng.gumbel(size=x.shape)).argmax(axis=1)

    return act


def in_torch(agent: Agent) -> Act:
    """The actor in PyTorch."""
    import torch
    from torch import nn

    parts: list[nn.Module] = []
    for kernel, bias in layers(agent):
        linear = nn.utils.skip_init(nn.Linear, *kernel.shape)
        linear.weight.data, linear.bias.data = (
            torch.tensor(kernel.T),
            torch.tensor(bias),
        )
        parts += [linear, {"relu": nn.ReLU, "tanh": nn.Tanh}[activation(agent)]()]
    net = nn.Sequential(*parts[:-1])

    @torch.no_grad()
    def act(x: np.ndarray) -> np.ndarray:
        chances = net(torch.as_tensor(x)).softmax(dim=1)
        return torch.multinomial(chances, 1)[:, 0].numpy()

    return act


def by_sb3(policy: Policy, env: gymnasium.Env, episodes: int) -> Found:
    """Episodes by SB3's own function, the environment monitored as its manual asks."""
    from stable_baselines3.common.evaluation import evaluate_policy
    from stable_baselines3.common.monitor import Monitor

    returns, lengths = evaluate_policy(
        policy,
        Monitor(env),
        n_eval_episodes=episodes,
        deterministic=False,
        return_episode_rewards=True,
    )
    return Found(np.asarray(returns), np.asarray(lengths))


def by_loop(policy: Policy, env: gymnasium.Env, episodes: int) -> Found:
    """Episodes by a plain loop that does what `evaluate_policy` does."""
    found = Found(np.zeros(episodes), np.zeros(episodes, int))
    for i in range(episodes):
        seen, done = env.reset()[0], False
        while not done:
            action, _ = policy.predict(seen[None])
            seen, reward, terminated, truncated, _ = env.step(action[0])
            done = terminated or truncated
            found.returns[i] += float(reward)
            found.lengths[i] += 1
    return found


def keys_env(world: Keys) -> gymnasium.Env:
    """The world through Gymnasium; its first colour is wanted."""
    rules = dataclasses.asdict(world)
    rules["encoding"] = rules.pop("encoding_name")
    gymnasium_keys.register()
    return gymnasium.make(gymnasium_keys.ID, objective=world.colours[0], **rules)


def minigrid_env(world: Keys) -> gymnasium.Env:
    """The same world on MiniGrid's engine.

    Raises:
        NotImplementedError: If it is none of the presets, for which that was written.
    """
    from benchmarks import minigrid_keys

    for preset in ("post", "code"):
        if world == Keys.preset(preset):
            return minigrid_keys.make(preset, wanted=world.colours[0])
    raise NotImplementedError("only the presets are written for MiniGrid's engine")


ENGINES: dict[str, Callable[[Keys], gymnasium.Env]] = {
    "telic/Keys-v0": keys_env,
    "MiniGrid": minigrid_env,
}


def measure(
    engine: str, folder: Path, edits: int, sample: int, episodes: int
) -> dict[str, Any]:
    """Seconds and steps of a sample of the edits, and whether telic's episodes agree.

    The agents are made within the time. Before it telic plays the same edits and the
    environment plays one episode, so that nothing is compiled within it.

    Args:
        engine: One of `ENGINES`.
        folder: The folder of the run.
        edits: How many edits the mix has.
        sample: How many of them are tried: the first.
        episodes: Episodes of each.
    """
    on, plans = subject(folder), mix(edits)[:sample]
    torch, sb3 = map(importlib.util.find_spec, ("torch", "stable_baselines3"))
    forward, evaluate = in_torch if torch else in_numpy, by_sb3 if sb3 else by_loop
    env = ENGINES[engine](on.world)
    ours = [by_telic(plan, on, episodes) for plan in plans]

    def tried(agent: Agent, episodes: int) -> Found:
        return evaluate(Policy(forward(agent)), env, episodes)

    seed(env, torch=bool(torch))
    tried(on.agent, 1)
    began, cpu = time.perf_counter(), time.process_time()
    theirs = [tried(edited(plan, on), episodes) for plan in plans]
    used, seconds = time.process_time() - cpu, time.perf_counter() - began
    how = "SB3's evaluate_policy" if sb3 else "a plain loop"
    return {
        "how": f"{how}, {'PyTorch' if torch else 'NumPy'}, {engine}",
        "seconds": seconds,
        "core": used / seconds,
        "steps": int(sum(found.lengths.sum() for found in theirs)),
        "sample": list(map(compared, plans, ours, theirs)),
    }


def seed(env: gymnasium.Env, *, torch: bool) -> None:
    """Fix all chance of the environment and of PyTorch, and its threads to one."""
    env.reset(seed=0)
    if torch:
        library = importlib.import_module("torch")
        library.set_num_threads(1)
        library.manual_seed(0)


def by_telic(plan: Planned, on: Subject, episodes: int) -> Found:
    """Episodes of one edit by telic, of seeds of their own."""
    seeds = episode_seeds(on.world, episodes, key=jax.random.key(0))
    played = play(edited(plan, on), on.world, seeds)
    weights = fetch(on.world.colours[0]).vector(on.world.events)
    return Found(np.asarray(played.events) @ weights, np.asarray(played.length))


def compared(plan: Planned, ours: Found, theirs: Found) -> dict[str, Any]:
    """Rates of all outcomes and mean lengths of both, and how far apart they are."""
    a, b = columns(ours), columns(theirs)
    return {
        "edit": plan.name,
        "telic": {name: float(column.mean()) for name, column in a.items()},
        "it": {name: float(column.mean()) for name, column in b.items()},
        "apart": [apart(a[name], b[name]) for name in a],
    }


def columns(found: Found) -> Mapping[str, np.ndarray]:
    """Of every episode: whether it ended in each way, and how long it was."""
    flags = [(a < found.returns) & (found.returns <= b) for a, b in pairwise(EDGES)]
    return {**dict(zip(OUTCOMES, flags, strict=True)), "length": found.lengths}


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """How many standard errors of their difference two means are apart.

    Example:
        >>> round(apart(np.array([0.0, 2.0]), np.array([2.0, 4.0])), 2)
        1.41
    """
    gap = abs(float(a.mean() - b.mean()))
    error = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return gap / error if error else (math.inf if gap else 0.0)


def layers(agent: Agent) -> list[tuple[np.ndarray, np.ndarray]]:
    """Kernel and bias of every layer of the actor."""
    both = ([np.asarray(agent[p]) for p, _ in layer.leaves] for layer in agent.layers)
    return [(kernel, bias) for kernel, bias in both]


def activation(agent: Agent) -> str:
    """The name of the activation function of an agent's perceptrons."""
    assert isinstance(agent.policy, MLP)
    return agent.policy.activation
