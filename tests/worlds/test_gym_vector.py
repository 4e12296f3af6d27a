"""A vector environment tells what its copies would tell one after another."""

import dataclasses

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from telic.core.errors import InputError
from telic.worlds import GymWorld
from telic.worlds.gym_vector import Vector
from tests.worlds.simulators import Stairs, Stairway, walk

MODES = (AutoresetMode.SAME_STEP, AutoresetMode.DISABLED)
SEEDS = (0, 6, 3)


@dataclasses.dataclass(frozen=True)
class TogetherStairway(Stairway):
    """The stairs, stepped by a vector environment."""

    mode: AutoresetMode = AutoresetMode.SAME_STEP
    copy: bool = True

    def vector(self, envs):
        return SyncVectorEnv(
            [self.make] * envs, copy=self.copy, autoreset_mode=self.mode
        )


@dataclasses.dataclass(frozen=True)
class TogetherPole(GymWorld):
    """CartPole, likewise."""

    mode: AutoresetMode = AutoresetMode.SAME_STEP
    max_steps: int = 40

    def vector(self, envs):
        return SyncVectorEnv([self.make] * envs, autoreset_mode=self.mode)


def assert_equal(one, other):
    """Two blocks are the same to the last bit, also in what `info` told."""
    assert one._fields == other._fields
    for name, result in one._asdict().items():
        if name == "info":
            assert result.keys() == other.info.keys()
            for entry, values in result.items():
                np.testing.assert_array_equal(values, other.info[entry], entry)
        else:
            np.testing.assert_array_equal(result, getattr(other, name), name)


@pytest.mark.parity
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("mode", MODES)
def test_stairs_together_tell_what_they_tell_one_after_another(mode, copy):
    one, _ = walk(Stairway(), SEEDS, steps=60)
    together, _ = walk(TogetherStairway(mode=mode, copy=copy), SEEDS, steps=60)
    assert_equal(together, one)
    assert (one.info["bell"][one.terminated] % 2 == 0).all()
    assert np.isnan(one.info["bell"][one.info["left"] > 0]).all()
    assert (one.info["left"] == 0).sum() > 60


@pytest.mark.parity
@pytest.mark.parametrize("mode", MODES)
def test_poles_together_tell_what_they_tell_one_after_another(mode):
    one, _ = walk(GymWorld(max_steps=40), SEEDS, steps=200)
    together, _ = walk(TogetherPole(mode=mode), SEEDS, steps=200)
    assert_equal(together, one)
    assert one.terminated.any()


@pytest.mark.parametrize("mode", MODES)
def test_copies_that_nobody_hears_start_again_by_themselves(mode):
    # Copy 0 alone is heard, through its first four episodes: 1 + 2 + 3 + 4 steps.
    vector_env, heard = TogetherStairway(mode=mode).vector_env(SEEDS), np.array([0])
    vector_env.reset()
    left = []
    for _ in range(10):
        result = vector_env.step(np.ones(1, np.int32), heard)
        left += result.info["left"].tolist()
        if (result.terminated | result.truncated)[0]:
            vector_env.reset_done(heard)
    assert left == [0, 1, 0, 2, 1, 0, 3, 2, 1, 0]
    vector_env.close()
    assert Stairs.opened == []


def test_a_vector_that_wastes_a_step_on_a_reset_is_refused():
    envs = SyncVectorEnv([Stairs, Stairs], autoreset_mode=AutoresetMode.NEXT_STEP)
    with pytest.raises(InputError, match="NEXT_STEP") as caught:
        Vector(envs, (), [0, 1])
    assert "SAME_STEP" in caught.value.fix
    envs.close()


def test_a_vector_that_does_not_say_how_it_resets_is_refused():
    envs = gymnasium.vector.VectorEnv()
    envs.num_envs = 1
    with pytest.raises(InputError, match="autoreset_mode is None"):
        Vector(envs, (), [0])


@pytest.mark.parametrize("envs", [1, 3])
def test_another_number_of_copies_is_refused(envs):
    class Miscounted(TogetherStairway):
        def vector(self, wanted):
            return super().vector(envs)

    with pytest.raises(InputError, match=f"of {envs} copies") as caught:
        Miscounted().vector_env([0, 1])
    assert caught.value.why == "2 were asked for"
    for env in list(Stairs.opened):
        env.close()
