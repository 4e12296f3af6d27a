"""A phase is the same loop in every kind of world, and the same bits again."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.training import PPOConfig, init_state, train_phase, train_step
from telic.training.loop import copy_seeds
from telic.worlds import Objective
from tests.small import SHALLOW, SHORT, SIZES
from tests.worlds.simulators import Stairs, Stairway

# The sizes of tests/training/test_train.py: its programs are compiled once for both.
HOST = {"world": Stairway(), "rollout": SIZES}
JAX = {"world": SHORT, "rollout": SIZES}
KINDS = pytest.mark.parametrize("parts", [HOST, JAX], ids=["host", "jax"])


def fresh(seed, parts):
    """A run that is about to begin."""
    return init_state(seed, policy=SHALLOW, **parts)


def weights(parts):
    """An objective that weighs every event."""
    return np.linspace(-1, 1, len(parts["world"].events), dtype=np.float32)


def bits(tree):
    """The digest of any tree, of its bits as they are now."""
    return digest({f"{i:03}": x for i, x in enumerate(jax.tree.leaves(tree))})


def trained(parts, rollouts, *, state=None, ppo=None, wanted=None):
    """The bits of every state and metrics of a phase, and its last state."""
    state = fresh(0, parts) if state is None else state
    wanted = weights(parts) if wanted is None else wanted
    phase = train_phase(
        state, wanted, rollouts=rollouts, ppo=ppo or PPOConfig(), **parts
    )
    told, last = [], state
    for after, metrics in phase:
        told.append(bits((after, metrics)))
        last = after
    return told, last


@KINDS
def test_two_calls_with_the_same_state_are_equal_to_the_last_bit(parts):
    first, state = trained(parts, 2)
    again, _ = trained(parts, 2)
    assert first == again
    assert len(set(first)) == 2
    further, _ = trained(parts, 2, state=state)
    assert further == trained(parts, 2, state=state)[0]
    assert set(further).isdisjoint(first)


@KINDS
def test_every_state_can_be_read_after_training_has_gone_on(parts):
    first = fresh(0, parts)
    before = bits(first)
    told, states = [], []
    for state, _ in train_phase(
        first, weights(parts), rollouts=3, ppo=PPOConfig(), **parts
    ):
        told.append(bits(state))
        states.append(state)
    assert bits(first) == before
    assert [bits(state) for state in states] == told
    assert len({before, *told}) == 4


@KINDS
def test_an_objective_is_its_weights(parts):
    events = parts["world"].events
    wanted = Objective("some", dict(zip(events, range(len(events)), strict=True)))
    due, _ = trained(parts, 1, wanted=wanted.vector(events))
    assert trained(parts, 1, wanted=wanted)[0] == due


@KINDS
def test_an_objective_of_another_world_is_refused_before_anything_is_done(parts):
    wrong = Objective("fly", {"height": 1.0}), np.zeros(3, np.float32)
    for wanted in wrong:
        with pytest.raises(InputError, match=r"no event 'height'|shape \(3,\)"):
            train_phase(fresh(0, parts), wanted, rollouts=1, ppo=PPOConfig(), **parts)


@KINDS
def test_another_seed_or_another_objective_brings_another_agent(parts):
    _, one = trained(parts, 1)
    _, other = trained(parts, 1, state=fresh(1, parts))
    _, against = trained(parts, 1, wanted=-weights(parts))
    assert len({digest(state.agent) for state in (one, other, against)}) == 3


@KINDS
def test_rollouts_are_counted_and_the_key_stays(parts):
    begun = fresh(0, parts)
    phase = train_phase(begun, weights(parts), rollouts=3, ppo=PPOConfig(), **parts)
    counts = []
    for state, _ in phase:
        counts.append(int(state.rollouts))
        assert state.key.tolist() == begun.key.tolist()
    assert counts == [1, 2, 3]


@KINDS
def test_a_phase_without_rollouts_does_nothing(parts):
    told, last = trained(parts, 0)
    assert told == []
    assert bits(last) == bits(fresh(0, parts))


@KINDS
def test_a_learning_rate_of_zero_changes_no_weight(parts):
    _, state = trained(parts, 2, ppo=PPOConfig(learning_rate=0.0))
    assert digest(state.agent) == digest(fresh(0, parts).agent)


@KINDS
def test_a_reward_scale_is_a_factor_of_the_weights(parts):
    scaled, _ = trained(parts, 2, ppo=PPOConfig(reward_scale=0.25))
    assert scaled == trained(parts, 2, wanted=weights(parts) / 4)[0]
    assert scaled != trained(parts, 2)[0]


@pytest.mark.parity
def test_in_a_jax_world_a_phase_is_advance_again_and_again():
    state, told = fresh(0, JAX), []
    for _ in range(3):
        state, metrics = train_step(
            state, PPOConfig(), jnp.asarray(weights(JAX)), **JAX
        )
        told.append(bits((state, metrics)))
    assert trained(JAX, 3)[0] == told


def test_in_a_jax_world_a_phase_may_be_left_and_entered_anywhere():
    whole, _ = trained(JAX, 4)
    first, state = trained(JAX, 1)
    rest, _ = trained(JAX, 3, state=state)
    assert first + rest == whole


def test_in_a_host_world_copies_are_made_anew_where_a_phase_is_entered():
    # Copies that end in other places than at the last step are begun again.
    whole, _ = trained(HOST, 2)
    first, state = trained(HOST, 1)
    rest, _ = trained(HOST, 1, state=state)
    assert first == whole[:1]
    assert rest != whole[1:]


def test_copies_of_a_host_world_are_seeded_by_the_key_and_the_rollouts():
    state = fresh(0, HOST)
    one = copy_seeds(state, 4)
    assert one == copy_seeds(state, 4)
    assert len(set(one)) == 4
    assert all(0 <= seed < 2**31 for seed in one)
    assert set(one).isdisjoint(copy_seeds(fresh(1, HOST), 4))
    assert set(one).isdisjoint(copy_seeds(state._replace(rollouts=jnp.int32(1)), 4))


def test_simulators_are_given_back_when_a_phase_ends_or_is_left():
    def phase():
        return train_phase(
            fresh(0, HOST), weights(HOST), rollouts=3, ppo=PPOConfig(), **HOST
        )

    for _ in itertools.islice(phase(), 2):
        assert len(Stairs.opened) == 4
    list(phase())
    left = phase()
    next(left)
    left.close()
    broken = train_phase(
        fresh(0, HOST), weights(HOST), rollouts=3, ppo=PPOConfig(), **HOST
    )
    next(broken)
    with pytest.raises(KeyboardInterrupt):
        broken.throw(KeyboardInterrupt)
    assert Stairs.opened == []


def test_metrics_hold_the_episodes_that_ended():
    phase = train_phase(
        fresh(0, HOST), weights(HOST), rollouts=2, ppo=PPOConfig(), **HOST
    )
    for _, metrics in phase:
        assert metrics.finite.all()
        # Every four episodes of a copy last ten steps together.
        assert 8 <= int(metrics.episodes.completed) <= 20
        assert 4 * 8 - 4 * 3 <= int(metrics.episodes.steps) <= 4 * 8 + 4 * 3
        assert np.isfinite([float(loss) for loss in metrics.losses]).all()


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_what_pays_is_learned_in_a_few_rollouts(sign):
    wanted = np.array([sign, 0, 0, 0, 0], np.float32)
    assert HOST["world"].events[0] == "right"
    ppo, shares = PPOConfig(learning_rate=3e-2, gamma=0.0), []
    for _, metrics in train_phase(fresh(0, HOST), wanted, rollouts=30, ppo=ppo, **HOST):
        episodes = metrics.episodes
        shares.append(float(episodes.events[0]) / int(episodes.steps))
    assert 0.2 < np.mean(shares[:2]) < 0.8
    assert abs(np.mean(shares[-5:]) - (sign > 0)) < 0.1
