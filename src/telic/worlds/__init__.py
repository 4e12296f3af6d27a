"""Worlds: what can happen. To add one: one file here, and one line in `WORLDS`."""

from telic.core.names import Registry
from telic.worlds.base import GoalConditioned as GoalConditioned
from telic.worlds.base import JaxWorld as JaxWorld
from telic.worlds.base import Transition as Transition
from telic.worlds.base import World as World
from telic.worlds.goal_keys import GoalKeys as GoalKeys
from telic.worlds.gym import GymWorld as GymWorld
from telic.worlds.host import HostWorld as HostWorld
from telic.worlds.keys import Keys as Keys
from telic.worlds.lander import Lander as Lander

WORLDS = Registry("world", {"keys": Keys, "wishes": GoalKeys, "lander": Lander})
"""Every registered world by name; a world is made by calling its class."""
