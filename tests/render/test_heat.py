"""Heat maps of a vector."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.render.heat import heat


def test_a_heat_map_needs_a_kernel():
    with pytest.raises(InputError, match="no kernel to draw"):
        heat({"actor/0/bias": np.zeros(2)}, label="x")
    figure = heat({"actor/0/kernel": np.zeros((2, 2))}, label="x")
    assert figure.axes[0].images
