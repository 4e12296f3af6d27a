"""Signal and noise of repeats: known answers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.studies.snr.repeats import of_repeats


def drawn(signal, noise, *, repeats, weights=4000, seed=0):
    """Vectors with a shared direction of some energy, and noise of some energy."""
    key, own = jax.random.split(jax.random.key(seed))
    shared = jax.random.normal(key, (weights,))
    shared *= np.sqrt(signal) / jnp.linalg.norm(shared)
    each = jax.random.normal(own, (repeats, weights)) * np.sqrt(noise / weights)
    return [{"a": shared + row} for row in each]


@pytest.mark.parametrize("signal", [0.0, 1.0, 4.0])
def test_planted_signal_and_noise_are_found(signal):
    found = of_repeats(drawn(signal, 2.0, repeats=8))
    assert found["signal"] == pytest.approx(signal, abs=0.1)
    assert found["noise"] == pytest.approx(2.0, rel=0.05)
    assert found["snr"] == pytest.approx(signal / 2, abs=0.06)
    assert found["cosine"] == pytest.approx(signal / (signal + 2), abs=0.05)


def test_by_chance_one_weight_in_twenty_changes_for_certain():
    found = of_repeats(drawn(0.0, 1.0, repeats=8, weights=40_000))
    assert found["certain"] == pytest.approx(0.05, abs=0.005)


def test_repeats_that_are_equal_are_all_signal():
    found = of_repeats([{"a": jnp.ones(3)}] * 2)
    assert found["noise"] == 0 and found["signal"] == pytest.approx(3)
    assert found["snr"] == np.inf and found["certain"] == 1
