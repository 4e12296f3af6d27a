"""Any Gymnasium environment is a world: in a few lines, or refused in clear words."""

import dataclasses
import inspect

import gymnasium
import numpy as np
import pytest
from minigrid.wrappers import ImgObsWrapper

from telic.core.errors import InputError
from telic.policies import MLP, Spec
from telic.worlds import GymWorld, HostWorld, Objective
from telic.worlds.host import events
from tests.worlds.simulators import Stairs, Stairway, walk


@dataclasses.dataclass(frozen=True)
class Level(GymWorld):
    """A MiniGrid level, seen as its image."""

    id: str = "MiniGrid-Empty-5x5-v0"
    max_steps: int = 60

    events = ("goal", "turn")

    def make(self, render_mode=None):
        return ImgObsWrapper(super().make(render_mode))

    def compute_events(self, block):
        return {"goal": block.terminated, "turn": block.action <= 1}


@dataclasses.dataclass(frozen=True)
class Dash(GymWorld):
    """CartPole, with where the cart is and how it ended, told from what was seen."""

    id: str = "CartPole-v1"
    max_steps: int = 30

    events = ("right", "moved", "fell", "held")

    def compute_events(self, block):
        return {
            "right": block.action == 1,
            "moved": block.after[..., 0] - block.before[..., 0],
            "fell": block.terminated,
            "held": block.truncated & ~block.terminated,
        }


def refusal(use, world):
    """The error of the first use of a world."""
    with pytest.raises(InputError) as caught:
        use(world)
    error = caught.value
    assert error.code == 2 and error.what and error.why
    return error


def spaces(world):
    """What a run asks of a world first."""
    return world.observation, world.actions


def begun(world):
    """The first sights of one copy."""
    vector_env = world.vector_env([0])
    try:
        return vector_env.reset()
    finally:
        vector_env.close()


EVERY_USE = pytest.mark.parametrize("use", [spaces, begun])


@pytest.mark.parametrize("world", [Level, Dash])
def test_an_environment_with_events_of_its_own_takes_twenty_lines(world):
    assert len(inspect.getsource(world).splitlines()) <= 20
    assert isinstance(world(), HostWorld)


def test_without_events_of_its_own_a_world_has_the_reward_of_its_environment():
    world = GymWorld("CartPole-v1")
    assert world.events == ("reward",)
    assert (world.observation, world.actions, world.limit) == ((4,), ("0", "1"), 500)
    block, _ = walk(world, [3, 4], steps=60)
    assert block.terminated.any()
    np.testing.assert_array_equal(events(world, block)[..., 0], block.reward)
    assert (block.reward == 1).all()


@pytest.mark.parity
def test_a_copy_is_the_environment_itself():
    block, _ = walk(Dash(), [7], steps=80)
    env = gymnasium.make("CartPole-v1", max_episode_steps=30)
    seen, _ = env.reset(seed=7)
    for time, action in enumerate(block.action[:, 0].tolist()):
        np.testing.assert_array_equal(block.before[time, 0], seen)
        seen, reward, *done, _ = env.step(action)
        np.testing.assert_array_equal(block.after[time, 0], seen)
        told = (block.reward, block.terminated, block.truncated)
        assert [x[time, 0] for x in told] == [reward, *done]
        if any(done):
            seen, _ = env.reset()
    env.close()
    assert block.terminated.sum() > 1


def test_events_of_its_own_are_told_of_what_was_seen_and_done():
    world = Dash()
    block, _ = walk(world, range(12), steps=60)
    right, moved, fell, held = np.moveaxis(events(world, block), -1, 0)
    np.testing.assert_array_equal(right, block.action)
    # CartPole moves by 0.02 seconds times its speed before the step.
    np.testing.assert_allclose(moved, 0.02 * block.before[..., 1], atol=1e-6)
    place, angle = abs(block.after[..., 0]), abs(block.after[..., 2])
    over = (place > 2.4) | (angle > 12 / 360 * 2 * np.pi)
    np.testing.assert_array_equal(fell, over)
    np.testing.assert_array_equal(held, block.truncated & ~over)
    assert fell.any() and held.any()


def test_a_minigrid_level_is_a_world_whose_image_keeps_its_axes():
    world = Level()
    assert (world.observation, world.limit) == ((7, 7, 3), 60)
    assert len(world.actions) == 7
    block, _ = walk(world, range(6), steps=150)
    goal, turn = np.moveaxis(events(world, block), -1, 0)
    assert goal.any() and block.truncated.any()
    np.testing.assert_array_equal(goal, block.reward > 0)
    np.testing.assert_array_equal(turn, block.action < 2)
    # A wall is the code 2, and the goal 8: the images have arrived as they are.
    assert {2, 8} <= set(np.unique(block.before[..., 0]).astype(int).tolist())


@EVERY_USE
def test_actions_that_are_no_row_are_refused(use):
    class Square(GymWorld):
        def make(self):
            env = super().make()
            env.action_space = gymnasium.spaces.Box(-1, 1, (2, 2))
            return env

    error = refusal(use, Square())
    assert "CartPole-v1 has the action space Box(" in error.what
    assert "Box of one axis" in error.why
    assert "TransformAction" in error.fix


def test_continuous_actions_are_rows_within_their_bounds():
    world = GymWorld("Pendulum-v1")
    assert (world.actions, world.bounds, world.choices) == (("0",), ((-2.0, 2.0),), ())


@EVERY_USE
def test_actions_that_do_not_count_from_zero_are_refused(use):
    class Shifted(GymWorld):
        def make(self):
            env = super().make()
            env.action_space = gymnasium.spaces.Discrete(2, start=1)
            return env

    assert "Discrete(2, start=1)" in refusal(use, Shifted()).what


@EVERY_USE
def test_observations_of_several_parts_are_refused(use):
    error = refusal(use, GymWorld("MiniGrid-Empty-5x5-v0", max_steps=60))
    assert error.what.endswith("observations of the kind Dict")
    assert "Box" in error.why
    assert "FlattenObservation" in error.fix


@EVERY_USE
@pytest.mark.parametrize(
    ("name", "said"),
    [("CartPol-v1", "CartPole"), ("CartPole-v99", "v1"), ("no name", "no name")],
)
def test_an_unknown_environment_is_refused_in_the_words_of_gymnasium(use, name, said):
    error = refusal(use, GymWorld(name))
    assert error.what == f"Gymnasium cannot make {name!r}"
    assert said in error.why
    assert "pprint_registry" in error.fix


@EVERY_USE
@pytest.mark.parametrize(
    "kind", [gymnasium.error.DependencyNotInstalled, ModuleNotFoundError]
)
def test_a_package_that_is_missing_is_named(use, kind, monkeypatch):
    def missing(*args, **options):
        raise kind("there is no Box2D")

    monkeypatch.setattr(gymnasium, "make", missing)
    error = refusal(use, GymWorld("LunarLander-v3"))
    assert error.what == "LunarLander-v3 needs a package that is not installed"
    assert "Box2D" in error.why
    assert "pip install" in error.fix


def test_an_environment_that_would_import_a_module_is_refused():
    error = refusal(GymWorld, "no_such_module:World-v0")
    assert "no_such_module" in error.why
    assert "import it yourself" in error.fix


def test_an_environment_without_a_time_limit_is_refused_until_it_is_given_one():
    class Endless(Level):
        id: str = "MiniGrid-Empty-5x5-v0"

    error = refusal(lambda world: world.limit, Endless(max_steps=0))
    assert error.what == "MiniGrid-Empty-5x5-v0 has no time limit"
    assert "max_steps=500" in error.fix
    assert Endless(max_steps=9).limit == 9


def test_a_time_limit_below_zero_is_refused():
    with pytest.raises(InputError, match="max_steps = -5"):
        GymWorld("CartPole-v1", max_steps=-5)


@pytest.mark.parametrize("limit", [2, 3, 4])
def test_the_time_limit_cuts_also_what_is_made_without_one(limit):
    # Copy 2 of the stairs: 3, 4, 1, 2, 3, 4 ... steps.
    lengths = [min(1 + (2 + k) % 4, limit) for k in range(8)]
    block, _ = walk(Stairway(max_steps=limit), [2], steps=sum(lengths))
    done = np.flatnonzero(block.terminated | block.truncated)
    assert (done + 1).tolist() == np.cumsum(lengths).tolist()


def test_an_event_that_the_world_does_not_list_is_named():
    class Typo(Dash):
        def compute_events(self, block):
            return {"fel": block.terminated}

    world = Typo()
    block, _ = walk(world, [0], steps=2)
    error = refusal(lambda world: events(world, block), world)
    assert error.what == "there is no event 'fel'"
    assert error.fix == "did you mean 'fell'?"


def test_an_event_that_is_listed_and_not_told_is_zero():
    class Silent(Dash):
        def compute_events(self, block):
            return {"moved": np.full(block.reward.shape, 0.5)}

    block, _ = walk(Silent(), [0, 1], steps=3)
    assert events(Silent(), block).tolist() == [[[0, 0.5, 0, 0]] * 2] * 3


def test_an_objective_of_an_event_that_the_world_lacks_is_refused():
    want = Objective("stand", {"fell": -1.0})
    assert want.vector(Dash().events).tolist() == [0, 0, -1, 0]
    error = refusal(lambda world: want.vector(world.events), GymWorld())
    assert error.what == "there is no event 'fell'"
    assert error.why == "known: reward"


class Plain(gymnasium.Env):
    """An environment that knows no render mode, as most beginners' do."""

    observation_space = gymnasium.spaces.Box(-1, 1, (2,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self):
        pass

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(2, np.float32), {}

    def step(self, action):
        return np.ones(2, np.float32), 1.0, False, False, {}


@pytest.fixture
def registered():
    """Names under which Gymnasium knows an environment, for one test."""
    names = []

    def register(make, **options):
        names.append(f"telic-test/World{len(names)}-v0")
        gymnasium.register(names[-1], make, max_episode_steps=9, **options)
        return names[-1]

    yield register
    for name in names:
        del gymnasium.registry[name]


@pytest.mark.filterwarnings("ignore:.*render")
def test_an_environment_that_knows_no_render_mode_is_a_world(registered):
    world = GymWorld(registered(Plain))
    assert (world.observation, world.limit) == ((2,), 9)
    assert begun(world).tolist() == [[0, 0]]


def test_observations_that_are_numbers_are_seen_as_one_hot_vectors():
    name, states = "FrozenLake-v1", 16
    world = GymWorld(name)
    assert world.observation == (states,)
    block, _ = walk(world, [3, 4], steps=30)
    env = gymnasium.make(name)
    first, _ = env.reset(seed=3)
    env.close()
    assert block.before[0, 0].tolist() == np.eye(states)[first].tolist()
    assert (block.before.sum(axis=-1) == 1).all()


def test_an_image_keeps_its_axes_and_an_mlp_does_not_flatten_it_in_silence():
    class Screen(Plain):
        observation_space = gymnasium.spaces.Box(0, 255, (84, 84, 4), np.uint8)

    class Filmed(GymWorld):
        def make(self, render_mode=None):
            return Screen()

    world = Filmed("screen", max_steps=9)
    assert world.observation == (84, 84, 4)
    error = refusal(lambda world: MLP().check(Spec.of(world)), world)
    assert error.what == "observations of 84 x 84 x 4 for an MLP"
    assert "28,224 numbers" in error.why
    assert "FlattenObservation" in error.fix

    class Flat(Filmed):
        def make(self, render_mode=None):
            return gymnasium.wrappers.FlattenObservation(super().make())

    flat = Flat("screen", max_steps=9)
    assert flat.observation == (84 * 84 * 4,)
    MLP().check(Spec.of(flat))


def test_every_copy_that_was_made_is_closed():
    world = Stairway()
    spaces(world)
    assert Stairs.opened == []
    vector_env = world.vector_env([0, 1, 2])
    assert len(Stairs.opened) == 3
    vector_env.close()
    assert Stairs.opened == []
