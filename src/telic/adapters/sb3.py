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

from telic.adapters import archive, layers, sb3_nature, sb3_settings
from telic.adapters.imported import Imported, Source
from telic.adapters.layers import Arrays, Layout
from telic.adapters.torch_file import tensors
from telic.core.errors import DamagedError, InputError, TelicError, said
from telic.policies import Adapted
from telic.policies.base import LOG_STD

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

READ = (
    "net_arch",
    "activation_fn",
    "features_extractor_class",
    "normalize_images",
    "use_sde",
)
"""Settings of a policy that matter for what it computes, and are read here."""

IDLE = (
    "ortho_init",
    "log_std_init",
    "optimizer_class",
    "optimizer_kwargs",
    "features_extractor_kwargs",  # the weights tell the width
    "share_features_extractor",  # the weights tell whether they differ
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
    (policy, params, used), image = _network(held, settings, what)
    spec = sb3_settings.spec_of(settings, what, image)
    policy.check(spec)
    used |= {"log_std"} if spec.bounds else set()
    strange = sorted(held.keys() - used)
    if strange:
        raise InputError(
            f"{what} has weights that no policy has: {', '.join(strange[:6])}",
            why="an agent without them would be another one",
        )
    notes = [f"{name}: not acted by" for name in unused]
    if spec.bounds:
        params[LOG_STD], note = sb3_settings.deviations(
            held, settings, len(spec.bounds), what
        )
        if note:
            policy, notes = Adapted(policy, greedy=True), [*notes, note]
    ppo, rollout, more = sb3_settings.training(settings)
    return Imported(
        params=params,
        policy=policy,
        spec=spec,
        source=Source(
            f"Stable-Baselines3 {version.strip()}".strip(),
            sb3_settings.algorithm(settings, held),
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


def _network(
    held: Arrays, settings: Mapping[str, Any], what: str
) -> tuple[layers.Network, tuple[int, ...] | None]:
    """The network, and the shape of the images that it sees, if it does."""
    given = settings.get("policy_kwargs") or {}
    options = {k: v for k, v in given.items() if not k.startswith(":")}
    for name in options.keys() - {*READ, *IDLE}:
        raise InputError(
            f"{what}: its policy has the option {name} = {options[name]!r:.60}",
            why=f"telic knows {', '.join(READ + IDLE)}",
        )
    if _any(held, "q_net."):
        before, layout, usual = "q_net.", DQN, "ReLU"
    elif "action_net.weight" in held:
        before, layout, usual = "", ACTOR_CRITIC, "Tanh"
    else:
        raise InputError(
            f"{what} holds no policy that telic knows",
            why="it reads those of PPO, A2C, TRPO and DQN; this one has the weights "
            f"{', '.join(sorted(held)[:4])}",
        )
    act = _activation(options, usual, what)
    layout = dataclasses.replace(layout, activation=act)
    image = sb3_settings.is_image(settings, what)
    trunk = f"{before}{sb3_nature.TRUNK}"
    convolves = f"{trunk}cnn.0.weight" in held
    known = "NatureCNN" if convolves else "FlattenExtractor"
    extractor = str(options.get("features_extractor_class", known))
    if known not in extractor or (_any(held, trunk) and not convolves):
        raise InputError(
            f"{what}: observations pass through {extractor:.80}",
            why="telic reads policies of flat observations, and NatureCNN",
        )
    if convolves:
        shape = sb3_settings.sight_of(settings, what)
        whole = bool(options.get("normalize_images", True)) and image
        scale = 255.0 if whole else 1.0
        return sb3_nature.network(
            held, layout, shape, before=before, scale=scale, what=what
        )
    if image:
        raise InputError(
            f"{what} flattens images", why="telic sees images by convolutions alone"
        )
    return layers.network(held, layout, what=what), None


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
