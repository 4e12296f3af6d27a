"""Bodies that run: forwards or backwards, by the terms that MuJoCo's worlds report.

Gymnasium's HalfCheetah, Swimmer, Hopper, Walker2d, Ant and Humanoid pay for speed along
one axis and charge for effort, and tell both terms in `info`. So the opposite goal is
the same reward with the speed's sign turned.

Reference:
    Finn, Abbeel & Levine 2017, "Model-Agnostic Meta-Learning", arXiv 1703.03400: the
    cheetah that runs forwards or backwards, as two tasks of one body.
"""

import dataclasses
from collections.abc import Mapping

import numpy as np

from telic.core.errors import InputError
from telic.worlds.goals import Goal
from telic.worlds.gym import GymWorld
from telic.worlds.host import Transitions
from telic.worlds.objectives import Objective

TERMS = {
    "forward": "reward_forward",
    "effort": "reward_ctrl",
    "standing": "reward_survive",
    "contact": "reward_contact",
}
"""The entries of `info` by event; a body that lacks the last two has none of them."""


@dataclasses.dataclass(frozen=True)
class Runner(GymWorld):
    """Run forwards, or backwards; continuous actions. Needs `gymnasium[mujoco]`.

    Example:
        >>> Runner().events, list(Runner().goals)
        (('forward', 'effort', 'standing', 'contact'), ['forward', 'backward'])
    """

    id: str = "HalfCheetah-v5"
    """The body: `HalfCheetah-v5`, `Swimmer-v5`, `Hopper-v5`, `Walker2d-v5`, `Ant-v5` or
    `Humanoid-v5`."""

    @property
    def events(self) -> tuple[str, ...]:
        """The terms of the reward; those of effort and contact are below zero."""
        return tuple(TERMS)

    @property
    def info(self) -> tuple[str, ...]:
        """The entries that tell the terms."""
        return tuple(TERMS.values())

    @property
    def goals(self) -> dict[str, Goal]:
        """The environment's own reward, and the same with the speed's sign turned."""
        rest = {name: 1.0 for name in TERMS if name != "forward"}
        return {
            name: Goal(Objective(name, {"forward": sign, **rest}))
            for name, sign in (("forward", 1.0), ("backward", -1.0))
        }

    @property
    def amounts(self) -> dict[str, Objective]:
        """The measure of each goal: the way made in its direction, without effort."""
        return {
            name: Objective(f"{name}-way", {"forward": sign})
            for name, sign in (("forward", 1.0), ("backward", -1.0))
        }

    @property
    def competence(self) -> dict[str, float]:
        """None that is known for every body."""
        return {}

    def compute_events(self, block: Transitions) -> Mapping[str, np.ndarray]:
        """The terms as they were told; 0 for those that the body lacks.

        Raises:
            InputError: If the environment does not tell its speed.
        """
        if np.isnan(block.info[TERMS["forward"]]).all():
            raise InputError(
                f"{self.id} does not tell {TERMS['forward']}",
                why="the world `runner` is for bodies of MuJoCo, version 5",
                fix="telic.GymWorld with events of your own",
            )
        return {event: np.nan_to_num(block.info[key]) for event, key in TERMS.items()}
