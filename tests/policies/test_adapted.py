"""A network with how it was used: what it saw, and how it acted."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import MLP, Adapted, Agent, Policy, Spec, create
from telic.policies.adapted import rebased
from telic.runs.codec import decode, encode
from telic.worlds import GymWorld, Keys

MEAN, STD = (0.1, -1.0, 100.0, 0.0), (0.5, 2.0, 0.01, 1.0)
WORLD = GymWorld("CartPole-v1")
NORMAL = Adapted(MLP(width=8), MEAN, STD, clip=3.0)


def seen(count=6):
    drawn = np.random.default_rng(0).normal(size=(count, 4))
    return (drawn * np.array(STD) * 2 + np.array(MEAN)).astype("f4")


def test_the_network_sees_what_was_normalised():
    agent = create(jax.random.key(0), NORMAL, WORLD)
    plain = create(jax.random.key(0), MLP(width=8), WORLD)
    due = (seen().astype(float) - MEAN) / STD
    np.testing.assert_allclose(
        agent.logits(seen()), plain.logits(np.clip(due, -3, 3).astype("f4")), atol=1e-6
    )
    assert np.abs(due).max() > 3


def test_a_mean_far_above_its_deviation_loses_no_digits():
    policy = Adapted(MLP(width=8), (123456.789,) * 4, (1e-3,) * 4)
    x = np.float32(123456.79)
    found = float(policy.seen(jnp.full((1, 4), x))[0, 0])
    assert found == pytest.approx((float(x) - 123456.789) / 1e-3, rel=1e-4)


def test_a_greedy_agent_takes_its_most_probable_action_whatever_is_drawn():
    agent = create(jax.random.key(1), Adapted(MLP(width=8), greedy=True), WORLD)
    best = np.asarray(agent.logits(seen())).argmax(axis=1)
    for uniform in (jnp.zeros(6), jnp.full(6, 0.999)):
        np.testing.assert_array_equal(agent.act(seen(), (), uniform)[0], best)
    drawn, _ = agent.sample(jax.random.key(0), jnp.asarray(seen()), ())
    np.testing.assert_array_equal(drawn, best)


def test_edits_and_the_codec_carry_it():
    agent = create(jax.random.key(0), NORMAL, WORLD)
    assert agent.replace({**agent}).policy == NORMAL
    assert decode(encode(NORMAL), Policy) == NORMAL


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: Adapted(mean=(1.0,)), "1 means, 0 deviations"),
        (lambda: Adapted(mean=(1.0,), std=(0.0,)), "std 0.0"),
        (lambda: Adapted(mean=(np.nan,), std=(1.0,)), "all are finite"),
        (lambda: Adapted(clip=-1.0), "clip -1.0"),
        (lambda: Adapted(NORMAL), "within Adapted"),
        (lambda: NORMAL.check(Spec((3,), ("a", "b"))), "of 4 numbers"),
        (
            lambda: Adapted(MLP(), (0.0,) * 500, (1.0,) * 500).check(Spec.of(Keys())),
            "codes",
        ),
    ],
)
def test_what_cannot_be_is_refused(made, words):
    with pytest.raises(InputError, match=words):
        made()


def test_behind_another_normaliser_the_network_computes_the_same():
    other = Adapted(MLP(width=8), (0.3, -1.5, 99.5, 1.0), (0.7, 1.0, 0.02, 3.0), 50.0)
    wide = Adapted(MLP(width=8), MEAN, STD, 50.0)
    agent = create(jax.random.key(0), other, WORLD)
    params = rebased(agent, other, wide, agent.spec)
    moved = Agent(params, wide, agent.spec)
    for net in (Agent.logits, Agent.value):
        np.testing.assert_allclose(
            net(moved, seen()), net(agent, seen()), rtol=1e-3, atol=1e-4
        )
    changed = {path for path, x in params.items() if not np.array_equal(x, agent[path])}
    first = {f"{net}/0/{leaf}" for net in ("actor", "critic") for leaf in KINDS}
    assert changed == first
    same = rebased(agent, other, other, agent.spec)
    assert all(np.array_equal(same[path], agent[path]) for path in agent)


KINDS = ("kernel", "bias")


@pytest.mark.parametrize(
    "onto",
    [
        MLP(width=8),
        Adapted(MLP(width=8), greedy=True),
        Adapted(MLP(width=8), MEAN, STD, clip=4.0),
        Adapted(MLP(width=9), MEAN, STD, clip=3.0),
    ],
)
def test_networks_that_differ_in_more_are_not_brought_together(onto):
    agent = create(jax.random.key(0), NORMAL, WORLD)
    with pytest.raises(InputError, match="two networks"):
        rebased(agent, NORMAL, onto, agent.spec)
