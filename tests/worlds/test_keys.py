"""The rules of Keys on boards placed by hand, its chance, and how episodes end."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from telic.core.errors import InputError
from telic.worlds import fetch, grid
from telic.worlds.keys import EVENTS, FORWARD, LEFT, PICKUP, RIGHT, Keys, distinct
from tests.worlds.boards import board, roll
from tests.worlds.oracle import play

WORLD = Keys()
FOUR = Keys(colours=("purple", "blue", "red", "green"), others=("yellow",), size=8)
SMALL = Keys(size=5, others=(), view=3, limit=7, encoding_name="integer")
ALL = [WORLD, FOUR, SMALL, Keys(size=10, view=9)]
worlds = st.sampled_from(ALL)
seeds = st.integers(0, 2**31 - 1)

PLAIN = "> . . P / . . . . / . o . B / . . . R"


@functools.cache
def stepper(world):
    """`world.step`, compiled once."""
    return jax.jit(world.step)


def step(start, action, noise=None, world=WORLD):
    """What follows an action on a board."""
    noise = roll(0) if noise is None else noise
    return stepper(world)(start, jnp.int32(action), noise)


def chances(keys):
    """The chance of as many steps as there are keys."""
    return jax.jit(jax.vmap(WORLD.sample_noise))(keys)


def happened(after):
    """The names and values of the events that happened."""
    events = zip(EVENTS, np.asarray(after.events).tolist(), strict=True)
    return {name: value for name, value in events if value}


def goes_on(after):
    """Nothing happened and the episode is not over."""
    return not (happened(after) or after.terminated or after.truncated)


def view(start, world=WORLD):
    """What is seen, row by row from far to near: codes."""
    return np.asarray(world.observe(start)).reshape(world.view, world.view).T


# --- walking and turning ------------------------------------------------------------


@pytest.mark.parametrize(("action", "heading"), [(LEFT, 3), (RIGHT, 1)])
def test_turning_changes_only_the_heading(action, heading):
    after = step(board(PLAIN), action)
    assert goes_on(after)
    assert after.state.pose == heading


@pytest.mark.parametrize("agent", list(">v<^"))
def test_forward_walks_one_cell_ahead(agent):
    after = step(board(f". . . P / . {agent} . . / . . . B / o . . R"), FORWARD)
    assert goes_on(after)
    cell = {">": 6, "v": 9, "<": 4, "^": 1}[agent]
    assert after.state.pose == cell * 4 + ">v<^".index(agent)


@pytest.mark.parametrize("action", [4, 5, 6])
def test_drop_toggle_and_done_do_nothing(action):
    after = step(board(PLAIN), action)
    assert goes_on(after)
    assert after.state.pose == board(PLAIN).pose


def test_walking_into_a_wall_is_fatal_and_leads_nowhere():
    after = step(board(PLAIN.replace(">", "^")), FORWARD)
    assert happened(after) == {"wall": 1.0}
    assert after.terminated
    assert after.state.pose == 3


# --- the ball -----------------------------------------------------------------------

AHEAD = "> o . P / . . . . / . . . B / . . . R"


def test_walking_at_the_ball_is_fatal_although_the_ball_moves_away():
    after = step(board(AHEAD), FORWARD)
    assert happened(after) == {"bump": 1.0}
    assert after.terminated
    assert after.state.ball != 1
    assert after.state.pose // 4 == 1  # the cell was free by then


def test_a_ball_that_arrives_in_front_only_blocks():
    start = board("> . o P / . . . . / . . . B / . . . R")
    # Above is the wall, to the right a key: the cell to the left is the first free one.
    after = step(start, FORWARD, roll(0, free=4))
    assert after.state.ball == 1
    assert after.state.pose == start.pose
    assert goes_on(after)


def test_picking_up_the_ball_is_fatal():
    start = board("> . o P / . . . . / . . . B / . . . R")
    after = step(start, PICKUP, roll(0, free=4))
    assert happened(after) == {"ball": 1.0}
    assert after.terminated


def test_a_ball_that_rolls_out_of_reach_is_not_picked_up():
    after = step(board(AHEAD), PICKUP)
    assert after.state.ball != 1
    assert goes_on(after)


def test_the_ball_reaches_each_free_neighbour_and_nothing_else():
    start = board(". . . . / . o P . / > B . . / . . R .")
    reached = {int(step(start, 6, roll(i, free=5)).state.ball) for i in range(5)}
    assert reached == {0, 1, 2, 4, 10}


def test_a_ball_that_is_boxed_in_stays():
    start = board("o P . . / B R . . / . . . . / . . . >")
    assert {int(step(start, 6, roll(i, free=8)).state.ball) for i in range(8)} == {0}


def test_walking_into_a_boxed_in_ball_is_fatal_and_leads_nowhere():
    after = step(board("o < P . / B R . . / . . . . / . . . ."), FORWARD)
    assert happened(after) == {"bump": 1.0}
    assert after.state.pose // 4 == 1


# --- keys ---------------------------------------------------------------------------


@pytest.mark.parametrize("colour", range(6))
def test_picking_up_a_key_ends_the_episode_and_says_how_late_it_was(colour):
    letters = "RGBPYE"[colour]
    rest = [letter for letter in "RGBPYE" if letter != letters][:2]
    start = board(f"> {letters} . . / . . . . / {rest[0]} . . . / {rest[1]} . . o", 44)
    name = grid.COLOURS[colour]
    after = step(start, PICKUP)
    assert happened(after) == {f"pick_{name}": 1.0, f"late_{name}": 0.25}
    assert after.terminated
    assert not after.truncated


def test_a_key_that_is_not_in_front_is_not_picked_up():
    assert goes_on(step(board(PLAIN), PICKUP))


def test_a_key_can_be_stood_on_and_is_then_neither_seen_nor_within_reach():
    start = board("> P . . / . . . . / . . . B / o . . R")
    on = step(start, FORWARD)
    assert goes_on(on)
    assert on.state.pose // 4 == on.state.keys[0]
    purple = grid.KEY + grid.COLOURS.index("purple")
    assert purple in view(start)
    assert purple not in view(on.state)
    assert goes_on(step(on.state, PICKUP))


def test_a_key_that_was_stood_on_is_seen_again_from_the_next_cell():
    on = step(board("> P . . / . . . . / . . . B / o . . R"), FORWARD).state
    past = step(on, FORWARD).state
    back = step(step(past, LEFT).state, LEFT).state
    assert happened(step(back, PICKUP)) != {}


# --- time ---------------------------------------------------------------------------


def test_at_the_limit_the_episode_is_truncated_and_the_time_was_up():
    assert goes_on(step(board(PLAIN, 178), LEFT))
    after = step(board(PLAIN, 179), LEFT)
    assert happened(after) == {"timeout": 1.0}
    assert after.truncated
    assert not after.terminated


def test_a_key_in_the_last_step_counts_and_is_as_late_as_can_be():
    after = step(board("> P . . / . . . . / . . . B / o . . R", 179), PICKUP)
    assert happened(after) == {"pick_purple": 1.0, "late_purple": 1.0}
    assert after.terminated
    assert after.truncated


def test_the_objective_pays_what_the_experiment_paid():
    after = step(board("> P . . / . . . . / . . . B / o . . R"), PICKUP)
    events = np.asarray(after.events)
    assert events @ fetch("purple").vector(EVENTS) == pytest.approx(1 - 0.9 / 180)
    assert events @ fetch("blue").vector(EVENTS) == pytest.approx(0.1)


# --- the view -----------------------------------------------------------------------


def test_the_view_is_what_lies_ahead_with_the_agent_in_the_middle_of_its_last_row():
    w, e, o = grid.WALL, grid.EMPTY, grid.BALL
    purple, blue, red = (grid.KEY + i for i in (3, 2, 0))
    seen = view(board(". . . P / . > . o / . . B . / . . . R"))
    assert seen.tolist() == [
        [w, w, w, w, w],
        [w, w, w, w, w],
        [w, purple, o, e, red],
        [w, e, e, blue, e],
        [w, e, e, e, e],
    ]


# --- the channels of a colour -------------------------------------------------------


def test_a_colour_has_one_channel_whatever_the_view():
    for view in (3, 5):
        assert Keys(view=view).channels("red") == (11,)
        assert Keys(view=view).channels("grey") == (16,)


@pytest.mark.parametrize("colour", grid.COLOURS)
def test_the_channels_of_a_colour_are_those_in_which_its_keys_differ(colour):
    key = grid.KEY + grid.COLOURS.index(colour)
    others = np.delete(WORLD.encoding[grid.KEY :], key - grid.KEY, axis=0)
    channels = np.flatnonzero((WORLD.encoding[key] != others).all(axis=0))
    assert WORLD.channels(colour) == tuple(channels.tolist())


def test_only_the_channels_of_red_and_grey_also_carry_what_is_no_key():
    shared = [
        colour
        for colour in grid.COLOURS
        if WORLD.encoding[: grid.KEY, WORLD.channels(colour)[0]].any()
    ]
    assert shared == ["red", "grey"]


def test_the_channels_of_no_colour_or_of_raw_numbers_are_refused():
    with pytest.raises(InputError, match="did you mean 'purple'"):
        WORLD.channels("purpel")
    with pytest.raises(InputError, match="a number there, not a channel"):
        Keys.preset("code").channels("purple")


# --- any board ----------------------------------------------------------------------


@functools.cache
def walker(world):
    """Forty random steps from a random first board: boards and observations."""

    def walk(key):
        start, moves, noise = jax.random.split(key, 3)
        first = world.reset(world.sample_noise(start))

        def go(state, now):
            after = world.step(state, *now)
            return after.state, (after.state, world.observe(after.state))

        actions = jax.random.randint(moves, (40,), 0, 7)
        words = jax.vmap(world.sample_noise)(jax.random.split(noise, 40))
        return first, *jax.lax.scan(go, first, (actions, words))[1]

    walked = jax.jit(walk)
    return lambda key: jax.tree.map(np.asarray, walked(key))


@given(worlds, seeds)
def test_a_first_board_has_everything_on_cells_of_its_own(world, seed):
    first, _, _ = walker(world)(jax.random.key(seed))
    cells = [int(first.pose) // 4, int(first.ball), *first.keys.tolist()]
    assert len(set(cells)) == len(cells) == world.key_count + 2
    assert 0 <= min(cells) <= max(cells) < (world.size - 2) ** 2
    assert first.time == 0


@given(worlds, seeds)
def test_a_board_has_the_objective_colours_and_one_other(world, seed):
    first, _, _ = walker(world)(jax.random.key(seed))
    names = [grid.COLOURS[i] for i in first.colours.tolist()]
    assert tuple(names[: len(world.colours)]) == world.colours
    assert all(name in world.third for name in names[len(world.colours) :])


@given(worlds, seeds)
def test_nothing_ever_leaves_the_room_or_shares_the_balls_cell(world, seed):
    first, boards, _ = walker(world)(jax.random.key(seed))
    cells, agent = (world.size - 2) ** 2, boards.pose // 4
    assert np.all((boards.pose >= 0) & (agent < cells))
    assert np.all((boards.ball >= 0) & (boards.ball < cells))
    assert not np.any(boards.ball == agent)
    assert not np.any(boards.ball[:, None] == boards.keys)
    assert np.all(boards.keys == first.keys[None])


@given(worlds, seeds)
def test_the_ball_and_the_agent_move_at_most_one_cell(world, seed):
    first, boards, _ = walker(world)(jax.random.key(seed))
    for path in (boards.ball, boards.pose // 4):
        start = first.ball if path is boards.ball else first.pose // 4
        y, x = np.divmod(np.append(start, path), world.size - 2)
        assert max(np.abs(np.diff(x)).max(), np.abs(np.diff(y)).max()) <= 1


@given(worlds, seeds)
def test_an_observation_holds_only_codes_of_things_that_are_there(world, seed):
    first, _, seen = walker(world)(jax.random.key(seed))
    keys = {grid.KEY + colour for colour in first.colours.tolist()}
    assert set(np.unique(seen).tolist()) <= {grid.EMPTY, grid.WALL, grid.BALL} | keys
    assert seen.dtype == jnp.uint8


@given(seeds)
def test_a_colour_that_is_neither_an_objective_nor_another_is_never_seen(seed):
    world = Keys(others=("green", "grey"))
    first, _, seen = walker(world)(jax.random.key(seed))
    held_out = [grid.COLOURS.index(colour) for colour in ("red", "yellow")]
    assert not np.isin(held_out, first.colours).any()
    assert not np.isin([grid.KEY + colour for colour in held_out], seen).any()


# --- chance -------------------------------------------------------------------------


def test_every_arrangement_is_as_likely_as_any_other():
    words = jax.random.bits(jax.random.key(0), (60_000, 3), jnp.uint32)
    cells = jax.jit(jax.vmap(lambda w: distinct(w, 5)))(words)
    found, counts = np.unique(cells, axis=0, return_counts=True)
    assert len(found) == 5 * 4 * 3
    assert chisquare(counts).pvalue > 0.001


def test_every_cell_heading_and_third_colour_is_as_likely_as_any_other():
    words = chances(jax.random.split(jax.random.key(1), 32_000))
    boards = jax.jit(jax.vmap(WORLD.reset))(words)
    parts = [boards.pose, boards.ball, *boards.keys.T, boards.colours[:, 2]]
    sizes = [64, 16, 16, 16, 16, 4]
    for part, size in zip(parts, sizes, strict=True):
        counts = np.unique(part, return_counts=True)[1]
        assert len(counts) == size
        assert chisquare(counts).pvalue > 0.001


def test_the_ball_goes_to_each_free_neighbour_equally_often():
    start = board(". . . . / . o P . / > B . . / . . R .")
    words = chances(jax.random.split(jax.random.key(2), 12_000))
    after = jax.vmap(stepper(WORLD), in_axes=(None, None, 0))(start, 6, words)
    counts = np.unique(after.state.ball, return_counts=True)[1]
    assert chisquare(counts).pvalue > 0.001


# --- settings -----------------------------------------------------------------------


def test_the_presets_are_the_two_settings_of_the_original():
    post, code = Keys.preset("post"), Keys.preset("code")
    assert post == Keys()
    assert (post.view, post.encoding.shape, post.limit) == (5, (9, 20), 180)
    assert (code.view, code.encoding.shape, code.limit) == (7, (9, 3), 180)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colours": ("purpel", "blue")}, "did you mean 'purple'"),
        ({"colours": ("blue", "blue")}, "each colour at most once"),
        ({"colours": ()}, "1 or more"),
        ({"others": ("blue",)}, "each colour at most once"),
        ({"others": ("grene",)}, "did you mean 'green'"),
        ({"encoding_name": "one_hot"}, "did you mean 'onehot'"),
        ({"size": 3}, "4 to 10"),
        ({"size": 11}, "4 to 10"),
        ({"size": 4}, "must fit"),
        ({"view": 4}, "odd, at least 3"),
        ({"view": 1}, "odd, at least 3"),
        ({"limit": 0}, "at least 1"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        dataclasses.replace(WORLD, **change)


def test_an_unknown_preset_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="did you mean 'post'"):
        Keys.preset("pots")


# --- whole episodes -----------------------------------------------------------------


@functools.cache
def episodes(goal):
    """The mean events and length of 4,096 episodes, at random or by the oracle."""
    events, length = play(jax.random.key(0), WORLD, jnp.int32(goal))
    return dict(zip(EVENTS, events.tolist(), strict=True)), float(length)


def score(events, colour):
    """The mean return under the objective of a colour."""
    return sum(weight * events[name] for name, weight in fetch(colour).weights)


@pytest.mark.parametrize("colour", ["purple", "blue"])
def test_random_actions_score_what_they_score_in_the_original(colour):
    events, length = episodes(-1)
    assert score(events, colour) == pytest.approx(-0.70, abs=0.03)
    assert length == pytest.approx(14.6, abs=0.6)


def test_random_actions_end_episodes_as_they_do_in_the_original():
    events, _ = episodes(-1)
    assert events["wall"] == pytest.approx(0.58, abs=0.03)
    assert events["bump"] == pytest.approx(0.10, abs=0.02)
    assert events["ball"] == pytest.approx(0.10, abs=0.02)
    for colour in ("purple", "blue"):
        assert events[f"pick_{colour}"] == pytest.approx(0.075, abs=0.015)


@pytest.mark.parametrize("colour", WORLD.colours)
def test_who_sees_everything_fetches_the_key_in_nearly_every_episode(colour):
    events, length = episodes(WORLD.colours.index(colour))
    assert score(events, colour) >= 0.97
    assert events[f"pick_{colour}"] >= 0.995
    assert length == pytest.approx(4.8, abs=0.2)
