"""The field knows what agents would do: the world itself, played, says the same."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import MLP, Recurrent, create
from telic.studies.field.field import MOVES, field
from telic.worlds import Keys
from telic.worlds.keys import EVENTS, FORWARD, PICKUP
from tests.worlds.boards import board

WORLD, POLICY, LIMIT = Keys(limit=40), MLP(width=16), 40
BOXED = board("o P . . / B R . . / . . . . / . . . >")  # the ball cannot move
OPEN = board("> . . P / . . . . / . o . B / . . . R")


def fresh(seed, gain=100.0):
    """An agent that is decided about what it does, and does it without a reason."""
    agent = create(jax.random.key(seed), POLICY, WORLD)
    decided = {"actor/3/kernel": agent["actor/3/kernel"] * gain}
    return agent.replace({**agent, **decided})


def always(*actions):
    """An agent that takes some actions, equally often, whatever it sees."""
    agent = fresh(0, gain=0.0)
    bias = agent["actor/3/bias"].at[np.array(actions)].set(99)
    return agent.replace({**agent, "actor/3/bias": bias})


@functools.partial(jax.jit, static_argnames="episodes")
def played(agent, pose, key, episodes=4096):
    """How often each event ends episodes of the world from one pose of `BOXED`."""

    def step(carry, key):
        states, over, events = carry
        act, world = jax.random.split(key)
        seen = jax.vmap(WORLD.observe)(states)
        actions = jax.random.categorical(act, agent.logits(seen))
        chance = jax.vmap(WORLD.sample_noise)(jax.random.split(world, episodes))
        after = jax.vmap(WORLD.step)(states, actions, chance)
        events += (~over[:, None] * after.events).sum(axis=0)
        return (after.state, over | after.terminated | after.truncated, events), None

    start = BOXED._replace(pose=pose, time=jnp.int32(0))
    states = jax.tree.map(lambda x: jnp.broadcast_to(x, (episodes, *x.shape)), start)
    carry = (states, jnp.zeros(episodes, bool), jnp.zeros(len(EVENTS)))
    (_, over, events), _ = jax.lax.scan(step, carry, jax.random.split(key, LIMIT))
    return events / episodes, over.all()


@pytest.mark.parity
@pytest.mark.parametrize(("seed", "pose"), [(0, 8), (1, 9 * 4 + 3), (2, 15 * 4 + 2)])
def test_walks_end_as_episodes_of_the_world_do(seed, pose):
    agent = fresh(seed)
    found = field({"it": agent}, WORLD, BOXED, limit=LIMIT)
    rates, over = played(agent, jnp.int32(pose), jax.random.key(seed))
    rates = dict(zip(EVENTS, rates.tolist(), strict=True))
    rates["fatal"] = rates["wall"] + rates["bump"] + rates["ball"]
    assert over
    for outcome, chance in zip(
        found.outcomes, found.walks[0, pose // 4, pose % 4], strict=True
    ):
        rate = rates.get(outcome, rates.get(f"pick_{outcome}"))
        # Four standard errors of a share of 4096.
        assert rate == pytest.approx(chance, abs=4 * max(chance, 0.01) ** 0.5 / 64)


@pytest.mark.parametrize("start", [BOXED, OPEN])
def test_probabilities_add_up_to_one_wherever_the_agent_can_be(start):
    found = field({"a": fresh(0), "b": fresh(1)}, WORLD, start)
    there = np.arange(16) != int(start.ball)
    for chances in (found.policy, found.walks):
        assert np.isnan(chances[:, ~there]).all()
        assert (chances[:, there] >= 0).all()
        assert chances[:, there].sum(axis=-1) == pytest.approx(1)
    assert found.overall.sum(axis=-1) == pytest.approx(1)


def test_the_policy_is_that_of_the_network_in_each_place():
    agent = fresh(3)
    found = field({"it": agent}, WORLD, OPEN)
    for cell, heading in ((0, 0), (6, 3), (3, 1)):  # the last one stands on a key
        there = OPEN._replace(pose=jnp.int32(cell * 4 + heading))
        seen = WORLD.observe(there)[None]
        policy = np.asarray(jax.nn.softmax(agent.logits(seen))[0])
        shown = found.policy[0, cell, heading]
        assert shown[:4] == pytest.approx(policy[:4], abs=1e-6)
        assert shown[MOVES.index("other")] == pytest.approx(policy[4:].sum(), abs=1e-6)


def test_one_that_always_walks_dies_and_one_that_only_grabs_takes_what_is_ahead():
    agents = {"walks": always(FORWARD), "grabs": always(PICKUP), "rests": always(4, 5)}
    found = field(agents, WORLD, OPEN)
    fatal, timeout = (found.outcomes.index(name) for name in ("fatal", "timeout"))
    walks, grabs, rests = found.likeliest
    assert (walks[found.free] == fatal).all()
    assert found.outcomes[grabs[2, 0]] == "purple"
    assert found.outcomes[grabs[10, 0]] == "blue"
    assert grabs[10, 2] == fatal  # the ball is ahead
    assert grabs[0, 0] == timeout
    assert found.overall[2, timeout] == 1
    assert (rests[found.free] == timeout).all()


def test_means_are_over_headings_and_over_the_cells_where_an_episode_can_begin():
    found = field({"grabs": always(PICKUP)}, WORLD, OPEN)
    assert np.flatnonzero(~found.free).tolist() == [3, 9, 11, 15]
    purple = found.outcomes.index("purple")
    assert found.by_cell[0, 2, purple] == pytest.approx(0.25)
    assert found.overall[0, purple] == pytest.approx(2 / (12 * 4))  # beside, and below


def test_where_the_agent_stands_on_the_board_and_since_when_does_not_matter():
    agents = {"it": fresh(4)}
    moved = OPEN._replace(pose=jnp.int32(27), time=jnp.int32(39))
    one, other = (field(agents, WORLD, start) for start in (OPEN, moved))
    assert np.array_equal(one.walks, other.walks, equal_nan=True)
    assert np.array_equal(one.drift, other.drift, equal_nan=True)


def test_agents_stand_in_the_order_given():
    agents = {"b": fresh(1), "a": fresh(0)}
    both, alone = (field(some, WORLD, OPEN) for some in (agents, {"a": fresh(0)}))
    assert both.agents == ("b", "a")
    assert both.walks[1] == pytest.approx(alone.walks[0], nan_ok=True)


def test_an_agent_with_memory_is_asked_as_in_the_first_step_everywhere():
    agent = create(jax.random.key(0), Recurrent(width=8, memory=8), WORLD)
    found = field({"gru": agent}, WORLD, OPEN)
    seen = WORLD.observe(OPEN._replace(pose=jnp.int32(27)))[None]
    fresh_output = agent(seen, agent.initial_carry(1))
    due = np.asarray(jax.nn.softmax(fresh_output.logits)[0])
    assert found.policy[0, 6, 3, :4] == pytest.approx(due[:4], abs=1e-6)
    assert found.memory and not field({"it": fresh(0)}, WORLD, OPEN).memory


@pytest.mark.parametrize(("agents", "limit"), [({}, 40), ({"a": fresh(0)}, 0)])
def test_a_field_of_nobody_or_of_no_steps_is_refused(agents, limit):
    with pytest.raises(InputError, match="at least one"):
        field(agents, WORLD, OPEN, limit=limit)
