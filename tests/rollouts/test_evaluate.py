"""Every episode is played once and to its end, the same whatever plays beside it."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.policies import MLP, create
from telic.policies.interventions import add_intervention
from telic.rollouts import Episodes, episode_seeds, evaluate, play
from telic.worlds import Keys
from tests.small import AGENT, DONOR
from tests.small import KEYS as WORLD
from tests.trials.worlds import Hours

COUNT = 45
GIVEN = episode_seeds(WORLD, COUNT, key=jax.random.key(5))
WAVERING = AGENT.replace(
    {p: leaf * (0.2 if "actor/2" in p else 1.0) for p, leaf in AGENT.items()}
)
"""An agent that does all kinds of things, so that its episodes end in all ways."""
LEFT = AGENT.replace(
    add_intervention(AGENT, "actor/logits", {"shift": 1e3 * jnp.eye(7)[0]})
)
"""An agent that only ever turns left: it always plays until the time is up."""


@pytest.fixture(params=[(4, 2, 1), (64,)], ids=str)
def lanes(request, monkeypatch):
    """Other numbers of lanes than those of the house."""
    monkeypatch.setattr(evaluate, "LANES", request.param)
    evaluate._play.clear_cache()  # lanes are read when the program is compiled
    yield request.param
    evaluate._play.clear_cache()


def played(agent, given=GIVEN, **options):
    """Some episodes of the small world, as NumPy's arrays."""
    found = play(agent, WORLD, given, **options)
    return Episodes(*(np.asarray(x) for x in found))


@functools.cache
def usual(name="agent"):
    """The episodes of an agent with the lanes of the house."""
    return played({"agent": WAVERING, "donor": DONOR, "left": LEFT}[name])


def some(given, rows):
    """The chance of some episodes."""
    return jax.tree.map(lambda leaf: leaf[rows], given)


@jax.jit
def one_step(state, noise, uniform):
    """What the small agent brings about in one copy of its world."""
    seen = WORLD.observe(state)[None]
    action, _, _ = WAVERING.act(seen, (), uniform[None])
    return WORLD.step(state, action[0], noise)


@jax.jit
def one_greedy_step(state, noise):
    """The same, if it takes the action that it prefers most."""
    preferences = WAVERING.logits(WORLD.observe(state)[None])
    return WORLD.step(state, preferences[0].argmax(), noise)


@pytest.mark.parity
def test_every_episode_is_that_of_a_plain_loop_over_its_steps():
    noise, uniform = (np.asarray(leaf) for leaf in GIVEN)
    reset, lengths = jax.jit(WORLD.reset), []
    for e in range(COUNT):
        state, events = reset(noise[e, 0]), np.zeros(len(WORLD.events))
        for t in range(WORLD.limit):
            after = one_step(state, noise[e, t + 1], uniform[e, t])
            state, events = after.state, events + np.asarray(after.events)
            if after.terminated or after.truncated:
                break
        lengths.append(t + 1)
        np.testing.assert_allclose(usual().events[e], events, rtol=1e-6)
    assert usual().length.tolist() == lengths
    assert usual().length.mean() == np.mean(lengths)
    assert len(set(lengths)) > 10, "short ones and long ones"
    assert max(lengths) == WORLD.limit


def test_the_number_of_lanes_changes_nothing(lanes):
    found = played(WAVERING)
    np.testing.assert_array_equal(found.length, usual().length)
    np.testing.assert_array_equal(found.events, usual().events)


@pytest.mark.parametrize("count", [1, 33])
def test_the_first_episodes_alone_are_played_as_among_many(count):
    found = played(WAVERING, some(GIVEN, slice(count)))
    np.testing.assert_array_equal(found.length, usual().length[:count])
    np.testing.assert_array_equal(found.events, usual().events[:count])


def test_results_are_in_the_order_of_the_seeds():
    found = played(WAVERING, some(GIVEN, slice(None, None, -1)))
    np.testing.assert_array_equal(found.length, usual().length[::-1])
    np.testing.assert_array_equal(found.events, usual().events[::-1])


def test_episodes_as_long_as_chance_says_are_all_counted_once():
    world, policy = Hours(), MLP(width=2, actor_layers=1, critic_layers=1)
    agent = create(jax.random.key(0), policy, world)
    given = episode_seeds(world, 300, key=jax.random.key(1))
    found = play(agent, world, given)
    noise = np.asarray(given.noise)
    lengths = noise[:, 0] % world.limit + 1
    sums = [noise[e, 1 : n + 1].sum() for e, n in enumerate(lengths)]
    np.testing.assert_array_equal(found.length, lengths)
    np.testing.assert_array_equal(found.events[:, 0], lengths)
    np.testing.assert_array_equal(found.events[:, 1], noise[:, 0])
    np.testing.assert_array_equal(found.events[:, 2], sums)
    # Stopped by the clock, the mean would be that of the short ones: far too small.
    assert float(found.length.mean()) == pytest.approx(6.5, abs=0.5)


def test_every_episode_of_keys_ends_for_exactly_one_reason():
    ends = [n for n in WORLD.events if not n.startswith("late_")]
    columns = [WORLD.events.index(name) for name in ends]
    for name in ("agent", "donor"):
        np.testing.assert_array_equal(usual(name).events[:, columns].sum(axis=1), 1)


def test_an_agent_acts_with_its_interventions():
    found = usual("left")
    assert (found.length == WORLD.limit).all()
    assert (found.events[:, WORLD.events.index("timeout")] == 1).all()
    assert found.events.sum() == COUNT


@pytest.mark.parity
def test_greedily_every_action_is_the_most_probable_one():
    noise, count = np.asarray(GIVEN.noise), 12
    found = played(WAVERING, some(GIVEN, slice(count)), greedy=True)
    reset, lengths = jax.jit(WORLD.reset), []
    for e in range(count):
        state, events = reset(noise[e, 0]), np.zeros(len(WORLD.events))
        for t in range(WORLD.limit):
            after = one_greedy_step(state, noise[e, t + 1])
            state, events = after.state, events + np.asarray(after.events)
            if after.terminated or after.truncated:
                break
        lengths.append(t + 1)
        np.testing.assert_allclose(found.events[e], events, rtol=1e-6)
    assert found.length.tolist() == lengths
    assert lengths != usual().length[:count].tolist(), "not what it does at random"


def test_greedily_the_numbers_that_choose_actions_play_no_part():
    given = some(GIVEN, slice(12))
    other = given._replace(uniform=1 - given.uniform)
    one, two = (played(WAVERING, seeds, greedy=True) for seeds in (given, other))
    np.testing.assert_array_equal(one.events, two.events)
    np.testing.assert_array_equal(one.length, two.length)


def test_two_agents_that_act_alike_live_through_the_same_episodes():
    twin = WAVERING.replace(
        {
            path: leaf + 1 if path.startswith("critic/") else jnp.array(leaf)
            for path, leaf in WAVERING.items()
        }
    )
    np.testing.assert_array_equal(played(twin).events, usual().events)
    np.testing.assert_array_equal(played(twin).length, usual().length)
    assert (usual("donor").length != usual().length).any()


def test_all_agents_begin_alike():
    # Who only walks forward meets what the first board holds, whoever it is.
    forward = {"shift": 1e3 * jnp.eye(7)[2]}
    one, two = (
        played(agent.replace(add_intervention(agent, "actor/logits", forward)))
        for agent in (AGENT, DONOR)
    )
    np.testing.assert_array_equal(one.events, two.events)
    np.testing.assert_array_equal(one.length, two.length)
    assert len(set(one.length.tolist())) > 2


def test_the_key_decides_the_chance_of_episodes():
    again, other = (episode_seeds(WORLD, COUNT, key=jax.random.key(k)) for k in (5, 6))
    for leaf, same, new in zip(GIVEN, again, other, strict=True):
        np.testing.assert_array_equal(leaf, same)
        assert (leaf != new).any()
    rows = np.asarray(GIVEN.noise).reshape(COUNT * (WORLD.limit + 1), -1)
    assert len(np.unique(rows, axis=0)) == len(rows), "every step has its own chance"
    assert 0 <= float(GIVEN.uniform.min()) <= float(GIVEN.uniform.max()) < 1


@pytest.mark.parametrize("limit", [19, 21])
def test_seeds_of_another_time_limit_are_refused(limit):
    with pytest.raises(InputError, match="time limit of 20") as caught:
        play(AGENT, Keys(limit=limit), GIVEN)
    assert str(limit) in caught.value.why


def test_playing_leaves_the_agent_and_the_seeds_alone():
    before = digest(WAVERING), digest(GIVEN._asdict())
    played(WAVERING)
    assert (digest(WAVERING), digest(GIVEN._asdict())) == before
