"""An agent as a folder to take home: weights, their layout, a loader, and a card.

    numpy    agent.safetensors, config.json and act.py, which needs NumPy alone
    torch    agent.pt, a state dict, and agent.py, which makes the module
    sb3      agent.zip, which `PPO.load` opens
    onnx     agent.onnx, a graph from observations to logits
    hf       model.safetensors, config.json: weights of any policy, as a hub has them

Every folder has a README.md, the agent's card; that of an edit also has the edit's
change, `delta.safetensors`.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from safetensors.numpy import save

from telic.adapters.onnx_write import to_onnx
from telic.adapters.sb3_write import perceptrons_of, to_sb3
from telic.adapters.torch_write import to_torch
from telic.core.names import lookup
from telic.core.trees import Tree
from telic.policies import Adapted, Agent
from telic.policies.adapted import network_of
from telic.training import PPOConfig, RolloutConfig


class Exported(NamedTuple):
    """What is exported.

    Attributes:
        agent: The agent.
        ppo: How it would be trained on.
        rollout: Likewise.
        card: The text of its card.
        delta: What an edit changed; None without one.
        space: The space of observations of its environment; None if it has none.
    """

    agent: Agent
    ppo: PPOConfig
    rollout: RolloutConfig
    card: str
    delta: Tree | None = None
    space: Any = None


def exported(given: Exported, form: str) -> dict[str, bytes]:
    """The files of a folder, by name.

    Args:
        given: The agent, and what is said of it.
        form: One of `FORMS`.

    Raises:
        InputError: If there is no such form, or it does not hold agents of this policy.
    """
    made = lookup(form, FORMS, kind="format")(given)
    files = {"README.md": given.card.encode(), **made}
    if given.delta:
        files["delta.safetensors"] = _weights(given.delta)
    return files


def config_of(agent: Agent) -> dict[str, Any]:
    """The layout of an agent: what its arrays are, what it sees and how it acts."""
    spec, policy = agent.spec, agent.policy
    inner = network_of(policy)
    used = dataclasses.asdict(policy) if isinstance(policy, Adapted) else {}
    used.pop("policy", None)
    return {
        "library": "telic",
        "policy": type(inner).__name__,
        **vars(inner),
        "observation": list(spec.observation),
        "encoding": None if spec.encoding is None else [list(x) for x in spec.encoding],
        "actions": list(spec.actions),
        "bounds": [list(ends) for ends in spec.bounds],
        "choices": list(spec.choices),
        "mean": list(used.get("mean", ())),
        "std": list(used.get("std", ())),
        "clip": used.get("clip", 0.0),
        "greedy": used.get("greedy", False),
        "arrays": {path: list(np.shape(leaf)) for path, leaf in agent.items()},
    }


def _numpy(given: Exported) -> dict[str, bytes]:
    """Weights, layout, and a loader that needs NumPy alone."""
    perceptrons_of(given.agent)
    return {
        "agent.safetensors": _weights(dict(given.agent)),
        "config.json": _json(config_of(given.agent)),
        "act.py": _loader("act.py"),
    }


def _torch(given: Exported) -> dict[str, bytes]:
    """A state dict, and the module that it is of."""
    policy = perceptrons_of(given.agent)
    held: dict[str, np.ndarray] = {}
    counts = {"actor": policy.actor_layers, "critic": policy.critic_layers}
    for net, count in counts.items():
        for i in range(count):
            layer = f"{net}/{i}"
            held[f"{net}.{2 * i}.weight"] = np.asarray(given.agent[f"{layer}/kernel"]).T
            held[f"{net}.{2 * i}.bias"] = np.asarray(given.agent[f"{layer}/bias"])
    if "actor/log_std" in given.agent:
        held["log_std"] = np.asarray(given.agent["actor/log_std"])
    return {
        "agent.pt": to_torch(held),
        "config.json": _json(config_of(given.agent)),
        "agent.py": _loader("agent.py"),
    }


def _sb3(given: Exported) -> dict[str, bytes]:
    """A zip that `PPO.load` opens."""
    made = to_sb3(given.agent, ppo=given.ppo, rollout=given.rollout, space=given.space)
    return {"agent.zip": made, "config.json": _json(config_of(given.agent))}


def _onnx(given: Exported) -> dict[str, bytes]:
    """A graph from observations to logits."""
    config = _json(config_of(given.agent))
    return {"agent.onnx": to_onnx(given.agent), "config.json": config}


def _hf(given: Exported) -> dict[str, bytes]:
    """Weights and layout under the names that a hub expects; of any policy."""
    return {
        "model.safetensors": _weights(dict(given.agent)),
        "config.json": _json(config_of(given.agent)),
    }


def _loader(name: str) -> bytes:
    """A program that lies beside the weights; it runs where telic is not installed."""
    return (resources.files("telic.adapters") / "loaders" / f"{name}.txt").read_bytes()


def _weights(tree: Mapping[str, Any]) -> bytes:
    """Arrays as a safetensors file."""
    return save({path: np.ascontiguousarray(leaf) for path, leaf in tree.items()})


def _json(value: Any) -> bytes:
    """A value as JSON."""
    return json.dumps(value, indent=1, default=str).encode() + b"\n"


FORMS: dict[str, Callable[[Exported], dict[str, bytes]]] = {
    "numpy": _numpy,
    "torch": _torch,
    "sb3": _sb3,
    "onnx": _onnx,
    "hf": _hf,
}
"""Every format by name."""
