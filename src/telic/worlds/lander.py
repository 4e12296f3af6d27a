"""LunarLander-v3 in event space: Gymnasium's Box2D environment, or envpool's copy.

The environment pays, in every step,

    Δshaping - 0.30 · main - 0.03 · side,
    shaping = -100 |position| - 100 |velocity| - 100 |angle| + 10 · legs on the ground,

except -100 if the lander crashes or leaves the sky, and +100 once it is at rest; these
two *replace* the whole reward of the last step. So `shaping`, `main` and `side` are
zero in a step that ends an episode, and the stock reward is exactly a weighting of the
events (`telic.worlds.stock`).

Gymnasium and envpool agree in distribution but not episode by episode (envpool's
terrain is a little lower); a run keeps its backend.

Reference:
    The environment: Gymnasium, `gymnasium/envs/box2d/lunar_lander.py`, after O. Klimov.
"""

import dataclasses
import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

import gymnasium
import numpy as np
from jaxtyping import Float32, Float64

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.worlds.goals import Goal
from telic.worlds.gym import GymCopies, GymWorld
from telic.worlds.host import HostVectorEnv, Transitions
from telic.worlds.land import fuel_saved, land, stock, thrift, waste
from telic.worlds.objectives import Objective
from telic.worlds.pool import Pool

BACKENDS = ("gymnasium", "envpool")
NOTHING, LEFT, MAIN, RIGHT = range(4)


@dataclasses.dataclass(frozen=True)
class Lander(GymWorld):
    """Land between the flags; discrete actions.

    Example:
        >>> Lander().actions
        ('nothing', 'left', 'main', 'right')
        >>> Lander().observation, Lander().limit
        ((8,), 1000)
    """

    # Not settable by a plan: Gymnasium imports the module that a name begins with.
    id: str = dataclasses.field(default="LunarLander-v3", init=False)
    """The environment's name, a constant; stored in plans, as in the oldest ones."""
    backend: str = "gymnasium"
    """`gymnasium`, or `envpool`: three times as fast, an extra package."""
    gravity: float = -10.0
    """Between -12 and 0; envpool has only the defaults of this and the next three."""
    wind: bool = False
    """Whether there is wind."""
    wind_power: float = 15.0
    """The greatest force of the wind, 0 to 20."""
    turbulence: float = 1.5
    """The greatest torque of the wind, 0 to 2."""
    leak: bool = False
    """Take `shaping` in an episode's first step from the end of the episode before: an
    error in the first founding study."""

    def __post_init__(self) -> None:
        """Check every field."""
        super().__post_init__()
        check_name(self.backend, BACKENDS, kind="backend")
        bounds = {"gravity": (-12, 0), "wind_power": (0, 20), "turbulence": (0, 2)}
        for field, (low, high) in bounds.items():
            if not low <= getattr(self, field) <= high:
                raise InputError(
                    f"lander {field} = {getattr(self, field)}",
                    why=f"allowed: {low} to {high}",
                )
        if self.backend == "envpool" and self._weather() != Lander()._weather():
            raise InputError(
                "envpool's lander has neither wind nor another gravity",
                why=f"asked for: {self._weather()}",
                fix="backend = gymnasium",
            )

    @property
    def events(self) -> tuple[str, ...]:
        """The terms of the stock reward."""
        return ("shaping", "main", "side", "crash", "landing")

    @property
    def goals(self) -> dict[str, Goal]:
        """Landing, at any cost of fuel; at the price of fuel; at five times it."""
        return {
            "land": Goal(land(), "landing"),
            "stock": Goal(stock()),
            "thrift-5": Goal(thrift(5.0)),
        }

    @property
    def competence(self) -> dict[str, float]:
        """The environment counts as solved, and 9 of 10 episodes end in a landing."""
        return {"return_stock": 200.0, "landing": 0.9}

    @property
    def amounts(self) -> dict[str, Objective]:
        """The measure of thrift: the fuel saved, in units of the stock reward."""
        return {"thrift-5": fuel_saved()}

    @property
    def contrasts(self) -> dict[str, Objective]:
        """The opposite of thrift: to land, and to be paid for fuel."""
        return {"thrift-5": waste()}

    @property
    def failures(self) -> tuple[str, ...]:
        """The event of a crash."""
        return ("crash",)

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of the actions: the engines."""
        return ("nothing", "left", "main", "right")

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """None, as its actions are numbered."""
        return ()

    @property
    def choices(self) -> tuple[int, ...]:
        """None, as an action is one number."""
        return ()

    @property
    def observation(self) -> tuple[int, ...]:
        """The shape of an observation, known without making a copy."""
        return (8,)

    def make(self, render_mode: str | None = None) -> gymnasium.Env:
        """One copy of Gymnasium's environment, which also renders pictures.

        Raises:
            InputError: If its packages are not installed.
        """
        for package in ("Box2D", "pygame"):
            if find_spec(package) is None:
                raise InputError(
                    f"the lander needs {package}, which is not installed",
                    why="its packages are an extra; Box2D has none for Python 3.14 yet",
                    fix="python3 start.py train landing --help, which installs them; "
                    "elsewhere: pip install 'telic[lander]'",
                )
        with warnings.catch_warnings():
            # The import of Box2D warns from C about its wrapper types, which crashes
            # the interpreter if warnings are errors.
            warnings.simplefilter("ignore", DeprecationWarning)
            return gymnasium.make(
                self.id,
                render_mode=render_mode,
                disable_env_checker=True,
                max_episode_steps=self.limit,
                **self._weather(),
            )

    @property
    def limit(self) -> int:  # type: ignore[override]
        """Steps after which an episode is truncated."""
        return self.max_steps or 1000

    def vector_env(self, seeds: Sequence[int]) -> HostVectorEnv:
        """A vector environment of the backend with one copy per seed."""
        if self.backend == "envpool":
            return Pool(self.id, seeds, limit=self.limit)
        return GymCopies(self, seeds)

    def compute_events(self, block: Transitions) -> Mapping[str, np.ndarray]:
        """The events of a block of steps."""
        flying = ~block.terminated
        start = shaping(block.before)
        if self.leak:
            # NaN without an earlier episode, where the original's reward was 0.
            start = np.where(block.first, shaping(block.prev_episode_last_obs), start)
        change = np.nan_to_num(shaping(block.after) - start)
        sideways = (block.action == LEFT) | (block.action == RIGHT)
        return {
            "shaping": change * flying,
            "main": (block.action == MAIN) & flying,
            "side": sideways & flying,
            "crash": block.terminated & (block.reward < 0),
            "landing": block.terminated & (block.reward > 0),
        }

    def _weather(self) -> dict[str, float | bool]:
        """The parameters of the environment."""
        return {
            "gravity": self.gravity,
            "enable_wind": self.wind,
            "wind_power": self.wind_power,
            "turbulence_power": self.turbulence,
        }


def shaping(
    obs: Float32[np.ndarray, "*axes features"],
) -> Float64[np.ndarray, "*axes"]:
    """The potential of an observation: 0 at rest at the pad's height, without legs.

    Example:
        >>> shaping(np.array([[0.3, 0.4, 0, 0, 0, 0, 1, 1]], np.float32)).tolist()
        [-30.0]
    """
    x, y, vx, vy, angle, _, left, right = np.moveaxis(obs.astype(np.float64), -1, 0)
    return -100 * (np.hypot(x, y) + np.hypot(vx, vy) + abs(angle)) + 10 * (left + right)
