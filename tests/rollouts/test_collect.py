"""Rollouts: what is kept, what is added up, and how likely each thing is done."""

import functools

import jax
import numpy as np
import pytest

from telic.policies import Agent, Spec
from telic.rollouts.collect import collect_rollout, start
from tests.small import SHALLOW, SHORT, drawn
from tests.training.worlds import Choice, Clock, Echo

act = jax.jit(collect_rollout, static_argnames=("world", "steps"))
first = jax.jit(start, static_argnums=(1, 2))


@functools.cache
def several(world, *, rollouts=4, steps=10, envs=6):
    """The data and the completed episodes of some rollouts, one after another."""

    agent = drawn(SHALLOW, Spec.of(world), 0)

    @jax.jit
    def program(key, agent):
        begin, go = jax.random.split(key)
        actors = start(begin, world, envs)

        def more(actors, key):
            actors, data, episodes = collect_rollout(
                key, agent, actors, world=world, steps=steps
            )
            return actors, (data, episodes)

        return jax.lax.scan(more, actors, jax.random.split(go, rollouts))[1]

    told = jax.tree.map(np.asarray, program(jax.random.key(0), agent))
    pick = lambda i: jax.tree.map(lambda leaf: leaf[i], told)
    return agent, [pick(i) for i in range(rollouts)]


preferred = jax.jit(lambda agent, seen: jax.nn.log_softmax(agent.logits(seen)))


def preferring(preferences):
    """An agent with these preferences, whatever it sees."""
    spec = Spec((1,), tuple(f"action {i}" for i in range(len(preferences))))
    weights = drawn(SHALLOW, spec, 0)
    kernel = jax.device_put(np.zeros_like(weights["actor/1/kernel"]))
    last = {"actor/1/kernel": kernel, "actor/1/bias": preferences}
    return Agent(weights.params | last, SHALLOW, spec)


@pytest.mark.parametrize(
    "world",
    [SHORT, Clock(limit=7), Clock(limit=3, for_good=True)],
    ids=["keys", "truncated", "terminated"],
)
def test_events_are_added_up_over_whole_episodes_across_rollouts(world):
    _, told = several(world)
    envs = told[0][0].terminated.shape[1]
    total, length = np.zeros((envs, len(world.events))), np.zeros(envs, int)
    for data, episodes in told:
        count, events, steps = 0, np.zeros(len(world.events)), 0
        done = data.terminated | data.truncated
        for t, env in np.ndindex(done.shape):
            total[env] += data.events[t, env]
            length[env] += 1
            if done[t, env]:
                count += 1
                events += total[env]
                steps += length[env]
                total[env], length[env] = 0, 0
        assert int(episodes.completed) == count
        assert int(episodes.steps) == steps
        np.testing.assert_allclose(episodes.events, events, rtol=1e-5)


def test_an_episode_longer_than_a_rollout_is_counted_once_and_in_full():
    _, told = several(Clock(limit=25), rollouts=5, envs=2)
    assert [int(episodes.completed) for _, episodes in told] == [0, 0, 2, 0, 2]
    assert [int(episodes.steps) for _, episodes in told] == [0, 0, 50, 0, 50]
    assert [float(episodes.events[0]) for _, episodes in told] == [0, 0, 50, 0, 50]


def test_an_episode_that_ends_starts_again_at_once():
    _, [(data, _), *_] = several(Clock(limit=7))
    before = data.observations[:, 0].argmax(axis=1)
    after = data.next_observations[:, 0].argmax(axis=1)
    assert before.tolist() == [0, 1, 2, 3, 4, 5, 6, 0, 1, 2]
    assert after.tolist() == [1, 2, 3, 4, 5, 6, 7, 1, 2, 3]
    assert np.flatnonzero(data.truncated[:, 0]).tolist() == [6]
    assert not data.terminated.any()


@pytest.mark.parametrize("world", [SHORT, Echo()], ids=["keys", "echo"])
def test_where_an_episode_goes_on_the_next_observation_is_the_next_rows(world):
    _, told = several(world)
    seen = np.concatenate([data.observations for data, _ in told])
    next_seen = np.concatenate([data.next_observations for data, _ in told])
    done = np.concatenate([data.terminated | data.truncated for data, _ in told])
    same = (seen[1:] == next_seen[:-1]).all(axis=tuple(range(2, seen.ndim)))
    assert same[~done[:-1]].all()
    assert done.any()


def test_two_rollouts_go_on_where_the_first_one_stopped():
    _, told = several(Clock(limit=25), rollouts=5, envs=2)
    times = [data.observations[0, 0].argmax() for data, _ in told]
    assert times == [0, 10, 20, 5, 15]


@pytest.mark.parametrize("world", [SHORT, Echo()], ids=["keys", "echo"])
def test_the_kept_probabilities_are_those_of_the_policy(world):
    agent, told = several(world)
    for data, _ in told:
        seen = data.observations.reshape(-1, *world.observation)
        log_probs = np.asarray(preferred(agent, seen))
        expected = log_probs[np.arange(len(seen)), data.actions.reshape(-1)]
        np.testing.assert_allclose(data.log_probs.reshape(-1), expected, rtol=1e-5)


def test_the_events_are_those_of_the_action_that_was_kept():
    _, [(data, _), *_] = several(Echo())
    right = data.actions == data.observations.argmax(axis=2)
    assert (data.events[..., 0] == np.where(right, 1, -1)).all()


def test_actions_are_as_frequent_as_they_are_likely():
    world, likely, steps, envs = Choice(), 0.8, 200, 64
    agent = preferring(jax.device_put(np.log([likely, 1 - likely]).astype("f4")))
    actors = first(jax.random.key(1), world, envs)
    key = jax.random.key(2)
    _, data, _ = act(key, agent, actors, world=world, steps=steps)
    spread = np.sqrt(likely * (1 - likely) / (steps * envs))
    actions = np.asarray(data.actions)
    assert abs((actions == 0).mean() - likely) < 4 * spread
    # Neither the copies nor the steps share their chance.
    assert (actions.std(axis=0) > 0).all()
    assert (actions.std(axis=1) > 0).all()


def test_an_evenly_spaced_chance_brings_every_action_its_share():
    shares = np.array([0.1, 0.0, 0.3, 0.05, 0.55], np.float32)
    uniform = ((np.arange(2000) + 0.5) / 2000).astype("f4")
    with np.errstate(divide="ignore"):
        agent = preferring(jax.device_put(np.log(shares)))
    action, log_prob, _ = acted(agent, np.ones((2000, 1), "f4"), uniform)
    counts = np.bincount(action, minlength=5)
    np.testing.assert_allclose(counts / 2000, shares, atol=1e-3)
    np.testing.assert_allclose(np.exp(log_prob), shares[action], rtol=1e-5)


acted = jax.jit(lambda agent, seen, uniform: agent.act(seen, (), uniform))


@pytest.mark.parametrize("uniform", [0.0, 0.5, 1 - 2**-24])
@pytest.mark.parametrize("sure", [0, 3, 6])
def test_an_impossible_action_is_never_chosen(uniform, sure):
    agent = preferring(
        jax.device_put(np.where(np.arange(7) == sure, 0, -1e9).astype("f4"))
    )
    action, log_prob, _ = acted(agent, np.ones((1, 1), "f4"), np.array([uniform], "f4"))
    assert int(action[0]) == sure
    assert float(log_prob[0]) == 0.0


def test_the_same_key_brings_the_same_rollout_and_another_key_another():
    world = SHORT
    agent = drawn(SHALLOW, Spec.of(world), 0)
    actors = first(jax.random.key(1), world, 6)
    keys = (jax.random.key(seed) for seed in (2, 2, 3))
    one, same, other = (
        act(key, agent, actors, world=world, steps=10)[1] for key in keys
    )
    assert np.array_equal(one.actions, same.actions)
    assert np.array_equal(one.observations, same.observations)
    assert not np.array_equal(one.actions, other.actions)


def test_copies_of_a_world_start_differently():
    actors = first(jax.random.key(0), SHORT, 16)
    assert len(set(actors.states.pose.tolist())) > 1
    assert not np.any(actors.events)
    assert not np.any(actors.length)
