"""Agents that are functions: measured as agents are, and refused where wrong."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import telic
from telic.core.errors import InputError
from telic.policies import MLP, create
from telic.rollouts import episode_seeds, play
from telic.worlds import GymWorld, Keys, Pendulum, fetch

POLE, KEYS = GymWorld("CartPole-v1"), Keys(limit=30)


@pytest.mark.parametrize("world", [POLE, KEYS, Pendulum()], ids=lambda w: repr(w)[:12])
def test_a_function_of_an_agents_greedy_actions_does_what_the_agent_does(world):
    agent = create(jax.random.key(0), MLP(width=8), world)
    kernel, bias = (np.asarray(agent[f"actor/0/{leaf}"]) for leaf in ("kernel", "bias"))
    rest = [
        (np.asarray(agent[f"actor/{i}/kernel"]), np.asarray(agent[f"actor/{i}/bias"]))
        for i in range(1, 4)
    ]

    def act(seen):
        assert seen.shape[1:] == (len(kernel),)
        x = seen @ kernel + bias
        for k, b in rest:
            x = np.maximum(x, 0) @ k + b
        if agent.spec.bounds:
            return x[:, : len(agent.spec.bounds)]
        return x.argmax(axis=1)

    box = telic.BlackBox(act, world)
    found = box.evaluate(episodes=16, key=3)
    due = agent.evaluate(episodes=16, key=3, greedy=True)
    assert found == pytest.approx(due, rel=1e-3, abs=1e-3)


def test_returns_are_reported_under_objectives():
    box = telic.BlackBox(lambda seen: np.zeros(len(seen), int), KEYS)
    assert "return_blue" in box.evaluate(episodes=4, objectives=[fetch("blue")])


def fails(seen):
    raise RuntimeError("no model")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (fails, "the function fails"),
        (lambda seen: np.zeros(3), "due are actions"),
        (lambda seen: np.full(len(seen), 2), "due are actions"),
        (lambda seen: np.full(len(seen), 0.5), "due are actions"),
        (lambda seen: ["left"] * len(seen), "due are actions"),
        (lambda seen: np.full(len(seen), np.nan), "due are actions"),
        (lambda seen: None, "due are actions"),
    ],
)
def test_what_is_no_action_is_said_to_be_none(function, words):
    with pytest.raises(InputError) as caught:
        telic.BlackBox(function, POLE).evaluate(episodes=2)
    assert words in str(caught.value)


def test_a_function_is_for_one_world_and_cannot_be_trained():
    box = telic.BlackBox(lambda seen: np.zeros(len(seen), int), POLE)
    with pytest.raises(InputError, match="a function for"):
        play(box, KEYS, episode_seeds(KEYS, 2))
    with pytest.raises(InputError, match="no probabilities"):
        box.log_probs(
            jnp.zeros((1, 1, 4)), jnp.zeros((1, 1)), jnp.zeros((1, 1), bool), ()
        )
