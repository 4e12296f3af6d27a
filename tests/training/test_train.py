"""Training as a walk of one state: bit for bit again, and it says when it fails."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import DivergedError
from telic.core.trees import LARGEST, digest
from telic.policies import MLP, create
from telic.rollouts import Completed
from telic.rollouts.collect import collect_rollout, start
from telic.training import (
    PPOConfig,
    RolloutMetrics,
    init_state,
    raise_if_diverged,
    train_step,
)
from telic.training.ppo import Losses
from telic.training.state import _batch, _values
from tests.small import SHALLOW, SHORT, SIZES
from tests.training.worlds import PAY, Clock

SETTING = {"world": SHORT, "rollout": SIZES}
EVENTS = len(SETTING["world"].events)
WEIGHTS = jnp.linspace(-1, 1, EVENTS)


def fresh(seed=0):
    """A run that is about to begin."""
    return init_state(seed, policy=SHALLOW, **SETTING)


def go(state, rollouts, *, weights=WEIGHTS, ppo=None):
    """The state some rollouts later, and the metrics of the last one."""
    metrics = None
    for _ in range(rollouts):
        state, metrics = train_step(state, ppo or PPOConfig(), weights, **SETTING)
    return state, metrics


def bits(state):
    """The digest of all that a run needs to go on."""
    leaves = jax.tree.leaves(state)
    return digest({f"{i:03}": leaf for i, leaf in enumerate(leaves)})


def test_the_same_seed_brings_the_same_bits():
    one, told = go(fresh(), 3)
    two, again = go(fresh(), 3)
    assert bits(one) == bits(two)
    assert bits(told) == bits(again)


def test_another_seed_brings_another_agent_and_other_episodes():
    one, two = fresh(), fresh(1)
    assert digest(one.agent) != digest(two.agent)
    assert bits(one.actors) != bits(two.actors)
    assert bits(one.key) != bits(two.key)


def test_a_run_that_was_stored_goes_on_as_if_it_had_never_stopped():
    whole, _ = go(fresh(), 4)
    half, _ = go(fresh(), 2)
    # `train_step` reuses the buffers of its first argument: a view would not do.
    stored = jax.tree.map(lambda leaf: np.array(leaf, copy=True), half)
    rest, _ = go(stored, 2)
    assert bits(rest) == bits(whole)


def test_the_key_stays_and_the_rollouts_are_counted():
    begun = fresh()
    key = np.array(begun.key)
    state, _ = go(begun, 3)
    assert state.key.tolist() == key.tolist()
    assert int(state.rollouts) == 3


def test_every_rollout_has_chance_of_its_own():
    later = fresh()._replace(rollouts=jnp.int32(1))
    one, _ = go(fresh(), 1)
    two, _ = go(later, 1)
    assert bits(one.actors) != bits(two.actors)
    assert digest(one.agent) != digest(two.agent)


def test_a_rollout_and_an_update_change_every_weight():
    before = {path: np.array(leaf) for path, leaf in fresh().agent.items()}
    after, _ = go(fresh(), 1)
    assert all((after.agent[path] != leaf).any() for path, leaf in before.items())


def test_the_objective_decides_what_is_learned_but_not_what_happens_first():
    one, told = go(fresh(), 1)
    two, other = go(fresh(), 1, weights=-WEIGHTS)
    assert bits(told.episodes) == bits(other.episodes)
    assert bits(one.actors) == bits(two.actors)
    assert digest(one.agent) != digest(two.agent)


def test_a_learning_rate_of_zero_changes_nothing():
    before = digest(fresh().agent)
    state, _ = go(fresh(), 2, ppo=PPOConfig(learning_rate=0.0))
    assert digest(state.agent) == before


def test_healthy_training_passes_the_check():
    state, metrics = go(fresh(), 1)
    raise_if_diverged(metrics, state.agent, rollouts=1)


@pytest.mark.parametrize("path", ["actor/0/kernel", "critic/0/bias"])
def test_one_weight_that_is_not_a_number_is_found(path):
    state = fresh()
    broken = {**state.agent, path: state.agent[path].at[0].set(jnp.nan)}
    state = state._replace(agent=state.agent.replace(broken))
    state, metrics = go(state, 1)
    with pytest.raises(DivergedError, match=r"rollout 7: \w+ is nan"):
        raise_if_diverged(metrics, state.agent, rollouts=7)


def test_an_objective_that_is_not_a_number_is_found():
    state, metrics = go(fresh(), 1, weights=WEIGHTS.at[0].set(jnp.nan))
    with pytest.raises(DivergedError, match="rollout 1: loss is nan"):
        raise_if_diverged(metrics, state.agent, rollouts=1)


@pytest.mark.parametrize("rate", [1e30, float("inf")])
def test_a_learning_rate_without_measure_is_found(rate):
    state, metrics = go(fresh(), 1, ppo=PPOConfig(learning_rate=rate))
    with pytest.raises(DivergedError, match="lower ppo learning rate"):
        raise_if_diverged(metrics, state.agent, rollouts=1)


@pytest.mark.parametrize("rate", [1e3, 1e4])
def test_a_divergence_whose_numbers_stay_finite_is_found_too(rate):
    state, metrics = go(fresh(), 1, ppo=PPOConfig(learning_rate=rate))
    assert np.isfinite(np.array(metrics.losses)).all() and metrics.finite.all()
    with pytest.raises(DivergedError, match="lower ppo learning rate") as caught:
        raise_if_diverged(metrics, state.agent, rollouts=1)
    assert "1e+06" in caught.value.why


def test_a_weight_beyond_all_measure_is_named():
    agent, path = create(jax.random.key(0), SHALLOW, SHORT), "actor/1/kernel"
    metrics = metrics_of(agent)
    at_most, beyond = (
        agent.replace({**agent, path: agent[path].at[0, 0].set(weight)})
        for weight in (-LARGEST, -1.1 * LARGEST)
    )
    raise_if_diverged(metrics, at_most, rollouts=5)
    with pytest.raises(DivergedError, match=r"a weight of actor/1/kernel is 1.1e"):
        raise_if_diverged(metrics, beyond, rollouts=5)


def test_a_policy_moved_beyond_all_measure_is_found_and_a_large_return_is_not():
    agent = create(jax.random.key(0), SHALLOW, SHORT)
    large = dict.fromkeys(["loss", "value", "grad_norm"], jnp.asarray(1e12))
    raise_if_diverged(metrics_of(agent, **large), agent, rollouts=5)
    with pytest.raises(DivergedError, match=r"moved the policy by 2e.06 nats"):
        raise_if_diverged(metrics_of(agent, kl=jnp.asarray(2e6)), agent, rollouts=5)


def metrics_of(agent, *, broken=None, **losses):
    """Metrics in which everything is fine but what is named."""
    fine = Losses(*jnp.zeros(len(Losses._fields)))._replace(**losses)
    nothing = Completed(jnp.int32(0), jnp.zeros(EVENTS), jnp.int32(0))
    return RolloutMetrics(
        nothing, fine, jnp.array([path != broken for path in sorted(agent)])
    )


@pytest.mark.parametrize("path", ["actor/1/kernel", "critic/0/bias"])
def test_the_error_names_the_tensor(path):
    agent = create(jax.random.key(0), SHALLOW, SHORT)
    with pytest.raises(DivergedError) as caught:
        raise_if_diverged(metrics_of(agent, broken=path), agent, rollouts=5)
    assert path in caught.value.what
    assert caught.value.code == 5


def test_the_error_names_the_gradient():
    agent = create(jax.random.key(0), SHALLOW, SHORT)
    metrics = metrics_of(agent, grad_norm=jnp.inf)
    with pytest.raises(DivergedError, match="grad_norm is inf"):
        raise_if_diverged(metrics, agent, rollouts=5)


@functools.partial(jax.jit, static_argnames=("world", "steps", "envs"))
def acted(agent, *, world, steps, envs):
    """The data of one rollout from first states on."""
    actors = start(jax.random.key(1), world, envs)
    key = jax.random.key(2)
    return collect_rollout(key, agent, actors, world=world, steps=steps)[1]


@functools.partial(jax.jit, static_argnames=("world", "steps"))
def targets_of(*, world, steps):
    """What a critic that values time t at 2^t is taught, for γ = ½ and λ = 0."""
    plain = create(jax.random.key(0), MLP(actor_layers=1, critic_layers=1), world)
    doubling = 2.0 ** jnp.arange(world.limit + 1.0)[:, None]
    agent = plain.replace({**plain, "critic/0/kernel": doubling})
    data = acted(agent, world=world, steps=steps, envs=1)
    return _batch(agent, data, PAY, PPOConfig(gamma=0.5, gae_lambda=0.0)).targets


@pytest.mark.parametrize(
    ("steps", "targets"),
    [
        (2, [2, 3]),  # the rollout ends within an episode
        (3, [2, 3, 5]),  # it ends with the time limit
        (5, [2, 3, 5, 2, 3]),  # the time limit comes before: 1 + ½·8, not 1 + ½·1
    ],
)
def test_a_time_limit_is_bootstrapped_from_the_state_before_the_reset(steps, targets):
    assert targets_of(world=Clock(limit=3), steps=steps).tolist() == targets


@pytest.mark.parametrize(("steps", "last"), [(3, [1]), (5, [1, 2, 3])])
def test_an_end_for_good_is_not_bootstrapped(steps, last):
    world = Clock(limit=3, for_good=True)
    assert targets_of(world=world, steps=steps).tolist() == [2, 3, *last]


def test_the_next_values_are_those_of_the_next_observations():
    def values(agent, seen):
        flat = seen.reshape(-1, *SHORT.observation)
        return agent.value(flat).reshape(seen.shape[:2])

    @jax.jit
    def both():
        agent = create(jax.random.key(0), SHALLOW, SHORT)
        data = acted(agent, world=SHORT, steps=12, envs=6)
        due = (values(agent, x) for x in (data.observations, data.next_observations))
        return data, _values(agent, data), tuple(due)

    data, (now, found), (here, expected) = jax.tree.map(np.asarray, both())
    goes_on = ~data.terminated
    assert (data.truncated & goes_on)[:-1].any()
    np.testing.assert_allclose(now, here, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[goes_on], expected[goes_on], rtol=1e-5, atol=1e-6)
