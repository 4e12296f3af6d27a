"""Objectives: what is wanted. To add one: one file here, one line in `OBJECTIVES`."""

from telic.objectives.base import Objective as Objective
from telic.objectives.base import matrix as matrix
from telic.objectives.fetch import fetch as fetch
from telic.objectives.schedule import Phase as Phase
from telic.objectives.schedule import alternation as alternation
from telic.objectives.schedule import locate as locate

OBJECTIVES = {"fetch": fetch}
"""Every registered family of objectives by name; each takes the rest of the name."""
