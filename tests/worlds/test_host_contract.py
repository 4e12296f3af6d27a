"""What every host world keeps, and every fleet: one battery over all of them."""

import numpy as np
import pytest

from telic.policies import Spec
from telic.worlds import (
    WORLDS,
    GymWorld,
    HostWorld,
    JaxWorld,
    Lander,
    MultiObjective,
    Runner,
    World,
)
from telic.worlds.base import action_shape
from telic.worlds.host import HostVectorEnv, events
from tests.worlds.needs import MARKS
from tests.worlds.simulators import Stairway, walk

pytestmark = pytest.mark.contract

SEEDS, STEPS = (11, 5, 8), 240
CASES = {
    **{name: made for name, made in WORLDS.items() if issubclass(made, GymWorld)},
    "lander in envpool": lambda: Lander(backend="envpool"),
    "runner": lambda: Runner(max_steps=60),
    "mo-gym": lambda: MultiObjective("mo-mountaincar-v0", max_steps=60),
    "stairs": Stairway,
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=MARKS.get(name, ())) for name in CASES],
)
def world(request):
    """Each world with its default settings."""
    return CASES[request.param]()


@pytest.fixture(scope="module")
def walked(world):
    """Three copies, all stepped at every time."""
    return walk(world, SEEDS, steps=STEPS)[0]


@pytest.fixture
def vector_env(world):
    """Three copies that have begun."""
    copies = world.vector_env(SEEDS)
    yield copies
    copies.close()


def columns(block, rows):
    """For each copy, what it told in the steps that it took, one after another."""
    names = ("before", "action", "reward", "after", "terminated", "truncated")
    result = {name: getattr(block, name) for name in names} | dict(block.info)
    return [
        {name: values[rows[:, i], i] for name, values in result.items()}
        for i in range(rows.shape[1])
    ]


def assert_same(one, other):
    """What one copy told is what another told, as long as both have told."""
    assert one.keys() == other.keys()
    steps = min(len(one["reward"]), len(other["reward"]))
    for name, result in one.items():
        np.testing.assert_array_equal(result[:steps], other[name][:steps], name)


def test_it_has_every_member_of_the_contract(world, vector_env):
    assert isinstance(world, World)
    assert isinstance(world, HostWorld)
    assert not isinstance(world, JaxWorld)
    assert isinstance(vector_env, HostVectorEnv)


def test_it_is_hashable_and_equal_to_its_like(world, request):
    (like,) = (made() for made in CASES.values() if made() == world)
    assert like is not world
    assert hash(like) == hash(world)


def test_the_names_of_events_and_actions_are_unique_words(world):
    for names in (world.events, world.actions):
        assert names
        assert isinstance(names, tuple)
        assert len(set(names)) == len(names)
        assert all(isinstance(name, str) and name for name in names)


def test_the_limit_and_the_width_are_whole_numbers_above_zero(world):
    for number in (world.limit, Spec.of(world).inputs):
        assert isinstance(number, int)
        assert number > 0


def test_what_copies_tell_has_the_shapes_and_dtypes_of_the_contract(world, vector_env):
    first = vector_env.reset()
    assert (first.shape, first.dtype) == ((3, *world.observation), np.float32)
    env_ids = np.array([0, 2])
    action = np.zeros((2, *action_shape(world)), np.int32)
    result = vector_env.step(action, env_ids)
    assert (result.obs.shape, result.obs.dtype) == ((2, *world.observation), np.float32)
    assert (result.reward.shape, result.reward.dtype) == ((2,), np.float64)
    for end in (result.terminated, result.truncated):
        assert (end.shape, end.dtype) == ((2,), np.bool_)
    assert set(result.info) == set(world.info)
    assert all(result.info[name].shape == (2,) for name in world.info)


def test_some_steps_end_an_episode_and_most_sights_differ(walked):
    done = walked.terminated | walked.truncated
    assert 0 < done.mean() < 1
    assert np.isfinite(walked.after).all()
    assert len(np.unique(walked.after, axis=1)) > 1


def test_a_seed_decides_all_episodes_of_its_copy(world, walked):
    everyone = np.ones((STEPS, 3), bool)
    again, _ = walk(world, SEEDS, steps=STEPS)
    for one, other in zip(
        columns(walked, everyone), columns(again, everyone), strict=True
    ):
        assert_same(one, other)
    starts = {walked.before[0, i].tobytes() for i in range(3)}
    assert len(starts) > 1, "other seeds, other episodes"


def test_a_copy_does_what_it_does_alone_whoever_steps_beside_it(world):
    # Copies step in any number and order, and some are started again while others
    # are in the middle of an episode.
    block, rows = walk(world, SEEDS, steps=STEPS, keen=0.7)
    for seed, result in zip(SEEDS, columns(block, rows), strict=True):
        alone, always = walk(world, [seed], steps=STEPS)
        assert_same(result, columns(alone, always)[0])


def test_an_episode_goes_on_where_it_was_and_a_new_one_begins_elsewhere(walked):
    done = walked.terminated | walked.truncated
    same = (walked.before[1:] == walked.after[:-1]).all(axis=2)
    assert same[~done[:-1]].all()
    assert not same[done[:-1]].any()


def test_the_next_episode_is_not_the_one_before(walked):
    for i in range(3):
        done = (walked.terminated | walked.truncated)[:-1, i]
        starts = walked.before[1:, i][done]
        assert len(done.nonzero()[0]) and (starts != walked.before[0, i]).any(1).all()


def test_events_are_a_finite_vector_of_floats(world, walked):
    found = events(world, walked)
    assert found.shape == (STEPS, 3, len(world.events))
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert set(world.compute_events(walked)) <= set(world.events)


def test_every_event_of_a_step_depends_on_that_step_alone(world, walked):
    # So that a block may be of any length, and hold any copies.
    parts = [
        events(world, _rows(walked, slice(start, start + 60)))
        for start in range(0, STEPS, 60)
    ]
    np.testing.assert_array_equal(np.concatenate(parts), events(world, walked))


def _rows(block, rows):
    """Some steps of a block."""
    parts = {
        name: {k: v[rows] for k, v in result.items()}
        if name == "info"
        else result[rows]
        for name, result in block._asdict().items()
    }
    return type(block)(**parts)
