"""With its ball held still the world is itself, if the ball does not move or matter."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telic.studies.field.mdp import depart, drift, follow_policy, walk, walk_ends
from telic.worlds.keys import EVENTS, FORWARD, LEFT, PICKUP, RIGHT, Keys
from tests.worlds.boards import board

WORLD = Keys()
WIDE = Keys(size=8, colours=("purple", "blue", "red"), others=("grey",), view=7)
WORLDS = st.sampled_from([WORLD, WIDE])
BOXED = board("o P . . / B R . . / . . . . / . . . >")  # the ball cannot move
OPEN = board("> . . P / . . . . / . o . B / . . . R")


@functools.partial(jax.jit, static_argnames="world")
def fresh_board(world, key):
    return world.reset(world.sample_noise(key))


@functools.partial(jax.jit, static_argnames="world")
def step_from_everywhere(world, start, chance):
    """What the world's own step does from each pose with each action."""
    poses = jnp.arange(len(world.tables.front), dtype=jnp.int32)
    one = lambda pose, action: world.step(start._replace(pose=pose), action, chance)
    each = jax.vmap(jax.vmap(one, (None, 0)), (0, None))
    return each(poses, jnp.arange(len(world.actions)))


def led(world, start, seed=0):
    """The world's own step in the form of `follow`, and the ball's next cells."""
    after = step_from_everywhere(world, start, world.sample_noise(jax.random.key(seed)))
    poses, events = len(world.tables.front), np.asarray(after.events)
    leads = np.array(after.state.pose)
    for number, name in enumerate(walk_ends(start)[:-1]):
        names = ("wall", "bump", "ball") if name == "fatal" else (f"pick_{name}",)
        happened = events[..., [EVENTS.index(n) for n in names]].any(axis=-1)
        leads[happened] = poses + number
    return leads, np.asarray(after.state.ball)


def uniform(actions, start=OPEN, world=WORLD):
    """A policy that chooses among some actions, whatever it sees."""
    policy = np.zeros((len(world.tables.front), len(world.actions)))
    policy[:, actions] = 1 / len(actions)
    return follow_policy(world, start), policy


@pytest.mark.parity
def test_with_its_ball_boxed_in_the_world_takes_every_step_as_the_chain_does():
    leads, ball = led(WORLD, BOXED)
    assert (ball == BOXED.ball).all()
    assert np.array_equal(
        leads[4:], follow_policy(WORLD, BOXED)[4:]
    )  # not from the ball


@pytest.mark.parity
@settings(max_examples=25)
@given(world=WORLDS, seed=st.integers(0, 2**31 - 1))
def test_elsewhere_a_step_differs_only_where_the_ball_came_or_went(world, seed):
    start = fresh_board(world, jax.random.key(seed))
    real, ball = led(world, start, seed)
    frozen, front = follow_policy(world, start), world.tables.front[:, None]
    actions, home = np.arange(len(world.actions))[None], int(start.ball)
    rolled = (ball != home) & (np.arange(len(real))[:, None] // 4 != home)
    went = rolled & (front == home) & (actions == PICKUP)
    came = rolled & (front == ball) & np.isin(actions, (FORWARD, PICKUP))
    possible = np.arange(len(real)) // 4 != home
    assert np.array_equal((real != frozen)[possible], (came | went)[possible])
    assert (came | went).any()


def test_one_step_takes_the_key_ahead_and_no_other():
    ends = walk(*uniform([PICKUP]), ends=5, limit=1)
    for key, place in enumerate(OPEN.keys.tolist()):
        ahead = WORLD.tables.front == place
        assert ends[:, key].tolist() == ahead.astype(float).tolist()
    assert ends[:, 3].tolist() == (WORLD.tables.front == int(OPEN.ball)).tolist()


def test_a_walk_ends_when_the_steps_are_up():
    # From the corner, looking right: three steps, then the wall.
    for limit, fatal in ((3, 0.0), (4, 1.0), (9, 1.0)):
        ends = walk(*uniform([FORWARD]), ends=5, limit=limit)
        assert ends[0].tolist() == [0, 0, 0, fatal, 1 - fatal]


def test_chances_multiply_along_a_walk():
    # One cell from the wall, looking at it: half of what is left dies in every step.
    corner = 3  # in the first cell, looking up
    for limit in (1, 2, 7):
        ends = walk(*uniform([FORWARD, 6]), ends=5, limit=limit)
        assert ends[corner, 3] == pytest.approx(1 - 0.5**limit)


def test_an_agent_leaves_a_cell_by_walking_or_by_taking_what_is_ahead():
    leads = depart(follow_policy(WORLD, OPEN))
    beside = 2 * 4  # the purple key is on the right of it
    assert leads[beside].tolist() == [beside + 3, beside + 1, 64, 64, *[beside] * 3]
    assert leads[3, FORWARD] == 68  # up into the wall


def test_the_drift_of_an_agent_that_always_leaves_one_way_is_one_step():
    leads, policy = uniform([LEFT])
    up = np.arange(len(policy)) % 4 == 3
    policy[up] = np.eye(7)[FORWARD]
    found = drift(leads, policy, limit=9)
    assert found[5].tolist() == [0, -1]
    assert found[0].tolist() == found[13].tolist() == [0, 0]  # the wall, the ball


def test_an_agent_that_turns_for_ever_has_no_drift():
    leads, policy = uniform([LEFT, RIGHT])
    assert not drift(leads, policy, limit=9).any()
