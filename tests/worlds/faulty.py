"""Simulators that go wrong in one way each, in one step, and are fine until then."""

import dataclasses
import time

import gymnasium
import numpy as np

from telic.worlds import GymWorld

FINE = np.array([1.0, 2.0, 3.0], np.float32)
FAULTY_STEP = 5

SIGHTS = {
    "another shape": np.ones(4, np.float32),
    "one number": np.ones(1, np.float32),
    "a scalar": 3.0,
    "text": np.array(["a", "b", "c"]),
    "numbers as text": np.array(["1", "2", "3"]),
    "nothing": None,
    "objects": np.array([1.0, None, 3.0]),
    "not a number": np.array([1.0, np.nan, 3.0], np.float32),
    "infinite": np.array([1.0, np.inf, 3.0], np.float32),
}
REWARDS = {"text": "1.5", "nothing": None, "not a number": np.nan, "infinite": -np.inf}
ENDS = {"text": "no", "nothing": None}


class Faulty(gymnasium.Env):
    """Episodes of two steps; in its fifth step it does what it is told to."""

    observation_space = gymnasium.spaces.Box(-9, 9, (3,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, fault, value):
        self.fault, self.value, self.steps = fault, value, 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        if self.fault == "reset" and self.steps:
            raise self.value
        return FINE, {}

    def step(self, action):
        self.steps += 1
        told = {"seen": FINE, "reward": 1.0, "ended": self.steps % 2 == 0}
        if self.steps == FAULTY_STEP:
            if self.fault == "step":
                raise self.value
            if self.fault == "sleep":
                sleep(self.value)
            told |= {self.fault: self.value}
        return told["seen"], told["reward"], told["ended"], False, {}


def sleep(stubborn):
    """Sleep for ten minutes; if stubborn, whatever comes."""
    until = time.monotonic() + 600
    while time.monotonic() < until:
        try:
            time.sleep(600)
        except Exception:
            if not stubborn:
                raise


@dataclasses.dataclass(frozen=True)
class Trouble(GymWorld):
    """A world of such copies."""

    id: str = "trouble"
    max_steps: int = 8
    fault: str = ""
    kind: str = ""

    def make(self, render_mode=None):
        return Faulty(self.fault, self.value)

    @property
    def value(self):
        tables = {"seen": SIGHTS, "reward": REWARDS, "ended": ENDS}
        if self.fault == "sleep":
            return self.kind == "stubborn"
        if self.fault in tables:
            return tables[self.fault][self.kind]
        return RuntimeError("the engine is on fire")


@dataclasses.dataclass(frozen=True)
class Together(Trouble):
    """The same in one of Gymnasium's vector environments."""

    def vector(self, envs):
        mode = gymnasium.vector.AutoresetMode.SAME_STEP
        return gymnasium.vector.SyncVectorEnv(
            [self.make] * envs, autoreset_mode=mode, copy=False
        )
