"""A pendulum and running bodies: their events add up to the environments' rewards."""

import gymnasium
import numpy as np
import pytest

from examples.cheetah import SPREAD, Cheetah
from telic.core.errors import InputError
from telic.worlds import Pendulum, Runner, goals_of
from telic.worlds.host import events
from telic.worlds.objectives import matrix
from tests.worlds.simulators import walk


def paid(world, goal, *, steps=120):
    """What a goal pays in every step of two copies, and what the environment pays."""
    block, _ = walk(world, (3, 4), steps=steps)
    weights = matrix([goals_of(world)[goal].objective], world.events)[0]
    return events(world, block) @ weights, block


def test_standing_upright_is_the_reward_of_the_environment():
    found, block = paid(Pendulum(), "up")
    np.testing.assert_allclose(found, block.reward, rtol=2e-4, atol=2e-4)


def test_what_is_turned_is_the_way_of_the_angle():
    world = Pendulum()
    block, _ = walk(world, (3,), steps=60)
    turned = events(world, block)[..., world.events.index("turned")].sum()
    start, end = (
        np.arctan2(sine, cosine)
        for cosine, sine, _ in (block.before[0, 0], block.after[-1, 0])
    )
    way = (turned - (end - start)) / (2 * np.pi)
    assert abs(way - round(way)) < 1e-3  # up to whole turns
    left, right = (paid(world, goal)[0] for goal in ("left", "right"))
    effort = -0.001 * events(world, paid(world, "left")[1])[..., 2]
    np.testing.assert_allclose(left + right, 2 * effort, atol=1e-5)


@pytest.mark.parametrize("body", ["HalfCheetah-v5", "Swimmer-v5", "Ant-v5"])
def test_running_forwards_is_the_reward_of_the_environment(body):
    pytest.importorskip("mujoco")
    world = Runner(body, max_steps=40)
    found, block = paid(world, "forward", steps=50)
    np.testing.assert_allclose(found, block.reward, rtol=1e-4, atol=1e-4)
    back, _ = paid(world, "backward", steps=50)
    forward = events(world, block)[..., 0]
    np.testing.assert_allclose(found - back, 2 * forward, rtol=1e-4, atol=1e-4)


def test_the_cheetah_of_the_examples_sees_what_the_body_feels_divided():
    pytest.importorskip("mujoco")
    # examples/cheetah.py
    world, body = Cheetah(), Runner("HalfCheetah-v5", max_steps=250)
    mine, theirs = (w.make().reset(seed=0)[0] for w in (world, body))
    np.testing.assert_allclose(mine * SPREAD, theirs)
    assert (world.limit, world.events) == (250, body.events)


def test_an_environment_that_tells_no_speed_is_no_runner():
    world = Runner("CartPole-v1")
    block, _ = walk(world, (1,), steps=5)
    with pytest.raises(InputError, match="does not tell reward_forward"):
        world.compute_events(block)


def test_the_actions_of_a_pendulum_are_clipped_to_its_bounds():
    world = Pendulum()
    copies = world.vector_env([5])
    copies.reset()
    env = gymnasium.make("Pendulum-v1")
    env.reset(seed=5)
    found = copies.step(np.array([[9.0]], np.float32), np.array([0]))
    np.testing.assert_array_equal(found.obs[0], env.step(np.array([2.0], "f4"))[0])
    copies.close()
    env.close()
