"""Training on is training: from where a run stood, which stays usable."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import DivergedError, InputError
from telic.core.trees import digest
from telic.policies.interventions import add_intervention
from telic.training import PPOConfig, init_state, train_step
from telic.trials import rollouts_to, train_on
from tests.small import SHALLOW, SHORT, SIZES

SETTING = {"world": SHORT, "rollout": SIZES}
EVENTS = SETTING["world"].events
WEIGHTS = np.linspace(-1, 1, len(EVENTS)).astype(np.float32)
GOALS = np.stack([WEIGHTS, np.eye(len(EVENTS), dtype=np.float32)[3]])


def bits(state):
    """The digest of all that a run needs to go on."""
    leaves = jax.tree.leaves(state)
    return digest({f"{i:03}": leaf for i, leaf in enumerate(leaves)})


def later(rollouts=2):
    """Where a run stands after some rollouts."""
    state = init_state(0, policy=SHALLOW, **SETTING)
    for _ in range(rollouts):
        state, _ = train_step(state, PPOConfig(), WEIGHTS, **SETTING)
    return state


def biased(agent, path, bias):
    """The agent with other biases in one layer."""
    return agent.replace({**agent, path: bias})


def go_on(state, agent, rollouts=3, weights=WEIGHTS):
    """Training on from a state."""
    options = {"rollouts": rollouts, "ppo": PPOConfig(), **SETTING}
    return train_on(state, agent, weights, GOALS, **options)


@pytest.fixture(scope="module")
def state():
    """A run that has begun."""
    return later()


@pytest.fixture(scope="module")
def edited(state):
    """Its agent, with a bias that was shifted."""
    path = "actor/1/bias"
    return biased(state.agent, path, state.agent[path].at[2].add(1.0))


def test_training_on_unedited_is_what_the_run_itself_did(state):
    curve, run = go_on(state, state.agent), later(5)
    assert digest(curve.agent) == digest(run.agent)


def test_an_edited_agent_trains_in_the_place_of_the_states_own(state, edited):
    returns, now = [], jax.tree.map(jnp.array, state._replace(agent=edited))
    for _ in range(3):
        now, metrics = train_step(now, PPOConfig(), WEIGHTS, **SETTING)
        done = metrics.episodes
        assert int(done.completed) > 0
        returns.append(GOALS @ np.asarray(done.events / done.completed))
    curve = go_on(state, edited)
    assert digest(curve.agent) == digest(now.agent)
    np.testing.assert_allclose(curve.returns, returns, rtol=1e-5, atol=1e-6)
    assert digest(curve.agent) != digest(go_on(state, state.agent).agent)


def test_the_state_and_the_agent_are_left_as_they_were_and_usable(state, edited):
    before = bits(state), digest(edited)
    one, two = go_on(state, edited), go_on(state, edited)
    assert (bits(state), digest(edited)) == before
    assert digest(one.agent) == digest(two.agent) != digest(edited)
    np.testing.assert_array_equal(one.returns, two.returns)
    # A buffer that was used up would be an error here.
    train_step(jax.tree.map(jnp.array, state), PPOConfig(), WEIGHTS, **SETTING)


def test_the_first_rollout_is_gathered_before_any_update(state, edited):
    one, other = (go_on(state, edited, 2, sign * WEIGHTS) for sign in (1, -1))
    np.testing.assert_array_equal(one.returns[0], other.returns[0])
    assert digest(one.agent) != digest(other.agent)


def test_no_rollouts_leave_the_agent_as_it_is(state, edited):
    curve = go_on(state, edited, 0)
    assert curve.returns.shape == (0, 2)
    assert digest(curve.agent) == digest(edited)


def test_a_rollout_without_a_completed_episode_has_no_return():
    # Who only turns left completes an episode in every ninth step; a rollout has eight.
    state, path = init_state(0, policy=SHALLOW, **SETTING), "actor/1/bias"
    left = biased(state.agent, path, state.agent[path].at[0].set(100.0))
    options = {"rollouts": 3, "ppo": PPOConfig(learning_rate=0.0), **SETTING}
    curve = train_on(state, left, WEIGHTS, GOALS, **options)
    assert EVENTS[3] == "timeout"
    np.testing.assert_array_equal(curve.returns[:, 1], [np.nan, 1, 1])
    assert np.isnan(curve.returns[0]).all()


def test_an_agent_with_interventions_is_refused(state):
    shift = add_intervention(state.agent, "actor/logits", {"shift": jnp.ones(7)})
    steered = state.agent.replace(shift)
    with pytest.raises(InputError, match="interventions"):
        go_on(state, steered)


def test_an_agent_of_another_policy_is_refused(state):
    path = "actor/0/bias"
    lacking = {p: leaf for p, leaf in state.agent.items() if p != path}
    odd_ones = {**state.agent, path: jnp.zeros(9)}, lacking
    for odd in map(state.agent.replace, odd_ones):
        with pytest.raises(InputError, match=path):
            go_on(state, odd)


def test_numbers_that_blow_up_are_an_error(state):
    path = "actor/0/bias"
    broken = biased(state.agent, path, state.agent[path].at[0].set(jnp.nan))
    with pytest.raises(DivergedError, match="rollout 1"):
        go_on(state, broken)


@pytest.mark.parametrize(
    ("curve", "due"),
    [
        ([0.1, 0.5, 0.9], 1),
        ([0.5, 0.0, 0.9], 0),
        ([0.4, 0.49], None),
        ([np.nan, 0.2, np.nan, 0.7], 3),
        ([np.nan, np.nan], None),
        ([], None),
    ],
)
def test_rollouts_to_a_mark_are_those_before_it_is_first_reached(curve, due):
    assert rollouts_to(np.array(curve), 0.5) == due
