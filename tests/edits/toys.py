"""A toy history of training, whose agents are numbers times one pattern."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from telic.core import trees
from telic.core.errors import InputError
from telic.core.names import check_name
from telic.edits.expression import evaluate
from telic.edits.expression.functions import Inputs
from telic.policies import Use

PATTERN = {
    "actor/0/bias": np.array([1.0, -1.0], np.float32),
    "actor/0/kernel": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], np.float32),
    "critic/0/bias": np.array([-2.0], np.float32),
}
CHANNELS = {"blue": (0,), "purple": (1,), "yellow": (2,)}
USES = (Use("actor/0/kernel", 0, makes=False),)
BLUE, PURPLE, START = 22, 46, 100  # the numbers of the last agents and the first


@dataclasses.dataclass(frozen=True)
class Toy:
    """Agents that are a number times one pattern: p after phase p, 2p if purple."""

    schedule: tuple[str, ...] = ("blue", "purple") * 12

    def start(self):
        return times(START)

    def agent(self, phase):
        return times(phase * (2 if self.schedule[phase] == "purple" else 1))

    def inputs(self, colour):
        return Inputs(USES, CHANNELS[check_name(colour, CHANNELS, kind="colour")])


def times(number):
    """The agent or vector of a number."""
    return {path: jnp.asarray(leaf * number) for path, leaf in PATTERN.items()}


def number(text, kind="vector", toy=None):
    """The number of what an expression stands for, which must be of a kind."""
    found = evaluate(text, toy or Toy())
    assert found.kind == kind
    value = float(found.tree["actor/0/bias"][0])
    assert close(found.tree, times(value))
    return value


def close(a, b):
    """Whether two trees are equal up to rounding."""
    trees.check_alike(a, b)
    return all(np.allclose(a[path], b[path], rtol=1e-5, atol=1e-4) for path in a)


def wrong(text, toy=None):
    """The error that an expression brings; its caret is where it says it is."""
    with pytest.raises(InputError) as caught:
        evaluate(text, toy or Toy())
    error, lines = caught.value, str(caught.value).splitlines()
    assert len(lines) <= 8
    assert lines[2].strip() == "^"
    assert all(line.isprintable() for line in lines)
    return error, lines
