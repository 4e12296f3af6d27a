"""Zips of Stable-Baselines3 that are made here, and the ones that others trained."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from telic.adapters.torch_write import to_torch, zipped

ROOT = Path(__file__).parents[2]
FIXTURES = Path(os.environ.get("TELIC_FIXTURES", ROOT.parent / "shared" / "fixtures"))
ZOO = sorted(FIXTURES.glob("zoo/*/*/*.zip"))

needs_fixtures = pytest.mark.skipif(
    not ZOO, reason="agents of others are not here; TELIC_FIXTURES says where they are"
)

BOX = {":type:": "<class 'gymnasium.spaces.box.Box'>", "_shape": [4]}
TWO = {":type:": "<class 'gymnasium.spaces.discrete.Discrete'>", "n": "2", "start": "0"}


def weights(inputs: int = 4, outputs: int = 2, width: int = 8) -> dict[str, np.ndarray]:
    """The tensors of an actor-critic with two hidden layers."""
    drawn = np.random.default_rng(0)
    held = {}
    for net, head, count in (
        ("policy_net", "action_net", outputs),
        ("value_net", "value_net", 1),
    ):
        sizes = {
            f"mlp_extractor.{net}.0": (width, inputs),
            f"mlp_extractor.{net}.2": (width, width),
            head: (count, width),
        }
        for name, shape in sizes.items():
            held[f"{name}.weight"] = drawn.normal(size=shape).astype("f4")
            held[f"{name}.bias"] = drawn.normal(size=shape[:1]).astype("f4")
    return held


def settings(**changed: object) -> dict[str, object]:
    """The settings of a PPO."""
    return {
        "policy_kwargs": {},
        "observation_space": BOX,
        "action_space": TWO,
        "n_envs": 4,
        "n_steps": 32,
        "batch_size": 64,
        "n_epochs": 4,
        "gamma": 0.98,
        "gae_lambda": 0.9,
        "ent_coef": 0.0,
        "vf_coef": 0.5,
        "max_grad_norm": 0.5,
        "learning_rate": 0.001,
        "clip_range": 0.2,
        **changed,
    }


def sb3_zip(
    held: dict[str, np.ndarray] | None = None, told: dict[str, object] | None = None
) -> bytes:
    """A zip as `PPO.save` writes it."""
    return zipped(
        {
            "data": json.dumps(told or settings()).encode(),
            "policy.pth": to_torch(held or weights()),
            "_stable_baselines3_version": b"2.7.0",
        }
    )
