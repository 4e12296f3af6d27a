"""Worlds: environments with named events, and the objectives over them.

To add a world: one file here, and one line in `WORLDS`. To add a family of objectives:
a function, and one line in `OBJECTIVES`.
"""

from telic.core.names import Registry
from telic.worlds.base import GoalConditioned as GoalConditioned
from telic.worlds.base import JaxWorld as JaxWorld
from telic.worlds.base import Pictured as Pictured
from telic.worlds.base import Transition as Transition
from telic.worlds.base import World as World
from telic.worlds.fetch import fetch as fetch
from telic.worlds.fetch import grant as grant
from telic.worlds.goal_keys import GoalKeys as GoalKeys
from telic.worlds.goals import Goal as Goal
from telic.worlds.goals import Roles as Roles
from telic.worlds.goals import Symmetric as Symmetric
from telic.worlds.goals import amount_of as amount_of
from telic.worlds.goals import competence_of as competence_of
from telic.worlds.goals import contrast_of as contrast_of
from telic.worlds.goals import distraction_of as distraction_of
from telic.worlds.goals import ends_of as ends_of
from telic.worlds.goals import goals_of as goals_of
from telic.worlds.goals import objective_of as objective_of
from telic.worlds.goals import present_goals as present_goals
from telic.worlds.goals import roles as roles
from telic.worlds.goals import success_of as success_of
from telic.worlds.gym import GymWorld as GymWorld
from telic.worlds.gymnax import GymnaxWorld as GymnaxWorld
from telic.worlds.host import HostWorld as HostWorld
from telic.worlds.keys import Keys as Keys
from telic.worlds.land import fuel_only as fuel_only
from telic.worlds.land import land as land
from telic.worlds.land import landing_objective as landing_objective
from telic.worlds.land import stock as stock
from telic.worlds.land import thrift as thrift
from telic.worlds.land import waste as waste
from telic.worlds.lander import Lander as Lander
from telic.worlds.multi import MultiObjective as MultiObjective
from telic.worlds.objectives import Objective as Objective
from telic.worlds.objectives import matrix as matrix
from telic.worlds.pendulum import Pendulum as Pendulum
from telic.worlds.runner import Runner as Runner
from telic.worlds.schedule import Phase as Phase
from telic.worlds.schedule import alternate as alternate
from telic.worlds.schedule import phase_at as phase_at
from telic.worlds.shifted_keys import ShiftedKeys as ShiftedKeys
from telic.worlds.stacked import Stacked as Stacked

WORLDS = Registry(
    "world",
    {
        "keys": Keys,
        "goal-keys": GoalKeys,
        "shifted-keys": ShiftedKeys,
        "lander": Lander,
        "gym": GymWorld,
        "mo-gym": MultiObjective,
        "stacked": Stacked,
        "pendulum": Pendulum,
        "runner": Runner,
    },
)
"""Every registered world by name; a world is made by calling its class."""

OBJECTIVES = {"fetch": fetch, "lander": landing_objective}
"""Every registered family of objectives by name; each takes the rest of the name."""
