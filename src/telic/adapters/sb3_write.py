"""An agent as a zip that Stable-Baselines3's `PPO.load` opens.

The zip holds what that function needs and no more: the weights, an optimiser that has
not moved yet, the settings of training, and the classes and spaces that it unpickles.
Those are pickles put together from records of calls (`telic.adapters.pickle_write`):
what they make their reader call stands here, and nowhere else.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from telic.adapters import sb3
from telic.adapters.pickle_write import to_pickle
from telic.adapters.pickled import Called, Global
from telic.adapters.torch_write import to_torch, zipped
from telic.core.errors import InputError
from telic.policies import MLP, Agent, Spec
from telic.policies.adapted import network_of
from telic.policies.base import LOG_STD
from telic.training import PPOConfig, RolloutConfig

VERSION = "2.7.0"
"""The version whose form of a zip is written."""

MODULES = {ours: theirs for theirs, ours in sb3.ACTIVATIONS.items()}
"""The names of torch's modules by those of telic's activation functions."""

NETS = {"actor": ("policy_net", "action_net"), "critic": ("value_net", "value_net")}
"""The names of the hidden layers and of the last one of each net."""


def to_sb3(
    agent: Agent, *, ppo: PPOConfig, rollout: RolloutConfig, space: Any = None
) -> bytes:
    """The bytes of a zip with an agent.

    Args:
        agent: The agent: perceptrons, which see numbers.
        ppo: The settings with which `model.learn` would go on.
        rollout: Likewise.
        space: The space of observations of its environment, a `Box` of Gymnasium, which
            `PPO.load(..., env=env)` compares; None: without bounds.

    Raises:
        InputError: If it has another network, or interventions.
    """
    policy, spec = perceptrons_of(agent), agent.spec
    held = {name: np.asarray(leaf) for name, leaf in _tensors(agent, policy).items()}
    told = _settings(spec, policy, ppo, rollout, space)
    entries = {
        "data": json.dumps(told, indent=1).encode(),
        "policy.pth": to_torch(held),
        "policy.optimizer.pth": to_torch(_adam(len(held), ppo)),
        "pytorch_variables.pth": to_torch({}),
        "_stable_baselines3_version": VERSION.encode(),
        "system_info.txt": b"written by telic\n",
    }
    return zipped(entries)


def _settings(
    spec: Spec, policy: MLP, ppo: PPOConfig, rollout: RolloutConfig, space: Any
) -> dict[str, Any]:
    """The settings of the zip, as `data` holds them."""
    act = f"torch.nn.modules.activation.{MODULES[policy.activation]}"
    options = {
        "net_arch": {
            "pi": list(policy.hidden("actor")),
            "vf": list(policy.hidden("critic")),
        },
        "activation_fn": f"<class '{act}'>",
    }
    return {
        "policy_class": _pickled(
            Global("stable_baselines3.common.policies.ActorCriticPolicy"),
            "abc.ABCMeta",
            {"__module__": "stable_baselines3.common.policies"},
        ),
        "policy_kwargs": _pickled(
            {
                "net_arch": options["net_arch"],
                "activation_fn": Global(act),
            },
            "dict",
            options,
        ),
        "observation_space": _box(*_ends(spec, space)),
        "action_space": _actions(spec),
        "verbose": 0,
        "seed": None,
        "num_timesteps": 0,
        "use_sde": False,
        "sde_sample_freq": -1,
        "n_envs": rollout.num_envs,
        "n_steps": rollout.num_steps,
        "batch_size": rollout.batch // rollout.num_minibatches,
        "n_epochs": rollout.update_epochs,
        "learning_rate": ppo.learning_rate,
        "gamma": ppo.gamma,
        "gae_lambda": ppo.gae_lambda,
        "ent_coef": ppo.ent_coef,
        "vf_coef": ppo.vf_coef,
        "max_grad_norm": ppo.max_grad_norm,
        "clip_range": ppo.clip_coef,
    }


def perceptrons_of(agent: Agent) -> MLP:
    """The perceptrons of an agent.

    Raises:
        InputError: If it has another network, a goal input, or interventions.
    """
    policy = network_of(agent.policy)
    if not isinstance(policy, MLP) or policy.goal_units:
        raise InputError(
            f"the policy {type(policy).__name__} is not exported so",
            why="only perceptrons without a goal input have that form",
            fix="--to hf writes weights and their layout, whatever the policy",
        )
    held = [path for path in agent if path.startswith("at/")]
    if held:
        raise InputError(
            f"the agent holds the intervention {held[0]}",
            why="other libraries have no interventions",
            fix="export an edit of weights",
        )
    return policy


def _tensors(agent: Agent, policy: MLP) -> dict[str, Any]:
    """The tensors by Stable-Baselines3's names, in the order of its parameters."""
    found: dict[str, Any] = {}
    if LOG_STD in agent:
        found["log_std"] = agent[LOG_STD]
    counts = {"actor": policy.actor_layers, "critic": policy.critic_layers}
    for last in (False, True):
        for net, (body, head) in NETS.items():
            for i in range(counts[net]):
                if (i == counts[net] - 1) != last:
                    continue
                name = head if last else f"mlp_extractor.{body}.{2 * i}"
                found[f"{name}.weight"] = np.asarray(agent[f"{net}/{i}/kernel"]).T
                found[f"{name}.bias"] = agent[f"{net}/{i}/bias"]
    return found


def _adam(count: int, ppo: PPOConfig) -> dict[str, Any]:
    """The state of an Adam that has made no step."""
    group = {
        "lr": ppo.learning_rate,
        "betas": (0.9, 0.999),
        "eps": ppo.adam_eps,
        "weight_decay": 0.0,
        "amsgrad": False,
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "fused": None,
        "params": list(range(count)),
    }
    return {"state": {}, "param_groups": [group]}


def _ends(spec: Spec, space: Any) -> tuple[np.ndarray, np.ndarray]:
    """The least and the greatest of every number of an observation."""
    if space is not None:
        return np.asarray(space.low, "f4"), np.asarray(space.high, "f4")
    if spec.encoding is not None:  # as `telic/Keys-v0` has it
        shape = (spec.inputs,)
        return np.zeros(shape, "f4"), np.full(shape, spec.table.max(), "f4")
    shape = spec.observation
    return np.full(shape, -np.inf, "f4"), np.full(shape, np.inf, "f4")


def _actions(spec: Spec) -> dict[str, Any]:
    """The space of actions."""
    if spec.bounds:
        low, high = np.array(spec.bounds, "f4").T
        return _box(low, high)
    if spec.choices:
        raise InputError(
            "an agent of several choices is not exported so",
            why="telic's SB3 zips have Discrete or Box actions",
        )
    count = len(spec.actions)
    return _pickled(
        Called("gymnasium.spaces.discrete.Discrete", (count,)),
        "gymnasium.spaces.discrete.Discrete",
        {"n": str(count), "start": "0", "_shape": [], "dtype": "int64"},
    )


def _box(low: np.ndarray, high: np.ndarray) -> dict[str, Any]:
    """A `Box`, as a pickle and in words."""
    numbers = [_array(end) for end in (low, high)]
    words = [np.array2string(end, threshold=10**6) for end in (low, high)]
    return _pickled(
        Called("gymnasium.spaces.box.Box", tuple(numbers)),
        "gymnasium.spaces.box.Box",
        {
            "_shape": list(low.shape),
            "low": words[0],
            "high": words[1],
            "dtype": "float32",
        },
    )


def _array(values: np.ndarray) -> Called:
    """A call that makes an array: of its numbers, as 32-bit floats."""
    return Called("numpy.array", (values.astype(float).tolist(), "float32"))


def _pickled(value: Any, kind: str, words: Mapping[str, Any]) -> dict[str, Any]:
    """A setting that Stable-Baselines3 unpickles, with what a reader can see of it."""
    packed = base64.b64encode(to_pickle(value)).decode()
    return {":type:": f"<class '{kind}'>", ":serialized:": packed, **words}
