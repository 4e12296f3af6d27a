"""What the library that trained an agent says of it: outputs, and returns it claims.

Where Stable-Baselines3 is installed, its own policy is built from the settings that
were read, and given the weights that were read: nothing in the file is run there.
"""

import importlib
import io
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from telic.adapters import archive, files
from telic.adapters.imported import Imported
from telic.adapters.sb3_write import MODULES
from telic.adapters.torch_file import tensors
from telic.core.errors import THEIRS, said
from telic.policies import MLP, Adapted, Agent, Nature
from telic.policies.adapted import network_of
from telic.runs import disk

LARGEST = 16 << 20
"""The largest file of evaluations that is read, in bytes."""

BYTES = 255
"""The greatest number of an image, by which the library divides."""

CLOSE = 1e-5
"""The greatest difference of outputs, relative to outputs above 1, that is a match."""


def difference(
    path: Path, found: Imported, agent: Agent, seen: np.ndarray
) -> dict[str, Any]:
    """The greatest difference of an agent's outputs from its library's own.

    Args:
        path: The file.
        found: What was read in it.
        agent: The agent.
        seen: (states, ...) observations.
    """
    if not found.source.library.startswith("Stable-Baselines3"):
        return {"words": "compared with nothing: the file holds weights alone"}
    if find_spec("stable_baselines3") is None:
        return {"words": "not compared: Stable-Baselines3 is not installed"}
    spec, ours = agent.spec, np.asarray(agent(seen).logits, np.float64)
    if spec.encoding is not None:  # Gymnasium shows codes by their channels, in a row
        seen = np.asarray(spec.channel_values(jnp.asarray(seen)))
    try:
        theirs = _sb3_outputs(path, found, seen)
    except THEIRS as error:  # another version of the library, or of torch
        return {"words": f"not compared: {said(error)}"}
    ours = ours[:, : theirs.shape[1]]
    if _numbered(found):
        theirs, ours = _centred(theirs), _centred(ours)
    gap = float(np.abs(ours - theirs).max())
    size = max(1.0, float(np.abs(theirs).max()))
    name = found.source.library.partition(" ")[0]
    return {
        "greatest": gap,
        "relative": gap / size,
        "match": gap <= CLOSE * size,
        "states": len(seen),
        "words": f"differ by at most {gap:.1e} from those of {name} itself "
        f"({len(seen)} observations, outputs up to {size:.1f})",
    }


def claimed(path: Path) -> dict[str, Any] | None:
    """The last returns in `evaluations.npz` beside a file; None if there are none."""
    try:
        data = disk.read_file(path.parent / "evaluations.npz", most=LARGEST)
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            last = np.asarray(held["results"], np.float64)[-1]
            steps = int(np.asarray(held["timesteps"])[-1])
    except THEIRS:  # a stranger's file, which nothing depends on
        return None
    if last.ndim != 1 or not len(last) or not np.isfinite(last).all():
        return None
    spread = f", sd {last.std(ddof=1):.1f}" if len(last) > 1 else ""
    return {
        "mean": float(last.mean()),
        "episodes": len(last),
        "steps": steps,
        "words": f"{last.mean():.2f} (n={len(last)} episodes{spread}) after {steps:,} "
        "steps, in evaluations.npz",
    }


def _sb3_outputs(path: Path, found: Imported, seen: np.ndarray) -> np.ndarray:
    """The outputs of Stable-Baselines3's own policy with the weights of a file."""
    torch: Any = importlib.import_module("torch")
    spaces: Any = importlib.import_module("gymnasium.spaces")
    spec, (inner, trunk) = found.spec, _network(found)
    sees = spaces.Box(-np.inf, np.inf, spec.observation, np.float32)
    options: dict[str, Any] = {}
    if trunk is not None:
        high, wide, planes = spec.observation
        kind = np.uint8 if trunk.scale == BYTES else np.float32
        sees = spaces.Box(0, BYTES, (planes, high, wide), kind)
        layers: Any = importlib.import_module("stable_baselines3.common.torch_layers")
        options = {
            "features_extractor_class": layers.NatureCNN,
            "features_extractor_kwargs": {
                "features_dim": trunk.width,
                "normalized_image": trunk.scale != BYTES,
            },
            "normalize_images": trunk.scale == BYTES,
        }
    if spec.bounds:
        low, high = np.array(spec.bounds, np.float32).T
        acts = spaces.Box(low, high, dtype=np.float32)
    else:
        acts = spaces.Discrete(len(spec.actions))
    act = getattr(torch.nn, MODULES[inner.activation])
    entries = archive.unpacked(disk.read_file(path, most=files.LARGEST), what=str(path))
    held = tensors(entries["policy.pth"], what=str(path))
    weights = {name: torch.tensor(values) for name, values in held.items()}
    rate = lambda _: 0.0
    actor, critic = inner.hidden("actor"), inner.hidden("critic")
    x = torch.as_tensor(
        _seen(found, seen) if trunk is None else seen.transpose(0, 3, 1, 2).copy()
    )
    with torch.no_grad():
        if found.source.algorithm == "DQN":
            module: Any = importlib.import_module("stable_baselines3.dqn.policies")
            policy = module.DQNPolicy(
                sees, acts, rate, net_arch=list(actor), activation_fn=act, **options
            )
            policy.load_state_dict(weights)
            return policy.q_net(x).numpy().astype(np.float64)
        module = importlib.import_module("stable_baselines3.common.policies")
        policy = module.ActorCriticPolicy(
            sees,
            acts,
            rate,
            net_arch={"pi": list(actor), "vf": list(critic)},
            activation_fn=act,
            use_sde="log_std" in weights and weights["log_std"].ndim == 2,
            **options,
        )
        policy.load_state_dict(weights)
        hidden = policy.mlp_extractor.forward_actor(policy.extract_features(x))
        return policy.action_net(hidden).numpy().astype(np.float64)


def _network(found: Imported) -> tuple[MLP, Nature | None]:
    """The perceptrons of an agent, and the convolutions before them, if it has any."""
    policy = network_of(found.policy)
    trunk = policy if isinstance(policy, Nature) else None
    heads = policy if trunk is None else trunk.heads
    assert isinstance(heads, MLP)
    return heads, trunk


def _seen(found: Imported, seen: np.ndarray) -> np.ndarray:
    """Observations behind the agent's normaliser, in doubles as the library does it."""
    policy = found.policy
    x = seen.reshape(len(seen), -1).astype(np.float64)
    if isinstance(policy, Adapted) and policy.mean:
        x = (x - np.array(policy.mean)) / np.array(policy.std)
        x = np.clip(x, -policy.clip, policy.clip) if policy.clip else x
    return x.astype(np.float32)


def _numbered(found: Imported) -> bool:
    """True if outputs are logits, which matter up to a constant; DQN's are values."""
    return not found.spec.bounds and found.source.algorithm != "DQN"


def _centred(logits: np.ndarray) -> np.ndarray:
    """Logits less their mean, as a constant changes no probability."""
    return logits - logits.mean(axis=1, keepdims=True)
