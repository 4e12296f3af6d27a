"""Objectives: what is wanted. To add one: one file here, one line in `OBJECTIVES`."""

from telic.objectives.base import Objective as Objective
from telic.objectives.base import matrix as matrix
from telic.objectives.fetch import fetch as fetch
from telic.objectives.grant import grant as grant
from telic.objectives.land import fuel_only as fuel_only
from telic.objectives.land import land as land
from telic.objectives.land import lander as lander
from telic.objectives.land import stock as stock
from telic.objectives.land import thrift as thrift
from telic.objectives.schedule import Phase as Phase
from telic.objectives.schedule import alternation as alternation
from telic.objectives.schedule import locate as locate

OBJECTIVES = {"fetch": fetch, "lander": lander}
"""Every registered family of objectives by name; each takes the rest of the name."""
