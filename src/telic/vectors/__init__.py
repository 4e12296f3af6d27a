"""Vectors: the weight changes of training as an algebra, with measures and nulls."""

from telic.vectors.align import aligned as aligned
from telic.vectors.align import match_activations as match_activations
from telic.vectors.align import match_weights as match_weights
from telic.vectors.components import Components as Components
from telic.vectors.components import principal_axes as principal_axes
from telic.vectors.components import separation as separation
from telic.vectors.directions import difference_of_means as difference_of_means
from telic.vectors.directions import random_unit as random_unit
from telic.vectors.isolate import interpolate as interpolate
from telic.vectors.isolate import mean as mean
from telic.vectors.isolate import move_along as move_along
from telic.vectors.isolate import restrict as restrict
from telic.vectors.isolate import task_vector as task_vector
from telic.vectors.measure import concentration as concentration
from telic.vectors.measure import cosine as cosine
from telic.vectors.measure import cosines as cosines
from telic.vectors.measure import effective_ranks as effective_ranks
from telic.vectors.measure import energies as energies
from telic.vectors.measure import norms as norms
from telic.vectors.measure import spectra as spectra
from telic.vectors.nulls import NULLS as NULLS
from telic.vectors.nulls import matched as matched
from telic.vectors.swap import swap_inputs as swap_inputs
from telic.vectors.transport import Map as Map
from telic.vectors.transport import fit_transport as fit_transport
from telic.vectors.transport import regress as regress
