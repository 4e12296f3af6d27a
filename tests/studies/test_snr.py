"""The signal-to-noise ratio: known answers, and the study end to end on small runs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.studies import Snr, answers, snr
from telic.studies.repeated import behaviour, ratios, repeated
from telic.studies.snr import DRIFT, MEAN, ONE, STUDY, of_repeats
from telic.studies.updates import PLAIN, SPECIFIC
from tests.studies.landed import SNR
from tests.studies.trained import copies, done


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


def test_every_vector_is_told_at_every_length(isolated_landers):
    found = repeated(isolated_landers, SNR)
    assert found.seeds == (0, 1) and found.steps == (256,) and found.repeats == 2
    for ratio in ("snr", "cosine", "certain"):
        values = ratios(found, ratio)
        assert list(values) == [PLAIN, SPECIFIC, DRIFT]
        assert all(v.shape == (2, 1) and np.isfinite(v).all() for v in values.values())
    table = found.tables[256]
    for name in (PLAIN, SPECIFIC):
        for kind in (ONE, MEAN):
            assert DRIFT in table.nulls(f"- {name}, {kind}")
    assert behaviour(found, "fuel", None).shape == (2, 1)


def test_a_stopped_study_has_no_answer_and_an_answered_one_is_left_alone(
    isolated_landers, landers, tmp_path
):
    run = copies(landers, tmp_path)[0]
    snr.job(run, SNR, tell=lambda *_: None, stop=lambda: True)
    assert not answers.path_of(run, STUDY, SNR).exists()
    assert done(snr.job, isolated_landers[0], SNR) == []


def test_settings_that_cannot_be_are_refused(landers, tmp_path):
    with pytest.raises(InputError, match="repeats = 1"):
        Snr(repeats=1)
    run = copies(landers, tmp_path)[0]
    with pytest.raises(InputError, match="multiple of 128"):
        done(snr.job, run, {**SNR, "rollout": 100, "lengths": [100]})
