"""Whatever a simulator does wrong ends in an error with its world and its step."""

import jax
import numpy as np
import pytest

from telic.core.errors import WorldError
from telic.policies import create
from telic.rollouts import HostCollector, episode_seeds, play
from telic.worlds.guard import Guarded, Watch, watched
from telic.worlds.host import numbers
from tests.small import SHALLOW
from tests.worlds import faulty
from tests.worlds.faulty import FAULTY_STEP, Together, Trouble

AGENT = create(jax.random.key(0), SHALLOW, Trouble())
FAULTS = [
    ("step", ""),
    ("reset", ""),
    *(("seen", kind) for kind in faulty.SIGHTS),
    *(("reward", kind) for kind in faulty.REWARDS),
    *(("ended", kind) for kind in faulty.ENDS),
]


def acted(world, rollouts=2):
    """Two rollouts of four steps in two copies."""
    copies = HostCollector(world, [0, 1])
    try:
        return [copies.collect(jax.random.key(i), AGENT, 4) for i in range(rollouts)]
    finally:
        copies.close()


def test_without_a_fault_the_world_of_these_tests_is_fine():
    for world in (Trouble(), Together()):
        data, episodes = acted(world)[1]
        assert np.array_equal(data.observations, np.tile(faulty.FINE, (4, 2, 1)))
        assert (data.events == 1).all() and int(episodes.completed) == 4


@pytest.mark.parametrize(("fault", "kind"), FAULTS)
def test_a_fault_in_training_is_an_error_of_the_world_with_its_step(fault, kind):
    world = Trouble(fault=fault, kind=kind)
    with pytest.raises(WorldError) as caught:
        acted(world)
    error = caught.value
    assert "Trouble(id='trouble'" in error.what and error.code == 7
    step = 2 if fault == "reset" else FAULTY_STEP
    assert f"step {step}" in error.what
    assert error.why and error.fix


CONVERTED = [("reward", "text"), ("ended", "text"), ("ended", "nothing")]
"""What Gymnasium's vector environment itself turns into numbers, before we see it."""


@pytest.mark.parametrize(
    ("fault", "kind"), [pair for pair in FAULTS if pair not in CONVERTED]
)
def test_so_is_one_in_a_vector_environment(fault, kind):
    with pytest.raises(WorldError, match=r"Together\(id='trouble'"):
        acted(Together(fault=fault, kind=kind))


def test_an_error_of_a_simulator_keeps_its_words_and_its_place():
    with pytest.raises(WorldError, match="RuntimeError: the engine is on fire") as why:
        acted(Trouble(fault="step"))
    assert isinstance(why.value.__cause__, RuntimeError)


@pytest.mark.parametrize("kind", ["not a number", "another shape", "text"])
def test_so_is_one_while_a_trial_is_played(kind):
    class Long(Trouble):
        def make(self, render_mode=None):
            env = super().make()
            env.steps = FAULTY_STEP - 1  # so that it comes in the first step
            return env

    world = Long(fault="seen", kind=kind)
    given = episode_seeds(world, 3, key=jax.random.key(0))
    with pytest.raises(WorldError, match="step 1"):
        play(AGENT, world, given)


def test_what_happens_after_an_episode_has_ended_is_nobodys_fault():
    # Two steps are played; the third, which would be a fault, is not.
    world = Trouble(fault="seen", kind="not a number")
    given = episode_seeds(world, 3, key=jax.random.key(0))
    assert play(AGENT, world, given).length.tolist() == [2, 2, 2]


def test_ctrl_c_is_no_fault_of_the_world():
    class Stopped(Trouble):
        @property
        def value(self):
            return KeyboardInterrupt()

    with pytest.raises(KeyboardInterrupt):
        acted(Stopped(fault="step"))


def test_a_watch_sees_which_call_is_running_and_none_between_two():
    watch, world, seen = Watch(), Trouble(), []

    class StepResult(Trouble):
        def make(self, render_mode=None):
            env = super().make()
            inner = env.step
            env.step = lambda action: (seen.append(watch.inside), inner(action))[1]
            return env

    with watched(watch):
        vector_env = Guarded(StepResult(), [0])
        vector_env.reset()
        before = watch.calls
        vector_env.step(np.zeros(1, int), np.arange(1))
        assert (watch.inside, watch.calls) == ("", before + 1)
        assert isinstance(watch.world, StepResult)
        vector_env.close()
    assert seen == ["in step 1"]
    Guarded(world, [0]).close()  # outside, nothing is noted
    assert isinstance(watch.world, StepResult)


@pytest.mark.parametrize("values", ["1.5", ["1", "2"], [1.0, None], [object()]])
def test_what_is_no_number_is_not_read_as_one(values):
    with pytest.raises(ValueError, match="are not all numbers"):
        numbers(values, "rewards")


def test_an_environment_that_never_ends_an_episode_is_cut():
    class Endless(Trouble):
        def make(self, render_mode=None):
            env = super().make()
            inner = env.step
            env.step = lambda action: (*inner(action)[:2], False, False, {})
            return env

    world = Endless(max_steps=5)
    given = episode_seeds(world, 3, key=jax.random.key(0))
    assert play(AGENT, world, given).length.tolist() == [5] * 3
