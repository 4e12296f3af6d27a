"""An agent that imitates comes to act as its teacher, with the leaves it may move."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core import trees
from telic.core.errors import InputError
from telic.training.imitate import imitate
from tests.small import AGENT, CODES, DONOR

TEACHER = DONOR.logits(CODES)
LATER = ("actor/1/kernel", "actor/1/bias", "actor/2/kernel", "actor/2/bias")


def moved(*, steps, paths=LATER, seed=0, **options):
    """What imitation adds to the small agent."""
    return imitate(
        jax.random.key(seed),
        AGENT,
        CODES,
        TEACHER,
        paths=paths,
        steps=steps,
        **{"batch": 32, "learning_rate": 1e-2, **options},
    )


def divergence(change):
    """KL(teacher ‖ agent) over all observations, once an agent is changed."""
    leaves = {path: AGENT[path] + step for path, step in change.items()}
    ours = jax.nn.log_softmax(AGENT.replace({**AGENT, **leaves}).logits(CODES))
    theirs = jax.nn.log_softmax(TEACHER)
    return float((jnp.exp(theirs) * (theirs - ours)).sum(axis=1).mean())


def test_the_divergence_from_the_teacher_falls_and_further_with_more_steps():
    before, some, more = (divergence(moved(steps=n) if n else {}) for n in (0, 30, 300))
    assert more < 0.2 * before
    assert more < some < 0.9 * before


@pytest.mark.parametrize("paths", [LATER, LATER[2:], ("actor/1/bias",)])
def test_only_the_named_leaves_move_and_all_of_them(paths):
    change = moved(steps=30, paths=paths)
    assert set(change) == set(paths)
    for path, step in change.items():
        assert step.shape == AGENT[path].shape
        assert float(jnp.abs(step).max()) > 1e-4


def test_the_agent_that_imitates_is_left_alone():
    before = trees.digest(AGENT)
    moved(steps=2)
    assert trees.digest(AGENT) == before


def test_an_agent_that_is_its_own_teacher_hardly_moves():
    own = AGENT.logits(CODES)
    change = imitate(
        jax.random.key(0),
        AGENT,
        CODES,
        own,
        paths=LATER,
        steps=30,
        batch=32,
        learning_rate=1e-4,
    )
    assert divergence(change) == pytest.approx(divergence({}), rel=0.05)


def test_the_key_decides_and_nothing_else():
    one, again, other = moved(steps=5), moved(steps=5), moved(steps=5, seed=1)
    assert all(np.array_equal(one[path], again[path]) for path in LATER)
    assert any(not np.array_equal(one[path], other[path]) for path in LATER)


def test_an_unknown_leaf_is_refused_and_those_there_are_named():
    with pytest.raises(InputError, match="no leaf 'actor/9/bias'") as caught:
        moved(steps=2, paths=("actor/1/bias", "actor/9/bias"))
    assert "actor/2/kernel" in caught.value.why
