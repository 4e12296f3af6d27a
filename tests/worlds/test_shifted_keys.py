"""Boards that agents of Keys never saw: a field changes what it says, and no more."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.worlds import Keys, ShiftedKeys, grid
from telic.worlds.keys import EVENTS, FORWARD, PICKUP

COPIES = 256


@functools.cache
def played(world, steps=12, seed=0):
    """Boards of many copies that act at random, ended or not: first, then each step."""

    @jax.jit
    def run(key):
        keys = jax.random.split(key, 2 * steps + 1)
        noises = jax.vmap(
            lambda k: jax.vmap(world.sample_noise)(jax.random.split(k, COPIES))
        )
        drawn = noises(keys[: steps + 1])
        first = jax.vmap(world.reset)(drawn[0])

        def step(board, now):
            noise, key = now
            action = jax.random.randint(key, (COPIES,), 0, 3)  # turn or walk
            after = jax.vmap(world.step)(board, action, noise).state
            return after, after

        return first, jax.lax.scan(step, first, (drawn[1:], keys[steps + 1 :]))[1]

    first, rest = jax.device_get(run(jax.random.key(seed)))
    return first, rest


def things(board):
    """The cells of agent, ball and keys, along the last axis."""
    each = [board.pose[..., None] // 4, board.ball[..., None], board.keys]
    return np.concatenate(each, axis=-1)


def test_without_a_change_it_is_keys_to_the_bit():
    plain, same = Keys(), ShiftedKeys()
    noise = plain.sample_noise(jax.random.key(3))
    more = jnp.concatenate([noise, jnp.zeros(plain.key_count, jnp.uint32)])
    one, two = plain.reset(noise), same.reset(more)
    for action in (0, FORWARD, 1, FORWARD, PICKUP):
        for field in one._fields:
            assert np.array_equal(getattr(one, field), getattr(two, field)), field
        assert np.array_equal(plain.observe(one), same.observe(two))
        done, also = (
            plain.step(one, jnp.int32(action), noise),
            same.step(two, jnp.int32(action), more),
        )
        assert np.array_equal(done.events, also.events)
        one, two = done.state, also.state


DOOR = ShiftedKeys(size=8, layout="doorway")


def test_nothing_is_ever_in_a_wall_and_the_doorway_is_one_cell():
    assert sorted(DOOR.walls) == [3, 9, 15, 27, 33]
    for board in played(DOOR):
        assert not np.isin(things(board), list(DOOR.walls)).any()
    first, rest = played(DOOR, steps=60)
    side = first.pose // 4 % 6 < 3
    crossed = (rest.pose[-1] // 4 % 6 < 3) != side
    assert crossed.any()  # by the doorway: there is no other way


def test_walking_into_a_wall_of_the_room_is_walking_into_a_wall():
    board, noise = (
        DOOR.reset(DOOR.sample_noise(jax.random.key(0))),
        DOOR.sample_noise(jax.random.key(1)),
    )
    facing = board._replace(pose=jnp.int32(2 * 4), ball=jnp.int32(35))
    done = DOOR.step(facing, jnp.int32(FORWARD), noise)
    assert done.terminated and done.events[EVENTS.index("wall")] == 1
    seen = np.asarray(DOOR.observe(facing))
    assert seen[2, 3] == grid.WALL  # the middle column, one row ahead


def test_keys_and_ball_are_on_cells_of_their_own():
    for world in (DOOR, ShiftedKeys(doubled="blue"), ShiftedKeys(moved=4)):
        for board in played(world):
            keys = np.sort(board.keys, axis=-1)
            assert (np.diff(keys, axis=-1) > 0).all()
            assert (board.keys != board.ball[..., None]).all()


def test_the_ball_is_beside_the_guarded_key_as_near_to_the_agent_as_can_be():
    world = ShiftedKeys(size=8, behind="blue")
    first, _ = played(world)
    key, here = first.keys[:, 1], first.pose // 4
    gap = np.maximum(abs(key // 6 - first.ball // 6), abs(key % 6 - first.ball % 6))
    assert (gap == 1).all()

    def away(a, b):
        return np.maximum(abs(a // 6 - b // 6), abs(a % 6 - b % 6))

    nearer = away(first.ball, here) < away(key, here)
    adjacent = away(key, here) <= 1
    taken = np.array(
        [
            sum(away(k, c) == 1 and away(c, h) < away(k, h) for c in others)
            for k, h, others in zip(key, here, first.keys, strict=True)
        ]
    )
    assert (nearer | adjacent | (taken > 0)).all()
    plain, _ = played(ShiftedKeys(size=8))
    key = plain.keys[:, 1]
    assert (away(key, plain.ball) > 1).mean() > 0.5


def test_keys_move_once_and_at_their_step():
    world = ShiftedKeys(size=8, moved=5)
    first, rest = played(world)
    keys = np.concatenate([first.keys[None], rest.keys])
    changed = (keys[1:] != keys[:-1]).any(axis=-1).mean(axis=1)
    assert changed[4] > 0.95
    assert np.delete(changed, 4).tolist() == [0.0] * 11
    now = rest.keys[4]
    assert (now != (rest.pose[4] // 4)[:, None]).all()
    # Every cell is as likely as another.
    cells = np.bincount(now.ravel(), minlength=36)
    assert cells.min() > 0 and cells.max() < 3 * cells.mean()


def test_a_second_key_of_a_colour_counts_as_that_colour():
    world = ShiftedKeys(doubled="blue")
    board = world.reset(world.sample_noise(jax.random.key(0)))
    names = [grid.COLOURS[c] for c in board.colours.tolist()]
    assert names[:3] == ["purple", "blue", "blue"] and len(names) == 4
    noise = world.sample_noise(jax.random.key(1))
    for which in (1, 2):
        cells = jnp.array([0, 5, 6, 7]).at[which].set(10).at[0].set(15)
        put = board._replace(pose=jnp.int32(9 * 4), ball=jnp.int32(3), keys=cells)
        done = world.step(put, jnp.int32(PICKUP), noise)
        assert done.events[EVENTS.index("pick_blue")] == 1 and done.terminated


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_as_many_cells_are_misread_as_were_asked_for(share):
    world, clear = ShiftedKeys(blurred=share), ShiftedKeys()
    _, rest = played(world)
    seen, true = (
        np.asarray(jax.vmap(w.observe)(jax.tree.map(lambda x: x[-1], rest)))
        for w in (world, clear)
    )
    # A misread cell shows one of nine codes, of which one is its own.
    assert (seen != true).mean() == pytest.approx(share * 8 / 9, abs=0.02)
    assert len(np.unique(seen)) == grid.CODES
    one = jax.tree.map(lambda x: jnp.asarray(x[-1, 0]), rest)
    assert np.array_equal(world.observe(one), world.observe(one))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("layout", "dooorway", "did you mean 'doorway'"),
        ("behind", "yellow", "behind colour"),
        ("doubled", "red", "doubled colour"),
        ("blurred", 1.0, "0 to below 1"),
        ("moved", -1, "0 or more"),
    ],
)
def test_a_change_that_there_is_not_is_refused(field, value, said):
    with pytest.raises(InputError) as caught:
        ShiftedKeys(**{field: value})
    assert said in str(caught.value) + caught.value.why + caught.value.fix
