"""An agent as a graph of ONNX, from observations to logits."""

import importlib
from typing import Any

import numpy as np

from telic.adapters.sb3_write import perceptrons_of
from telic.core.errors import InputError
from telic.policies import Adapted, Agent

OPERATORS: dict[str, tuple[str, ...]] = {
    "elu": ("Elu",),
    "gelu": ("Gelu",),
    "leaky_relu": ("LeakyRelu",),  # of the slope 0.01, as torch and JAX have it
    "relu": ("Relu",),
    "sigmoid": ("Sigmoid",),
    "silu": ("Sigmoid", "Mul"),  # its product with what it takes
    "tanh": ("Tanh",),
}
"""The operators of each activation function; the second takes the input as well."""

OPSET = 20
"""The version of the operators: the first that has all of them."""


def to_onnx(agent: Agent) -> bytes:
    """The graph, as the bytes of a file.

    Args:
        agent: The agent: perceptrons, which see numbers.

    Raises:
        InputError: If it has another network, or ONNX is not installed.
    """
    policy = perceptrons_of(agent)
    try:
        onnx: Any = importlib.import_module("onnx")
        helper: Any = importlib.import_module("onnx.helper")
        numpy_helper: Any = importlib.import_module("onnx.numpy_helper")
    except ImportError as error:
        raise InputError(
            "onnx is not installed", why="it writes the file", fix="pip install onnx"
        ) from error
    nodes: list[Any] = []

    def node(kind: str, inputs: list[str], output: str) -> str:
        nodes.append(helper.make_node(kind, inputs, [output]))
        return output

    arrays, now = _normaliser(agent), "observation"
    for kind, names in (
        ("Sub", ["mean"]),
        ("Div", ["std"]),
        ("Clip", ["low", "high"]),
    ):
        if names[0] in arrays:
            now = node(kind, [now, *names], kind.lower())
    for i in range(policy.actor_layers):
        for leaf in ("kernel", "bias"):
            arrays[f"{leaf}{i}"] = np.asarray(agent[f"actor/{i}/{leaf}"])
        last = i == policy.actor_layers - 1
        out = "logits" if last else f"pre{i}"
        now = node("Gemm", [now, f"kernel{i}", f"bias{i}"], out)
        if not last:
            first, *second = OPERATORS[policy.activation]
            now = node(first, [out], f"{first.lower()}{i}")
            for kind in second:
                now = node(kind, [out, now], f"post{i}")
    floats = onnx.TensorProto.FLOAT
    sees, acts = agent.spec.inputs, agent.spec.distribution.outputs
    graph = helper.make_graph(
        nodes,
        "agent",
        [helper.make_tensor_value_info("observation", floats, ["batch", sees])],
        [helper.make_tensor_value_info("logits", floats, ["batch", acts])],
        [numpy_helper.from_array(x, name) for name, x in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _normaliser(agent: Agent) -> dict[str, np.ndarray]:
    """The numbers of the normaliser, if there is one; the bounds, if it has any."""
    policy = agent.policy
    if not isinstance(policy, Adapted) or not policy.mean:
        return {}
    found = {"mean": policy.mean, "std": policy.std}
    if policy.clip:
        found |= {"low": -policy.clip, "high": policy.clip}
    return {name: np.asarray(x, np.float32) for name, x in found.items()}
