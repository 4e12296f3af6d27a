"""Keys with goals: what is granted, what stays, and what is seen of it."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.policies import Spec, create
from telic.rollouts import observations_of
from telic.worlds import GoalConditioned, GoalKeys, Keys, fetch, grant
from telic.worlds.goal_keys import GoalBoard
from telic.worlds.grid import COLOURS
from telic.worlds.keys import FORWARD, LEFT, PICKUP
from tests.small import POLICY

WORLD = GoalKeys(limit=12)
BASE = WORLD.base
COPIES, STEPS = 512, 12


def of(events, name):
    """One event of many steps."""
    return np.asarray(events[..., WORLD.events.index(name)])


@pytest.fixture(scope="module")
def walk():
    """Walks of many copies at random, one episode each: states, chances and ends."""

    @jax.jit
    def walked(key):
        start, going = jax.random.split(key)
        first = jax.vmap(lambda k: WORLD.reset(WORLD.sample_noise(k)))(
            jax.random.split(start, COPIES)
        )

        def step(states, key):
            act, draw = jax.random.split(key)
            moves = jnp.array([FORWARD, PICKUP, LEFT])
            action = moves[jax.random.randint(act, (COPIES,), 0, 3)]
            noise = jax.vmap(WORLD.sample_noise)(jax.random.split(draw, COPIES))
            after = jax.vmap(WORLD.step)(states, action, noise)
            seen = jax.vmap(WORLD.observe)(states)
            plain = jax.vmap(BASE.step)(states.board, action, noise.base)
            return after.state, (states.wanted, seen, after, plain)

        return jax.lax.scan(step, first, jax.random.split(going, STEPS))[1]

    return walked(jax.random.key(0))


def test_what_is_granted_is_the_pick_of_the_wanted_colour_and_no_other(walk):
    wanted, _, after, _ = walk
    for event, kind in (("granted", "pick"), ("late", "late")):
        each = np.stack([of(after.events, f"{kind}_{c}") for c in WORLD.colours])
        due = np.take_along_axis(each, np.asarray(wanted)[None], axis=0)[0]
        np.testing.assert_array_equal(of(after.events, event), due)
        assert 0 < (due > 0).sum() < (each > 0).sum()


@pytest.mark.parity
def test_all_else_happens_as_in_the_world_beneath(walk):
    _, _, after, plain = walk
    np.testing.assert_array_equal(after.events[..., :-2], plain.events)
    np.testing.assert_array_equal(after.terminated, plain.terminated)
    np.testing.assert_array_equal(after.truncated, plain.truncated)
    for one, other in zip(after.state.board, plain.state, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_goal_stays_through_an_episode_and_is_the_last_thing_seen(walk):
    wanted, seen, after, _ = walk
    assert (np.asarray(wanted) == np.asarray(wanted)[:1]).all()
    np.testing.assert_array_equal(after.state.wanted, wanted)
    np.testing.assert_array_equal(seen[..., -1], wanted)
    assert seen.dtype == jnp.uint8


def test_every_goal_is_drawn_about_as_often_whatever_the_board(walk):
    counts = np.bincount(np.asarray(walk[0])[0], minlength=WORLD.num_goals)
    assert len(counts) == 4
    assert counts.min() > 0.7 * COPIES / 4


@pytest.mark.parity
def test_it_draws_the_boards_of_the_world_beneath_and_sees_them_alike():
    noise = WORLD.sample_noise(jax.random.key(3))
    state, plain = WORLD.reset(noise), BASE.reset(noise.base)
    assert digest(state.board._asdict()) == digest(plain._asdict())
    seen = BASE.observe(plain).reshape(-1)
    np.testing.assert_array_equal(WORLD.observe(state)[:-1], seen)


def test_a_granted_goal_pays_what_fetching_its_colour_pays(walk):
    wanted, _, after, plain = walk
    paid = np.asarray(after.events @ jnp.asarray(grant().vector(WORLD.events)))
    for number, colour in enumerate(WORLD.colours):
        due = plain.events @ jnp.asarray(fetch(colour).vector(BASE.events))
        here = np.asarray(wanted) == number
        np.testing.assert_allclose(paid[here], np.asarray(due)[here], atol=1e-6)


def test_an_objective_of_grants_has_its_parts():
    weights = dict(grant(haste=0.5, other=0.2).weights)
    assert {weights[f"pick_{colour}"] for colour in COLOURS} == {0.2}
    assert (weights["granted"], weights["late"]) == (0.8, -0.5)


def test_the_first_layer_sees_no_goal_and_the_world_has_four():
    assert WORLD.observation == (26,)
    assert (WORLD.num_goals, isinstance(WORLD, GoalConditioned)) == (4, True)
    assert Spec.of(WORLD).inputs == Spec.of(BASE).inputs == 500
    assert not isinstance(Keys(), GoalConditioned)


def test_a_board_has_one_key_of_each_colour_that_may_be_the_goal():
    colours = ("red", "grey", "blue")
    world = GoalKeys(colours=colours)
    state = world.reset(world.sample_noise(jax.random.key(0)))
    assert isinstance(state, GoalBoard)
    assert [COLOURS[int(c)] for c in state.board.colours] == list(colours)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"colours": ("purple", "pink")}, "colour 'pink'"),
        ({"colours": ("blue", "blue")}, "colours"),
        ({"colours": ()}, "colours"),
        ({"limit": 0}, "limit"),
    ],
)
def test_impossible_worlds_are_refused(fields, named):
    with pytest.raises(InputError, match=named):
        GoalKeys(**fields)


def test_a_goal_conditioned_agent_can_act_in_it():
    policy = dataclasses.replace(POLICY, goal_units=4)
    agent = create(jax.random.key(0), policy, WORLD)
    seen = observations_of(jax.random.key(1), agent, WORLD, steps=8, envs=4)
    assert seen.shape == (32, 26)
    assert seen[:, -1].max() < WORLD.num_goals
