"""Exported graphs, run by ONNX's own runtime; where it is installed.

pip install onnx onnxruntime, then pytest tests/adapters/test_with_onnx.py
"""

import jax
import numpy as np
import pytest

from telic.adapters.export import Exported, exported
from telic.policies import MLP, Adapted, create
from telic.training import PPOConfig, RolloutConfig
from telic.worlds import GymWorld, Pendulum

onnxruntime = pytest.importorskip("onnxruntime")

POLE = GymWorld("CartPole-v1")
SIZES = {"width": 8, "actor_layers": 3, "critic_layers": 2}
SEEN = np.random.default_rng(0).normal(size=(64, 4)).astype("f4") * 3


@pytest.mark.parametrize(
    "activation",
    ["elu", "gelu", "leaky_relu", "relu", "sigmoid", "silu", "tanh"],
)
def test_the_graph_computes_what_the_agent_computes(activation):
    agent = create(jax.random.key(0), MLP(**SIZES, activation=activation), POLE)
    check(agent, SEEN)


def test_the_graph_carries_the_normaliser():
    policy = Adapted(MLP(**SIZES), (1.0, -2.0, 0.0, 5.0), (2.0, 0.5, 1.0, 3.0), 1.5)
    check(create(jax.random.key(1), policy, POLE), SEEN)


def test_the_graph_of_continuous_actions_gives_their_means():
    agent = create(jax.random.key(2), MLP(**SIZES), Pendulum())
    check(agent, SEEN[:, : agent.spec.inputs])


def check(agent, seen):
    """Raise unless the runtime gives the agent's logits, or means."""
    given = Exported(agent, PPOConfig(), RolloutConfig(), "")
    session = onnxruntime.InferenceSession(exported(given, "onnx")["agent.onnx"])
    (found,) = session.run(None, {"observation": seen})
    due = np.asarray(agent.logits(seen))[:, : found.shape[1]]
    assert found.shape[1] == len(agent.spec.bounds or agent.spec.actions)
    np.testing.assert_allclose(found, due, rtol=1e-5, atol=1e-5)
