"""Energy off the principal directions, and how many weights a change moves."""

import jax.numpy as jnp
import numpy as np
import pytest

from telic.stats.rows import rows_of
from telic.studies.contested import off_principal as module
from telic.studies.contested.off_principal import (
    BFLOAT16,
    BOTH,
    NULLS,
    PRINCIPAL,
    moved,
)

STRONG = jnp.diag(jnp.array([9.0, *[1.0] * 9]))
ALONG = jnp.zeros((10, 10)).at[0, 0].set(2.0)
ACROSS = jnp.zeros((10, 10)).at[5, 5].set(2.0).at[4, 4].set(1.0)


@pytest.mark.parametrize(("change", "due"), [(ALONG, 1.0), (ACROSS, 0.0)])
def test_the_energy_of_a_kernel_lies_along_its_strongest_direction_or_not(change, due):
    base = {"kernel": STRONG, "bias": jnp.ones(10), "still": STRONG}
    vector = {"kernel": change, "bias": jnp.ones(10), "still": 0 * STRONG}
    made = module._energies(base, vector, (5,), np.random.default_rng(0))
    rows = rows_of(made, seed=0).where(part=PRINCIPAL, metric=BOTH)
    assert set(rows.names("condition")) == {("kernel", k) for k in module.KEPT}
    at_tenth = rows.where(condition=("kernel", 0.1))
    assert at_tenth.where(null="").values.tolist() == pytest.approx([due], abs=1e-9)
    assert set(at_tenth.names("null")) == {"", *NULLS}
    (chance,) = at_tenth.where(null="rotated").values
    assert 0 < chance < 0.2  # 1 / 100 in expectation


def test_weights_are_counted_by_threshold_and_by_what_a_short_format_sees():
    base = {"a": jnp.array([1.0, 1.0, 1.0, 0.0])}
    found = moved(base, {"a": jnp.array([0.0, 2e-4, 0.5, 2e-5])})
    assert found[0.0] == 0.75 and found[1e-5] == 0.75
    assert found[1e-4] == 0.5 and found[1e-2] == 0.25
    # 1.0002 is 1 in bfloat16, whose next number is 1.0078; 2e-5 beside 0 is seen.
    assert found[BFLOAT16] == 0.5
