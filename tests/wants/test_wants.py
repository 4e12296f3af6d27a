"""Wants: known weights are found, and where nothing is wanted nothing is found."""

import dataclasses
import importlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import telic
from telic.core.errors import InputError
from telic.planted.wanting import KINDS, TABLE, Boards, wanting
from telic.policies import MLP, Adapted, Recurrent, create
from telic.wants import ESTIMATORS, exact, fit, forked
from telic.wants.choices import alike
from telic.worlds import GymWorld, Keys, Pendulum, ShiftedKeys

forked_module = importlib.import_module("telic.wants.forked")

WORLD = Boards(count=4)
EVENTS = WORLD.events
SIZES = {"exact": {"boards": 4}, "forked": {"states": 128, "draws": 8}}


def weights(**given):
    """Weights over the events of Keys."""
    return jnp.array([given.get(name, 0.0) for name in EVENTS], jnp.float32)


def asked(agent, estimator="exact", world=WORLD, **sizes):
    """What an agent wants."""
    return telic.revealed(agent, world, estimator=estimator, **SIZES[estimator] | sizes)


def test_known_weights_are_found_again():
    due = {"pick_blue": 20.0, "pick_purple": 12.0, "ball": 5.0}
    found = asked(wanting(WORLD, weights(**due)))
    assert found.fit.explained > 0.98 > 0.1 > found.shuffled
    for name, weight in due.items():
        assert found.fit.weights[EVENTS.index(name)] == pytest.approx(weight, abs=0.5)
        assert found.weights[name] + found.haste == pytest.approx(weight, abs=0.5)


def test_the_same_more_for_every_end_is_haste_and_no_want():
    ends = [*EVENTS[:3], *EVENTS[4:10]]
    found = asked(wanting(WORLD, weights(**dict.fromkeys(ends, 8.0))))
    assert found.haste == pytest.approx(8, abs=0.5)
    assert all(abs(weight) < 0.5 for weight in found.weights.values())


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("goal", ["pick_blue", "pick_yellow", "ball", "wall"])
def test_every_estimator_finds_what_is_wanted_most(estimator, goal):
    found = asked(wanting(WORLD, weights(**{goal: 60.0})), estimator)
    assert EVENTS[found.fit.weights.argmax()] == goal
    assert found.fit.explained > {"exact": 0.95, "forked": 0.3}[estimator]


def test_what_is_shunned_is_weighed_lowest():
    found = asked(wanting(WORLD, weights(wall=-8.0, bump=-8.0, ball=-8.0))).weights
    assert set(sorted(found, key=found.get)[:3]) == {"wall", "bump", "ball"}
    assert found["pick_blue"] - found["wall"] == pytest.approx(8, abs=0.5)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_untrained_agent_wants_nothing(estimator):
    agent = create(jax.random.key(0), MLP(width=8), Keys())
    found = asked(agent, estimator, Keys())
    assert all(abs(weight) < 0.5 for weight in found.weights.values())
    assert found.weights


def test_of_an_agent_that_takes_all_actions_alike_nothing_can_be_explained():
    agent = wanting(WORLD, weights())
    assert np.isnan(asked(agent).fit.explained)


def test_an_agent_that_wants_its_entropy_too_plans_for_it():
    found = {}
    for kind in KINDS:
        agent = wanting(WORLD, weights(pick_blue=260.0), kind=kind)
        choices = exact(agent, WORLD, key=jax.random.key(0), boards=4)
        found[kind] = fit(choices, planning=None)
        assert fit(choices, planning=1.0).planning == 1.0
    assert found["entropy"].planning == pytest.approx(1, abs=0.3)
    assert abs(found["boltzmann"].planning) < 0.3
    assert EVENTS[found["optimal"].weights.argmax()] == "pick_blue"


def test_both_estimators_agree_on_what_is_wanted_more():
    agent = wanting(WORLD, weights(pick_blue=30.0, pick_purple=15.0))
    for found in (asked(agent), asked(agent, "forked")):
        assert EVENTS[found.fit.weights.argmax()] == "pick_blue"
        assert 10 < found.fit.weights.max() < 35


def test_outcomes_of_forked_states_are_those_of_the_exact_ones():
    agent = wanting(WORLD, weights(pick_blue=60.0))
    each = {
        "forked": forked(agent, WORLD, key=jax.random.key(0), states=128, draws=8),
        "exact": exact(agent, WORLD, key=jax.random.key(0), boards=4),
    }
    blue = EVENTS.index("pick_blue")
    mean = {
        name: c.share @ (c.policy * c.outcomes[..., blue]).sum(axis=1)
        for name, c in each.items()
    }
    # Ends of episodes are cut off from the first, and beginnings count in the second.
    assert mean["forked"] == pytest.approx(mean["exact"], abs=0.06)


def test_exact_outcomes_solve_the_equation_of_the_policy():
    agent = wanting(WORLD, weights(pick_blue=20.0))
    choices = exact(agent, WORLD, key=jax.random.key(1), boards=4)
    logits = 20.0 * choices.outcomes[..., EVENTS.index("pick_blue")]
    logits -= logits.max(axis=1, keepdims=True)
    due = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(choices.policy, due, atol=1e-3)


def test_a_greedy_agent_chooses_its_best_action_for_sure():
    agent = create(jax.random.key(0), Adapted(MLP(width=8), greedy=True), Keys())
    for name, find in ESTIMATORS.items():
        sizes = {"boards": 4} if name == "exact" else {"states": 128, "draws": 8}
        choices = find(agent, Keys(limit=20), key=jax.random.key(0), **sizes)
        assert set(np.unique(choices.policy)) == {0.0, 1.0} and choices.entropy < 1e-9


def test_an_agent_with_memory_is_forked_with_it():
    agent = create(jax.random.key(0), Recurrent(width=8, memory=4), Keys(limit=20))
    found = forked(agent, Keys(limit=20), key=jax.random.key(0), states=128, draws=8)
    assert np.isfinite(found.outcomes).all()


def test_states_count_as_often_as_the_agent_is_there():
    agent = wanting(WORLD, weights(pick_blue=60.0))
    choices = exact(agent, WORLD, key=jax.random.key(0), boards=4)
    assert choices.share.sum() == pytest.approx(1)
    assert choices.share.max() > 3 * choices.share.mean()
    assert len(np.unique(choices.group)) == 4


def test_states_are_taken_at_all_times_of_an_episode():
    agent = wanting(WORLD, weights(**dict.fromkeys(EVENTS[:3], -60.0)))
    found = forked_module._visited(
        jax.random.key(0), agent, world=dataclasses.replace(WORLD, limit=64), states=64
    )
    assert len(np.unique(found.length)) > 20 and int(found.length.max()) < 64


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda a: telic.revealed(a, GymWorld("CartPole-v1")), "cannot be forked"),
        (lambda a: telic.revealed(a, estimator="best"), "no estimator"),
        (lambda a: exact(a, ShiftedKeys(), key=jax.random.key(0)), "counted"),
        (lambda a: exact(a, Keys(), key=jax.random.key(0), gamma=1.0), "gamma"),
        (lambda a: forked(a, Keys(), key=jax.random.key(0), draws=0), "draws"),
        (lambda a: Boards(count=256), "allowed: 1 to 255"),
    ],
)
def test_what_cannot_be_asked_is_refused(ask, words):
    agent = create(jax.random.key(0), MLP(width=8), Keys())
    with pytest.raises(InputError, match=words):
        ask(agent)


def test_actions_that_are_rows_are_refused():
    agent = create(jax.random.key(0), MLP(width=8), Pendulum())
    with pytest.raises(InputError):
        telic.revealed(agent, Pendulum())


def test_memory_and_unknown_kinds_are_refused():
    agent = create(jax.random.key(0), Recurrent(width=8, memory=4), Keys())
    with pytest.raises(InputError, match="memory"):
        exact(agent, Keys(), key=jax.random.key(0))
    with pytest.raises(InputError, match="kind of wanting"):
        wanting(WORLD, weights(), kind="greedy")


def test_the_prior_decides_what_choices_do_not():
    policy = np.array([[0.75, 0.25]] * 20)
    outcomes = np.zeros((20, 2, 2))
    outcomes[:, 0, 0] = 1
    found = fit(alike(policy, outcomes, np.zeros((20, 2))))
    assert found.weights[0] == pytest.approx(np.log(3), abs=1e-2)
    assert (found.weights[1], found.told[1]) == (0, 0)
    tight = fit(alike(policy, outcomes, np.zeros((20, 2))), prior=0.01)
    assert abs(tight.weights[0]) < 0.05


def test_of_two_events_that_always_come_together_neither_is_told():
    drawn = np.random.default_rng(0)
    outcomes = np.repeat(drawn.normal(size=(40, 3, 1)), 2, axis=2)
    logits = outcomes @ np.array([4.0, 0.0])
    policy = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = fit(alike(policy, outcomes, np.zeros((40, 3))))
    assert (found.told < 0.6).all() and found.weights.sum() == pytest.approx(4, abs=0.1)


def test_few_groups_have_no_interval():
    agent = wanting(WORLD, weights(pick_blue=20.0))
    assert asked(agent).interval("pick_blue") is None
    low, high = asked(agent, "forked").interval("pick_blue")
    assert low < asked(agent, "forked").weights["pick_blue"] < high


def test_groups_widen_errors_and_not_weights():
    drawn = np.random.default_rng(0)
    outcomes = np.repeat(drawn.normal(size=(10, 3, 2)), 8, axis=0)
    logits = outcomes @ np.array([1.0, -2.0])
    logits += np.repeat(drawn.normal(size=(10, 3)), 8, axis=0)
    policy = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    alone = alike(policy, outcomes, np.zeros((80, 3)))
    one = fit(alone)
    two = fit(alone._replace(group=np.repeat(np.arange(10), 8)))
    np.testing.assert_allclose(one.weights, two.weights, rtol=1e-6)
    assert (np.diag(two.covariance) > 4 * np.diag(one.covariance)).all()


def test_a_board_goes_on_as_keys_does():
    world = dataclasses.replace(WORLD, count=3)
    keys = jax.random.split(jax.random.key(0), 64)
    noise = jax.vmap(world.sample_noise)(keys)
    states = jax.vmap(world.reset)(noise)
    board, seen = states, np.asarray(jax.vmap(world.observe)(states))
    assert set(np.unique(seen[:, 0])) == {0, 1, 2}
    np.testing.assert_array_equal(seen[:, 1], board.pose)
    np.testing.assert_array_equal(seen[:, 2], board.ball)
    cell = np.asarray(board.pose // 4)
    assert (cell != np.asarray(board.ball)).all()
    taken = np.asarray(board.keys)
    assert not (taken == cell[:, None]).any()
    assert not (taken == np.asarray(board.ball)[:, None]).any()
    assert wanting(world, weights())[TABLE].shape == (3, 64, 16, 7)
