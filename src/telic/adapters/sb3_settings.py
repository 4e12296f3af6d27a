"""The settings in a zip of Stable-Baselines3: what an agent sees and how it learnt."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from telic.adapters import spaces
from telic.adapters.layers import Arrays
from telic.core.errors import InputError
from telic.policies import Spec
from telic.training import PPOConfig, RolloutConfig


def spec_of(
    settings: Mapping[str, Any], what: str, image: tuple[int, ...] | None
) -> Spec:
    """The form of observations and actions.

    An image, of height, width and channels, is seen as it is; everything else as a row.
    """
    act: Any = settings.get("action_space")
    size = image or (int(np.prod(sight_of(settings, what))),)
    form = spaces.kind(act, what=what)
    if form == "Discrete":
        return Spec(size, tuple(map(str, range(spaces.count(act, what=what)))))
    if form == "Box":
        ends = spaces.bounds(act, what=what)
        return Spec(size, tuple(map(str, range(len(ends)))), bounds=ends)
    raise InputError(
        f"{what} acts in a {form}", why="telic reads Discrete, and Box of one axis"
    )


def sight_of(settings: Mapping[str, Any], what: str) -> tuple[int, ...]:
    """The shape of an observation."""
    sight: Any = settings.get("observation_space")
    if spaces.kind(sight, what=what) != "Box":
        raise InputError(
            f"{what} sees a {spaces.kind(sight, what=what)}", why="telic reads Box"
        )
    return spaces.shape(sight, what=what)


def is_image(settings: Mapping[str, Any], what: str) -> bool:
    """True if observations are bytes of an image, which the library divides by 255."""
    sight: Any = settings.get("observation_space")
    shape = sight_of(settings, what)
    return len(shape) == 3 and "uint8" in str(sight.get("dtype"))


def deviations(
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


def algorithm(settings: Mapping[str, Any], held: Arrays) -> str:
    """The algorithm, as its own settings tell it."""
    if any(name.startswith("q_net.") for name in held):
        return "DQN"
    signs = {"clip_range": "PPO", "cg_max_steps": "TRPO", "normalize_advantage": "A2C"}
    return next((name for sign, name in signs.items() if sign in settings), "")


def training(
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
