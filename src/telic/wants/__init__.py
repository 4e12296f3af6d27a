"""Wants: the weights over events that an agent's choices reveal."""

from telic.wants.choices import Choices as Choices
from telic.wants.exact import exact as exact
from telic.wants.forked import forked as forked
from telic.wants.logit import Fit as Fit
from telic.wants.logit import fit as fit
from telic.wants.revealed import ESTIMATORS as ESTIMATORS
from telic.wants.revealed import Want as Want
from telic.wants.revealed import revealed as revealed
