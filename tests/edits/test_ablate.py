"""Ablated units are constant, whatever is seen; the others are as they were."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.edits import Ablate
from telic.edits.ablate import VALUES, constant
from telic.policies import capture
from tests.small import AGENT, CODES

SITE = "actor/1/post"
SOME = jnp.array([1.0, 0, 0, 1, 0, 1, 0, 0])
SEEN = capture(AGENT, CODES, SITE)[SITE]


def made(kind):
    """The constants of a kind."""
    return constant(kind, SEEN, key=jax.random.key(3))


@pytest.mark.parametrize("kind", VALUES)
def test_ablated_units_are_constant_and_the_others_as_they_were(kind):
    edited = Ablate(SITE, SOME, made(kind))(AGENT)
    found = capture(edited, CODES, SITE)[SITE]
    due = jnp.where(SOME[None] == 1, made(kind)[None], SEEN)
    np.testing.assert_allclose(found, due, rtol=1e-6, atol=1e-6)


def test_half_an_ablation_goes_half_the_way():
    edited = Ablate(SITE, SOME, made("mean"), strength=0.5)(AGENT)
    found = capture(edited, CODES, SITE)[SITE]
    due = SEEN + 0.5 * SOME[None] * (made("mean")[None] - SEEN)
    np.testing.assert_allclose(found, due, rtol=1e-5, atol=1e-6)


def test_the_constants_are_zeros_the_mean_or_one_observation():
    assert made("zero").tolist() == [0] * 8
    np.testing.assert_allclose(made("mean"), np.mean(SEEN, axis=0), rtol=1e-6)
    drawn = [
        constant("resample", SEEN, key=jax.random.key(seed)).tolist()
        for seed in range(40)
    ]
    rows = SEEN.tolist()
    assert all(row in rows for row in drawn)
    assert len({tuple(row) for row in drawn}) > 10
    assert drawn[0] == constant("resample", SEEN, key=jax.random.key(0)).tolist()


def test_a_kind_that_there_is_not_and_a_resample_without_a_key_are_refused():
    for kind in ("median", "", "resample"):
        with pytest.raises(InputError, match=f"ablation to {kind!r}") as caught:
            constant(kind, SEEN)
        assert "zero, mean, resample" in caught.value.why


@pytest.mark.parametrize("seed", range(6))
def test_no_null_of_an_ablation_is_the_ablation_itself(seed):
    one, every = jnp.zeros(8).at[2].set(1.0), jnp.ones(8)
    due = [
        (one, "zero", {"random_units"}),
        (one, "mean", {"random_units", "gaussian"}),
        (SOME, "resample", {"random_units", "gaussian"}),
        (every, "mean", {"gaussian"}),
        (every, "zero", set()),
    ]
    for mask, kind, names in due:
        edit = Ablate(SITE, mask, made(kind))
        found = edit.nulls(jax.random.key(seed), AGENT)
        assert set(found) == names
        after = [digest(null(AGENT)) for null in found.values()]
        assert digest(edit(AGENT)) not in after
        for null in found.values():
            assert float(null.mask.sum()) == float(mask.sum())
            norms = [float(jnp.linalg.norm(e.value)) for e in (null, edit)]
            assert norms[0] == pytest.approx(norms[1], rel=1e-5)
