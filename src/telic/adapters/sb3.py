"""Agents of Stable-Baselines3, from the zip that `model.save` writes.

A zip holds the settings as JSON (`data`) and the weights (`policy.pth`), both read as
data. PPO, A2C and TRPO become an actor and a critic; DQN becomes an actor that acts
greedily on its values of actions. What is not understood is refused by its name.

Reference:
    Raffin et al. 2021, "Stable-Baselines3: Reliable Reinforcement Learning
    Implementations", Journal of Machine Learning Research 22.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from telic.adapters import archive, layers, spaces
from telic.adapters.imported import Imported, Source
from telic.adapters.layers import Arrays, Layout
from telic.adapters.torch_file import tensors
from telic.core.errors import DamagedError, InputError, TelicError, said
from telic.policies import Adapted, Spec
from telic.policies.base import LOG_STD
from telic.training import PPOConfig, RolloutConfig

ACTOR_CRITIC = Layout(
    # Files of before version 1.8 may have layers that both nets share.
    actor=("mlp_extractor.shared_net", "mlp_extractor.policy_net", "action_net"),
    critic=("mlp_extractor.shared_net", "mlp_extractor.value_net", "value_net"),
)
DQN = Layout(actor=("q_net.q_net",), greedy=True)

ACTIVATIONS = {
    "ELU": "elu",
    "GELU": "gelu",
    "LeakyReLU": "leaky_relu",
    "ReLU": "relu",
    "Sigmoid": "sigmoid",
    "SiLU": "silu",
    "Tanh": "tanh",
}
"""telic's activation functions by the names of torch's modules."""

READ = ("net_arch", "activation_fn", "features_extractor_class", "use_sde")
"""Settings of a policy that matter for what it computes, and are read here."""

IDLE = (
    "ortho_init",
    "log_std_init",
    "optimizer_class",
    "optimizer_kwargs",
    "normalize_images",  # there are no images here
    "share_features_extractor",  # extractors without weights cannot differ
)
"""Settings of a policy that do not matter once it is trained."""

TARGETS = "q_net_target."
"""The prefix of weights that the agent does not act by."""


def read(data: bytes, *, what: str) -> Imported:
    """The agent in a zip.

    Args:
        data: The bytes of the zip.
        what: The file, for messages.

    Raises:
        InputError: If a part of it is nothing that telic understands.
        DamagedError: If it is cut off or altered.
    """
    entries = archive.unpacked(data, what=what)
    if "parameters" in entries and "policy.pth" not in entries:
        raise InputError(
            f"{what} was saved by Stable-Baselines 2",
            why="its weights are TensorFlow's; telic reads Stable-Baselines3",
        )
    if not {"data", "policy.pth"} <= entries.keys():
        raise InputError(
            f"{what} is no zip of Stable-Baselines3",
            why=f"it lacks data or policy.pth, and holds {sorted(entries)[:8]}",
        )
    settings = _settings(entries["data"], what)
    try:
        return _read(entries, settings, what)
    except TelicError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise DamagedError(
            f"{what}: its settings have another form", why=said(error)
        ) from error


def _read(
    entries: Mapping[str, bytes], settings: Mapping[str, Any], what: str
) -> Imported:
    """The agent, by its settings and weights."""
    version = entries.get("_stable_baselines3_version", b"").decode("ascii", "replace")
    held = tensors(entries["policy.pth"], what=f"{what}, policy.pth")
    unused = [name for name in held if name.startswith(TARGETS)]
    held = {name: x for name, x in held.items() if name not in unused}
    policy, params, used = _network(held, settings, what)
    spec = _spec(settings, what)
    used |= {"log_std"} if spec.bounds else set()
    strange = sorted(held.keys() - used)
    if strange:
        raise InputError(
            f"{what} has weights that no policy has: {', '.join(strange[:6])}",
            why="an agent without them would be another one",
        )
    notes = [f"{name}: not acted by" for name in unused]
    if spec.bounds:
        params[LOG_STD], note = _deviations(held, settings, len(spec.bounds), what)
        if note:
            policy, notes = Adapted(policy, greedy=True), [*notes, note]
    ppo, rollout, more = _training(settings)
    return Imported(
        params=params,
        policy=policy,
        spec=spec,
        source=Source(
            f"Stable-Baselines3 {version.strip()}".strip(),
            _algorithm(settings, held),
            (*notes, *more),
        ),
        ppo=ppo,
        rollout=rollout,
    )


def _settings(data: bytes, what: str) -> dict[str, Any]:
    """The settings, whose pickled parts are not looked at."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedError(
            f"{what}: its settings are no JSON", why=str(error)[:200]
        ) from error
    if not isinstance(found, dict):
        raise DamagedError(f"{what}: its settings are no JSON object")
    return found


def _network(held: Arrays, settings: Mapping[str, Any], what: str) -> layers.Network:
    """The network: the policy, its parameters, and the tensors of both."""
    given = settings.get("policy_kwargs") or {}
    options = {k: v for k, v in given.items() if not k.startswith(":")}
    for name in options.keys() - {*READ, *IDLE}:
        raise InputError(
            f"{what}: its policy has the option {name} = {options[name]!r:.60}",
            why=f"telic knows {', '.join(READ + IDLE)}",
        )
    extractor = str(options.get("features_extractor_class", "FlattenExtractor"))
    if "FlattenExtractor" not in extractor or _any(held, "features_extractor."):
        raise InputError(
            f"{what}: observations pass through {extractor:.80}",
            why="telic reads policies of flat observations",
        )
    if _any(held, "q_net."):
        act = _activation(options, "ReLU", what)
        layout = dataclasses.replace(DQN, activation=act)
    elif "action_net.weight" in held:
        act = _activation(options, "Tanh", what)
        layout = dataclasses.replace(ACTOR_CRITIC, activation=act)
    else:
        raise InputError(
            f"{what} holds no policy that telic knows",
            why="it reads those of PPO, A2C, TRPO and DQN; this one has the weights "
            f"{', '.join(sorted(held)[:4])}",
        )
    return layers.network(held, layout, what=what)


def _any(held: Arrays, prefix: str) -> bool:
    """True if a tensor's name begins so."""
    return any(name.startswith(prefix) for name in held)


def _activation(options: Mapping[str, Any], usual: str, what: str) -> str:
    """Telic's name of the activation function."""
    words = str(options.get("activation_fn", f"<class '.{usual}'>"))
    found = re.fullmatch(r"<class '[\w.]*\.(\w+)'>", words)
    if not found or found[1] not in ACTIVATIONS:
        raise InputError(
            f"{what}: its activation function is {words:.80}",
            why=f"telic knows {', '.join(ACTIVATIONS)}",
        )
    return ACTIVATIONS[found[1]]


def _spec(settings: Mapping[str, Any], what: str) -> Spec:
    """The form of observations and actions."""
    sight: Any = settings.get("observation_space")
    act: Any = settings.get("action_space")
    if spaces.kind(sight, what=what) != "Box":
        raise InputError(
            f"{what} sees a {spaces.kind(sight, what=what)}", why="telic reads Box"
        )
    size = int(np.prod(spaces.shape(sight, what=what)))
    form = spaces.kind(act, what=what)
    if form == "Discrete":
        return Spec((size,), tuple(map(str, range(spaces.count(act, what=what)))))
    if form == "Box":
        ends = spaces.bounds(act, what=what)
        return Spec((size,), tuple(map(str, range(len(ends)))), bounds=ends)
    raise InputError(
        f"{what} acts in a {form}", why="telic reads Discrete, and Box of one axis"
    )


def _deviations(
    held: Arrays, settings: Mapping[str, Any], size: int, what: str
) -> tuple[np.ndarray, str]:
    """The logarithms of the deviations of actions, and what is wrong with them."""
    log_std = held.get("log_std")
    if log_std is None:
        raise InputError(f"{what} has no log_std", why="continuous actions need one")
    if settings.get("use_sde"):
        return np.zeros(size, np.float32), (
            "log_std: the exploration is state-dependent (gSDE), which telic does not "
            "have; the agent acts by its mean"
        )
    if log_std.shape != (size,):
        raise InputError(
            f"{what}: log_std has the shape {log_std.shape}", why=f"due is ({size},)"
        )
    return np.asarray(log_std, np.float32), ""


def _algorithm(settings: Mapping[str, Any], held: Arrays) -> str:
    """The algorithm, as its own settings tell it."""
    if _any(held, "q_net."):
        return "DQN"
    signs = {"clip_range": "PPO", "cg_max_steps": "TRPO", "normalize_advantage": "A2C"}
    return next((name for sign, name in signs.items() if sign in settings), "")


def _training(
    settings: Mapping[str, Any],
) -> tuple[PPOConfig, RolloutConfig, tuple[str, ...]]:
    """How it was trained, for training it on; and what could not be carried over."""
    kept = {
        "gamma": "gamma",
        "gae_lambda": "gae_lambda",
        "ent_coef": "ent_coef",
        "vf_coef": "vf_coef",
        "max_grad_norm": "max_grad_norm",
    }
    found = {
        ours: float(settings[theirs])
        for theirs, ours in kept.items()
        if isinstance(settings.get(theirs), int | float)
    }
    rate = settings.get("learning_rate")
    notes = ("clip_range, learning-rate schedule: pickled functions; not read",)
    if isinstance(rate, int | float) and rate > 0:
        found["learning_rate"], notes = float(rate), ()
    else:
        found["learning_rate"] = 3e-4  # the library's own default
    envs, steps = (settings.get(name) for name in ("n_envs", "n_steps"))
    sizes = RolloutConfig(num_envs=8, num_steps=256, update_epochs=4, num_minibatches=8)
    if isinstance(envs, int) and isinstance(steps, int) and envs * steps > 0:
        batch = settings.get("batch_size")
        parts = envs * steps // batch if isinstance(batch, int) and batch > 0 else 1
        epochs = settings.get("n_epochs")
        whole = parts > 0 and envs * steps % parts == 0
        sizes = RolloutConfig(
            num_envs=envs,
            num_steps=steps,
            update_epochs=epochs if isinstance(epochs, int) and epochs > 0 else 1,
            num_minibatches=parts if whole else 1,
        )
    return PPOConfig(**found, weight_decay=0.0), sizes, notes
