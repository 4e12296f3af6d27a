"""Worlds: what can happen. To add one: one file here, and one line in `WORLDS`."""

from telic.worlds.base import Transition as Transition
from telic.worlds.base import World as World
from telic.worlds.base import inputs as inputs
from telic.worlds.keys import Keys as Keys

WORLDS = {"keys": Keys}
"""Every registered world by name; a world is made by calling its class."""
