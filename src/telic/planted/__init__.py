"""Planted agents, whose goals are at a known location because we put them there."""

from telic.planted.branches import TWINS as TWINS
from telic.planted.fold import fold as fold
from telic.planted.fold import truth as truth
from telic.planted.ladder import DECOYS as DECOYS
from telic.planted.ladder import NONE as NONE
from telic.planted.ladder import ONE_RUN as ONE_RUN
from telic.planted.ladder import RUNGS as RUNGS
from telic.planted.ladder import ladder as ladder
from telic.planted.pairs import Base as Base
from telic.planted.pairs import Planted as Planted
from telic.planted.trained import Recipe as Recipe
from telic.vectors.relabel import permuted as permuted
from telic.vectors.relabel import random_orders as random_orders
