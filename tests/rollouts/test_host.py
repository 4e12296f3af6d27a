"""Rollouts in a host world: every step, every end and every episode, by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.trees import digest
from telic.policies import create
from telic.rollouts import HostCollector
from telic.rollouts.host import act
from telic.worlds import GymWorld
from tests.small import SHALLOW as POLICY
from tests.worlds.simulators import Stairs, Stairway

WORLD = Stairway()
FRESH = create(jax.random.key(0), POLICY, WORLD)
LAST = 50.0 * FRESH["actor/1/kernel"]  # so that it prefers something
AGENT = FRESH.replace({**FRESH, "actor/1/kernel": LAST})
WEIGHTS = {path: np.asarray(leaf) for path, leaf in AGENT.items()}
STEPS, SEEDS = 6, (0, 1)


def gathered(rollouts, *, world=WORLD, agent=AGENT, seeds=SEEDS, key=0):
    """Some rollouts one after another, each its data and its completed episodes."""
    copies = HostCollector(world, seeds)
    keys = jax.random.split(jax.random.key(key), rollouts)
    told = [copies.collect(key, agent, STEPS) for key in keys]
    copies.close()
    return [jax.tree.map(np.asarray, pair) for pair in told]


@pytest.fixture(scope="module")
def two():
    """Two rollouts of six steps: copy 0 lives 1, 2, 3, 4, 1 and 1 of 2 steps in them,
    copy 1 lives 2, 3, 4, 1 and 2."""
    return gathered(2)


def column(data, name, copy):
    """An event of one copy in both rollouts, step by step."""
    index = WORLD.events.index(name)
    return np.concatenate([d.events[:, copy, index] for d, _ in data]).tolist()


def test_what_is_seen_before_and_after_every_step(two):
    before = np.concatenate([data.observations for data, _ in two])
    after = np.concatenate([data.next_observations for data, _ in two])
    steps = [0, 0, 1, 0, 1, 2, 0, 1, 2, 3, 0, 0], [0, 1, 0, 1, 2, 0, 1, 2, 3, 0, 0, 1]
    episodes = (
        [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 5],
        [0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 4, 4],
    )
    for copy in (0, 1):
        assert before[:, copy, 0].tolist() == steps[copy]
        assert before[:, copy, 1].tolist() == episodes[copy]
        assert after[:, copy, 0].tolist() == [time + 1 for time in steps[copy]]
        assert after[:, copy, 1].tolist() == episodes[copy]
        assert set(before[:, copy, 2]) == {copy}


def test_even_episodes_end_for_good_and_odd_ones_for_lack_of_time(two):
    terminated = np.concatenate([data.terminated for data, _ in two])
    truncated = np.concatenate([data.truncated for data, _ in two])
    assert np.flatnonzero(terminated[:, 0]).tolist() == [0, 5, 10]
    assert np.flatnonzero(truncated[:, 0]).tolist() == [2, 9]
    assert np.flatnonzero(terminated[:, 1]).tolist() == [1, 8, 11]
    assert np.flatnonzero(truncated[:, 1]).tolist() == [4, 9]


def test_a_world_is_told_of_first_steps_and_of_the_episode_before(two):
    assert column(two, "first", 0) == [1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1]
    assert column(two, "first", 1) == [1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0]
    assert column(two, "earlier", 0) == [-1, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 4]
    assert column(two, "earlier", 1) == [-1, -1, 0, 0, 0, 1, 1, 1, 1, 2, 3, 3]


def test_events_are_those_of_the_step_and_so_is_what_info_tells(two):
    assert column(two, "left", 0) == [0, 1, 0, 2, 1, 0, 3, 2, 1, 0, 0, 1]
    assert column(two, "for_good", 1) == [0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1]
    for copy in (0, 1):
        done = np.concatenate([data.actions[:, copy] for data, _ in two])
        assert column(two, "right", copy) == done.tolist()
        assert 0 < done.mean() < 1


def test_episodes_are_counted_where_they_end_with_all_that_happened_in_them(two):
    assert [int(episodes.completed) for _, episodes in two] == [5, 5]
    assert [int(episodes.steps) for _, episodes in two] == [11, 12]
    # The sums of `left` over episodes of 1, 2, 3, 4 steps are 0, 1, 3, 6. Copy 1 is in
    # the first of four steps when the first rollout is over.
    left = WORLD.events.index("left")
    sums = [float(episodes.events[left]) for _, episodes in two]
    assert sums == [0 + 1 + 3 + 1 + 3, 6 + 0 + 6 + 0 + 1]
    right = [column(two, "right", copy) for copy in (0, 1)]
    due = [
        sum(right[0][:6]) + sum(right[1][:5]),
        sum(right[0][6:11]) + sum(right[1][5:]),
    ]
    index = WORLD.events.index("right")
    assert [float(episodes.events[index]) for _, episodes in two] == due


def test_the_time_limit_cuts_every_copy():
    data, episodes = gathered(1, world=Stairway(max_steps=2), seeds=(1, 2))[0]
    assert np.flatnonzero(data.truncated[:, 0]).tolist() == [1, 3, 5]
    assert np.flatnonzero(data.truncated[:, 1]).tolist() == [1, 3]
    assert np.flatnonzero(data.terminated[:, 0]).tolist() == [1], "both at once"
    assert np.flatnonzero(data.terminated[:, 1]).tolist() == [4]
    assert int(episodes.completed) == 6
    assert int(episodes.steps) == 11


def likely(seen):
    """The log-probabilities of both actions of the agent, in NumPy."""
    hidden = np.maximum(seen @ WEIGHTS["actor/0/kernel"], 0)
    preferences = hidden @ WEIGHTS["actor/1/kernel"]
    return preferences - np.logaddexp.reduce(preferences, axis=-1, keepdims=True)


def test_actions_are_drawn_by_the_key_and_kept_with_their_probability(two):
    keys = jax.random.split(jax.random.key(0), 2)
    for key, (data, _) in zip(keys, two, strict=True):
        uniform = np.asarray(jax.random.uniform(key, (STEPS, 2)))
        log_probs = likely(data.observations)
        right = uniform >= np.exp(log_probs[..., 0])
        np.testing.assert_array_equal(data.actions, right)
        kept = np.where(right, log_probs[..., 1], log_probs[..., 0])
        np.testing.assert_allclose(data.log_probs, kept, rtol=1e-4)
    assert len(np.unique(two[0][0].log_probs)) > 4


def test_log_probabilities_of_a_rollout_are_those_of_its_actions():
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(5, 3, 3)).astype(np.float32)
    action = rng.integers(0, 2, (5, 3)).astype(np.int32)
    first = jnp.zeros(action.shape, bool)
    found = AGENT.log_probs(jnp.asarray(seen), jnp.asarray(action), first, ())
    expected = np.take_along_axis(likely(seen), action[..., None], axis=-1)[..., 0]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_policy_acts_as_likely_as_it_prefers_and_greedily_as_it_prefers_most():
    shares = jnp.asarray(np.log([0.25, 0.75]).astype(np.float32))
    agent = AGENT.replace({**AGENT, "actor/1/bias": shares})
    seen = jnp.zeros((4, 3))  # so that the biases alone decide
    uniform = jnp.array([0.0, 0.2, 0.3, 0.9])
    drawn, greedy = (act(agent, seen, (), uniform, greedy=g)[0] for g in (False, True))
    assert drawn.tolist() == [0, 0, 1, 1]
    assert greedy.tolist() == [1, 1, 1, 1]


def test_the_same_key_and_seeds_bring_the_same_rollouts(two):
    def bits(told):
        return digest({str(i): leaf for i, leaf in enumerate(jax.tree.leaves(told))})

    assert bits(gathered(2)) == bits(two)
    assert bits(gathered(2, key=1)) != bits(two)
    assert bits(gathered(2, seeds=(0, 2))) != bits(two)


def test_where_an_episode_goes_on_the_next_row_is_what_was_seen():
    world = GymWorld("CartPole-v1")
    agent = create(jax.random.key(0), POLICY, world)
    told = gathered(6, world=world, agent=agent)
    seen = np.concatenate([data.observations for data, _ in told])
    after = np.concatenate([data.next_observations for data, _ in told])
    done = np.concatenate([data.terminated | data.truncated for data, _ in told])
    same = (seen[1:] == after[:-1]).all(axis=2)
    np.testing.assert_array_equal(same, ~done[:-1])
    assert done[:-1].any()


def test_closing_gives_back_every_copy():
    copies = HostCollector(WORLD, SEEDS)
    assert len(Stairs.opened) == 2
    copies.close()
    assert Stairs.opened == []
