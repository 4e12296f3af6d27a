"""Keys through Gymnasium: its checker, its names, its infos, one and many alike."""

import gymnasium
import jax
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers.vector import RecordEpisodeStatistics

from telic.core.errors import InputError
from telic.tasks.gymnasium_keys import ID, KeysEnv, register
from telic.tasks.gymnasium_vector import KeysVectorEnv
from telic.worlds import Objective, fetch
from telic.worlds.keys import EVENTS, PICKUP, Board
from tests.worlds.boards import board

BOTH = pytest.mark.parametrize("make", [KeysEnv, KeysVectorEnv])
MODES = pytest.mark.parametrize("mode", ["SameStep", "NextStep"])


def walk(envs, steps, seed=0):
    """All that comes back from random actions, step by step."""
    random = np.random.default_rng(seed)
    shape = envs.action_space.shape
    back = [(*envs.reset(seed=seed), None)]
    for _ in range(steps):
        back.append(envs.step(random.integers(7, size=shape)))
        if not shape and (back[-1][2] or back[-1][3]):
            back.append((*envs.reset(), None))
    return back


def same(a, b):
    """Whether two trees of arrays are equal, bit for bit."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, tuple | list) or (
        isinstance(a, np.ndarray) and a.dtype.kind == "O"
    ):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and np.array_equal(a, b)


# --- one environment ----------------------------------------------------------------


@pytest.mark.contract
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"preset": "code", "objective": "blue"},
        {"render_mode": "rgb_array"},
        {"render_mode": "ansi", "size": 8, "colours": ["red", "green"]},
    ],
)
def test_gymnasiums_own_checker_finds_nothing_to_say(settings):
    check_env(gymnasium.make(ID, **settings).unwrapped)


@pytest.mark.parametrize(
    ("preset", "inputs", "high"), [("post", 500, 1.0), ("code", 147, 6.0)]
)
def test_the_observation_is_the_encoding_of_what_the_world_shows(preset, inputs, high):
    env = KeysEnv(preset=preset)
    seen, _ = env.reset(seed=3)
    world = env.task.world
    assert env.observation_space == gymnasium.spaces.Box(0, high, (inputs,), np.float32)
    assert np.array_equal(seen, world.encoding[world.observe(env.board)].reshape(-1))


def test_a_step_says_by_name_what_happened_and_an_end_what_happened_in_all():
    env = KeysEnv(objective="blue")
    env.reset(seed=0)
    env.board = board("> B . . / . . . . / P . . . / R . . o", time=44)
    assert env.step(4)[1:] == (0.0, False, False, {})
    _, reward, terminated, truncated, info = env.step(PICKUP)
    assert reward == pytest.approx(1 - 0.9 * 46 / 180)
    assert (terminated, truncated) == (True, False)
    total = info.pop("events")
    assert info == pytest.approx({"pick_blue": 1.0, "late_blue": 46 / 180})
    assert dict(zip(EVENTS, total, strict=True))["pick_blue"] == 1.0
    assert total @ fetch("purple").vector(EVENTS) == pytest.approx(0.1)


def test_the_totals_of_an_episode_do_not_leak_into_the_next():
    env = KeysEnv(limit=1)
    for _ in range(3):
        env.reset(seed=0)
        env.board = board("> . . . / . . . . / P . . . / R . B o")
        info = env.step(4)[4]
        assert info["events"].sum() == info["timeout"] == 1.0


def test_an_objective_can_be_given_itself():
    hate = Objective("hate", {"wall": 5.0})
    env = KeysEnv(objective=hate)
    env.reset(seed=0)
    env.board = board("< . . . / . . . . / P . . . / R . B o")
    assert env.step(2)[1] == 5.0


# --- names --------------------------------------------------------------------------


def test_importing_the_room_registers_and_registering_again_changes_nothing():
    register()
    assert gymnasium.make(ID, objective="blue").unwrapped.task.objective.name == "blue"


@pytest.mark.parametrize("mode", [None, "vector_entry_point"])
def test_make_vec_gives_the_compiled_environment(mode):
    envs = gymnasium.make_vec(ID, num_envs=3, vectorization_mode=mode, preset="code")
    assert isinstance(envs, KeysVectorEnv)
    assert envs.observation_space.shape == (3, 147)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP


@BOTH
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"objective": "bleu"}, "no colour 'bleu'(.|\n)*did you mean 'blue'"),
        ({"objective": Objective("o", {"wal": 1.0})}, "did you mean 'wall'"),
        ({"preset": "pots"}, "did you mean 'post'"),
        ({"encoding": "one_hot"}, "did you mean 'onehot'"),
        ({"render_mode": "rgb_aray"}, "did you mean 'rgb_array'"),
        ({"colours": ("purpel",)}, "did you mean 'purple'"),
        ({"size": 99}, "4 to 10"),
    ],
)
def test_a_wrong_argument_is_refused_with_the_nearest_name(make, settings, message):
    with pytest.raises(InputError, match=message):
        make(**settings)


@pytest.mark.parametrize("mode", ["SameSteps", AutoresetMode.DISABLED])
def test_an_unknown_way_to_start_again_is_refused(mode):
    with pytest.raises(InputError, match="autoreset mode"):
        KeysVectorEnv(autoreset_mode=mode)


def test_no_environments_are_refused():
    with pytest.raises(InputError, match="num_envs = 0"):
        KeysVectorEnv(0)


@pytest.mark.parametrize("action", [7, -1, 1.5, "left"])
def test_an_action_that_does_not_exist_is_refused(action):
    env = KeysEnv()
    env.reset(seed=0)
    with pytest.raises(InputError, match="action"):
        env.step(action)


@pytest.mark.parametrize("actions", [[0], [0, 7], [0, -1], [0.0, 1.0], [[0, 1]], 3])
def test_actions_that_do_not_fit_are_refused(actions):
    envs = KeysVectorEnv(2)
    envs.reset(seed=0)
    with pytest.raises(InputError, match="2 whole numbers from 0 to 6"):
        envs.step(np.array(actions))


@BOTH
def test_a_step_or_picture_before_the_first_reset_is_refused(make):
    env = make(render_mode="ansi")
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(np.zeros(env.action_space.shape, np.int64))
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.render()


# --- chance -------------------------------------------------------------------------


@pytest.mark.parametrize("make", [KeysEnv, lambda: KeysVectorEnv(4)])
def test_a_seed_fixes_everything_that_follows(make):
    first, again, other = walk(make(), 200), walk(make(), 200), walk(make(), 200, 1)
    assert same(first, again)
    assert not same(first, other)


@pytest.mark.parametrize("make", [KeysEnv, lambda: KeysVectorEnv(4)])
def test_a_reset_with_the_seed_starts_again_and_one_without_goes_on(make):
    env = make()
    first, _ = env.reset(seed=5)
    second, _ = env.reset()
    assert not np.array_equal(first, second)
    assert np.array_equal(first, env.reset(seed=5)[0])
    assert np.array_equal(second, env.reset()[0])


def test_copies_differ_from_each_other():
    seen, _ = KeysVectorEnv(64).reset(seed=0)
    assert len(np.unique(seen, axis=0)) > 32


# --- many environments --------------------------------------------------------------


class Replay(KeysEnv):
    """One environment that is dealt the boards of one copy of a vector."""

    def follow(self, envs, copy):
        """Take over the board of a copy, and the ball's next move."""
        boards = jax.tree.map(np.array, envs.copies.states)
        self.board = Board(*(field[copy] for field in boards))
        self._events = np.array(envs.copies.events[copy])
        words = np.array(envs._noise[envs._row % 128, copy])
        self._noise = iter([words])


@pytest.mark.parity
@pytest.mark.parametrize("preset", ["post", "code"])
def test_every_copy_follows_the_rules_of_one_environment(preset):
    envs, one = (
        KeysVectorEnv(8, preset=preset, limit=12),
        Replay(preset=preset, limit=12),
    )
    seen, _ = envs.reset(seed=0)
    one.reset(seed=0)
    random, ends = np.random.default_rng(0), 0
    for _ in range(100):
        actions, copy = random.integers(7, size=8), random.integers(8)
        one.follow(envs, copy)
        alone = one.step(actions[copy])
        seen, rewards, terminated, truncated, infos = envs.step(actions)
        assert alone[1:4] == (rewards[copy], terminated[copy], truncated[copy])
        ended = alone[2] or alone[3]
        last = infos["final_obs"][copy] if ended else seen[copy]
        assert np.array_equal(alone[0], last)
        if ended:
            told, ends = infos["final_info"], ends + 1
            assert np.array_equal(alone[4].pop("events"), told["events"][copy])
            assert alone[4] == {name: told[name][copy] for name in alone[4]}
    assert ends >= 5


def form(tree):
    """A tree with the type and shape of every array in the place of its values."""
    if isinstance(tree, dict):
        return {name: form(value) for name, value in tree.items()}
    if isinstance(tree, tuple | list):
        return [form(value) for value in tree]
    return type(tree), tree.dtype, tree.shape


@pytest.mark.parity
@MODES
def test_what_comes_back_has_the_form_of_gymnasiums_own_vectors(mode):
    ours = KeysVectorEnv(3, limit=2, autoreset_mode=mode)
    theirs = SyncVectorEnv([lambda: KeysEnv(limit=2)] * 3, autoreset_mode=mode)
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    assert ours.metadata == theirs.metadata
    assert form(ours.reset(seed=0)) == form(theirs.reset(seed=0))
    ends = 0
    for _ in range(9):
        one, other = (envs.step(np.full(3, 6)) for envs in (ours, theirs))
        assert form(one) == form(other)
        assert same(one[1:4], other[1:4])
        assert same(one[4].get("final_info"), other[4].get("final_info"))
        ends += one[3].all()
    assert ends == {"SameStep": 4, "NextStep": 3}[mode]


def test_in_same_step_an_end_returns_the_first_observation_of_the_next_episode():
    envs = KeysVectorEnv(4, limit=1)
    envs.reset(seed=0)
    before = np.array(envs.copies.states.ball)
    seen, _, terminated, truncated, infos = envs.step(np.full(4, 6))
    assert truncated.all()
    assert not terminated.any()
    assert infos["_final_obs"].all()
    world, states = envs.task.world, envs.copies.states
    assert (np.array(states.time) == 0).all()
    assert not np.array_equal(before, states.ball)
    codes = jax.vmap(world.observe)(states)
    assert np.array_equal(seen, world.encoding[codes].reshape(4, -1))
    assert not np.array_equal(seen, np.stack(infos["final_obs"]))
    assert (infos["final_info"]["timeout"] == 1).all()


def test_in_next_step_the_step_after_an_end_only_starts_again():
    envs = KeysVectorEnv(2, limit=2, autoreset_mode="NextStep")
    envs.reset(seed=0)
    done = []
    for _ in range(7):
        back = envs.step(np.full(2, 6))
        done.append(bool(back[3].all()))
        assert bool(back[4]) == done[-1]
    assert done == [False, True, False, False, True, False, False]
    assert (np.array(envs.copies.states.time) == 1).all()


@MODES
def test_gymnasiums_record_of_episodes_agrees_with_ours(mode):
    envs = KeysVectorEnv(16, objective="blue", autoreset_mode=mode)
    weights, checked = envs.task.weights, 0
    recorded = RecordEpisodeStatistics(envs)
    for _, _, terminated, truncated, infos in walk(recorded, 150)[1:]:
        ended = terminated | truncated
        if ended.any():
            told = infos.get("final_info", infos)["events"]
            assert infos["episode"]["r"] == pytest.approx(told @ weights, abs=1e-6)
            checked += int(ended.sum())
    assert checked >= 50


@MODES
def test_what_was_returned_is_the_users_to_keep_and_to_change(mode):
    envs = KeysVectorEnv(8, limit=3, autoreset_mode=mode)
    clean = walk(envs, 20)
    envs.reset(seed=0)
    random = np.random.default_rng(0)
    for t in range(20):
        *arrays, infos = envs.step(random.integers(7, size=8))
        assert same((*arrays, infos), clean[t + 1])
        for array in arrays:
            array[...] = 0


# --- pictures -----------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("mode", ["rgb_array", "ansi", None])
def test_every_render_mode_shows_the_board(make, mode):
    env = make(render_mode=mode)
    env.reset(seed=0)
    shown = env.render()
    shown = shown[0] if isinstance(shown, tuple) else shown
    if mode == "rgb_array":
        assert (shown.shape, shown.dtype) == ((192, 192, 3), np.uint8)
    elif mode == "ansi":
        assert shown.endswith("step 0 of 180")
    else:
        assert shown is None
