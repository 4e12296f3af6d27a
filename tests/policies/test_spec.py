"""A spec says what is seen and what may be done, and in which worlds that fits."""

import dataclasses

import gymnasium
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import Spec
from telic.worlds import GoalKeys, GymWorld, Keys, Lander
from tests.small import CODES, GOAL_KEYS, KEYS

SPECS = {
    "keys": (KEYS, (5, 5), (5, 5), 20, 500, 0),
    "goal keys": (GOAL_KEYS, (26,), (25,), 20, 500, 4),
    "raw integers": (Keys.preset("code"), (7, 7), (7, 7), 3, 147, 0),
    "lander": (Lander(), (8,), (), 8, 8, 0),
}


@pytest.mark.parametrize(
    ("world", "observation", "places", "channels", "inputs", "goals"),
    SPECS.values(),
    ids=SPECS,
)
def test_the_spec_of_a_world(world, observation, places, channels, inputs, goals):
    spec = Spec.of(world)
    assert spec.observation == observation == tuple(world.observation)
    assert (spec.places, spec.channels, spec.inputs) == (places, channels, inputs)
    assert (spec.goals, spec.actions) == (goals, tuple(world.actions))
    assert spec.world == world and spec.name == type(world).__name__


def test_the_spec_of_a_gymnasium_world_keeps_the_shape_of_its_space():
    env = gymnasium.make("CartPole-v1")
    assert Spec.of(GymWorld("CartPole-v1")).observation == env.observation_space.shape


def test_floats_of_several_axes_have_places_and_channels():
    spec = Spec(observation=(6, 4, 3), actions=("left", "right"))
    assert (spec.places, spec.channels, spec.inputs) == ((6, 4), 3, 72)
    assert spec.name == "its world"


def test_specs_are_values_so_that_programs_may_depend_on_them():
    one, again, other = Spec.of(Keys()), Spec.of(Keys()), Spec.of(KEYS)
    assert one == again and hash(one) == hash(again)
    assert one != other  # the worlds differ in their time limit
    assert dataclasses.replace(one, world=None) == dataclasses.replace(
        other, world=None
    )


def test_channels_of_codes_are_those_of_the_encoding_in_the_places_of_the_world():
    spec = Spec.of(KEYS)
    found = spec.channel_values(CODES)
    assert found.shape == (16, 5, 5, 20)
    np.testing.assert_array_equal(found, KEYS.encoding[np.asarray(CODES)])
    np.testing.assert_array_equal(spec.table, KEYS.encoding)


def test_a_told_goal_is_no_channel():
    spec = Spec.of(GoalKeys())
    told = jnp.concatenate([CODES.reshape(16, 25), jnp.full((16, 1), 3, jnp.uint8)], 1)
    found = spec.channel_values(told)
    np.testing.assert_array_equal(
        found.reshape(16, 5, 5, 20), Spec.of(KEYS).channel_values(CODES)
    )


def test_floats_are_their_own_channels_and_have_no_table():
    spec = Spec.of(Lander())
    seen = jnp.arange(16.0).reshape(2, 8)
    np.testing.assert_array_equal(spec.channel_values(seen), seen)
    with pytest.raises(ValueError, match="no encoding"):
        _ = spec.table


@pytest.mark.parametrize(
    "world", [KEYS, Keys(limit=7), Keys(colours=("green", "grey"))], ids=str
)
def test_worlds_that_look_alike_pass(world):
    Spec.of(KEYS).check_world(world)
    dataclasses.replace(Spec.of(KEYS), world=None).check_world(world)


@pytest.mark.parametrize(
    ("world", "named"),
    [
        (Keys.preset("code"), "takes 500 inputs, the world Keys gives 147"),
        (GOAL_KEYS, "the world GoalKeys"),
        (Lander(), "takes 500 inputs, the world Lander gives 8"),
    ],
    ids=["view", "goals", "lander"],
)
def test_worlds_that_look_otherwise_are_refused(world, named):
    with pytest.raises(InputError, match=named) as caught:
        Spec.of(KEYS).check_world(world)
    assert "in worlds like the one that it was made for" in caught.value.why


def test_another_encoding_of_as_many_numbers_is_refused():
    spec = Spec.of(KEYS)
    turned = dataclasses.replace(spec, encoding=spec.encoding[::-1])
    with pytest.raises(InputError, match="the agent sees"):
        turned.check_world(KEYS)


def test_an_agent_that_can_do_less_than_a_world_asks_is_refused():
    spec = dataclasses.replace(Spec.of(KEYS), actions=("left", "right"))
    with pytest.raises(InputError, match="has 2 actions, and the world Keys 7: left"):
        spec.check_world(KEYS)
