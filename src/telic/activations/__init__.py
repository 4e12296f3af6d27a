"""Activations: what an agent computes at every site, and directions among it."""

from telic.activations.capture import capture as capture
from telic.activations.capture import check_site as check_site
from telic.activations.capture import gather as gather
from telic.activations.directions import difference_of_means as difference_of_means
from telic.activations.directions import random_unit as random_unit
from telic.activations.transport import Map as Map
from telic.activations.transport import fit as fit
from telic.activations.transport import regress as regress
