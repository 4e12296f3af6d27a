import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import Recurrent, Spec, create
from telic.policies.recurrent import STATE, stepped
from telic.rollouts import HostCollector, sequences_of
from telic.training import PPOConfig, RolloutConfig, init_state, train_phase
from telic.worlds import GymWorld, Keys, Objective
from tests.policies.examples import (
    agent_of,
    intervened,
    seen_by,
    sequence,
    unroll,
)


def test_one_step_of_one_unit_worked_out_by_hand():
    params = {
        "trunk/gru/input": jnp.array([[[0.0], [1.0], [0.5]]]),
        "trunk/gru/hidden": jnp.array([[[0.0], [0.0], [1.0]]]),
        "trunk/gru/bias": jnp.array([[0.0], [-1.0], [0.0]]),
    }
    # r = σ(0) = 1/2, z = σ(1·1 - 1) = 1/2, h̃ = tanh(0.5·1 + (1/2·1)·1) = tanh 1
    found = stepped(params, jnp.ones((1, 1)), jnp.ones((1, 1)))
    assert found[0, 0] == pytest.approx((1 + np.tanh(1)) / 2, abs=1e-6)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def by_loops(agent, seen, first):
    """Logits, values and states of a sequence, unit by unit."""
    p = {path: np.asarray(leaf, np.float64) for path, leaf in agent.items()}
    W, U, b = (p[f"trunk/gru/{leaf}"] for leaf in ("input", "hidden", "bias"))
    time, batch = first.shape
    inputs = np.asarray(agent.spec.channel_values(seen.reshape(-1, *seen.shape[2:])))
    inputs = inputs.reshape(time, batch, -1)
    states = np.zeros((time, batch, b.shape[1]))
    for row in range(batch):
        h = np.zeros(b.shape[1])
        for now in range(time):
            if first[now, row]:
                h = np.zeros_like(h)
            x = np.maximum(
                inputs[now, row] @ p["trunk/0/kernel"] + p["trunk/0/bias"], 0
            )
            new = np.zeros_like(h)
            r = [
                sigmoid(x @ W[:, 0, u] + h @ U[:, 0, u] + b[0, u])
                for u in range(len(h))
            ]
            for u in range(len(h)):
                z = sigmoid(x @ W[:, 1, u] + h @ U[:, 1, u] + b[1, u])
                came = np.tanh(x @ W[:, 2, u] + (r * h) @ U[:, 2, u] + b[2, u])
                new[u] = z * h[u] + (1 - z) * came
            states[now, row] = h = new
    logits = states @ p["actor/0/kernel"] + p["actor/0/bias"]
    value = states @ p["critic/0/kernel"] + p["critic/0/bias"]
    return logits, value[..., 0], states


@pytest.mark.parity
@pytest.mark.parametrize("form", ["codes", "floats"])
def test_a_sequence_is_that_of_a_loop_over_units(form):
    agent = agent_of("recurrent", form)
    seen, first = sequence(agent)
    output, states = unroll(agent, seen, first, agent.initial_carry(3))
    ought = by_loops(agent, seen, first)
    for found, due in zip((output.logits, output.value, states), ought, strict=True):
        np.testing.assert_allclose(found, due, atol=2e-5)
    assert np.array_equal(output.carry, np.asarray(states)[-1])


@pytest.mark.parity
def test_the_gradient_through_time_is_that_of_a_python_loop():
    agent = agent_of("recurrent")
    seen, first = sequence(agent)

    def scanned(agent):
        output, _ = agent.unroll(seen, first, agent.initial_carry(3))
        return (output.logits**2).sum() + (output.value**3).sum()

    def looped(agent):
        total, carry = 0.0, agent.initial_carry(3)
        for now in range(len(seen)):
            carry = jnp.where(first[now][:, None], 0.0, carry)
            output = agent(seen[now], carry)
            carry = output.carry
            total += (output.logits**2).sum() + (output.value**3).sum()
        return total

    found, ought = jax.jit(jax.grad(scanned))(agent), jax.jit(jax.grad(looped))(agent)
    for path, slope in found.items():
        assert np.any(slope), path
        np.testing.assert_allclose(slope, ought[path], rtol=1e-3, atol=1e-4)


def test_what_the_tap_gives_back_is_what_is_remembered():
    agent = agent_of("recurrent")
    seen = seen_by(agent, 2)
    output = agent(seen, tap=lambda site, x: x + 1 if site == STATE else x)
    carry = agent(seen).carry + 1
    assert np.array_equal(output.carry, carry)
    again = agent(seen, output.carry)
    assert np.array_equal(again.logits, agent(seen, carry).logits)


def test_a_donor_remembers_its_own_episode_and_not_the_agents():
    agent, donor = agent_of("recurrent"), agent_of("recurrent", seed=1)
    seen, first = sequence(agent)
    held = {f"donor/{path}": leaf for path, leaf in donor.actor.items()}
    mask = jnp.ones(agent.sites[STATE][0])
    patched = intervened(agent, STATE, mask=mask, **held)
    output, _ = unroll(patched, seen, first, patched.initial_carry(3))
    _, states = unroll(donor, seen, first, donor.initial_carry(3))
    kernel, bias = (np.asarray(agent[f"actor/0/{leaf}"]) for leaf in ("kernel", "bias"))
    ought = np.asarray(states) @ kernel + bias
    np.testing.assert_allclose(output.logits, ought, atol=1e-5)


def test_what_is_seen_first_is_remembered_later():
    agent = agent_of("recurrent")
    seen, _ = sequence(agent)
    first = np.zeros(seen.shape[:2], bool)
    first[0] = True
    seen, other = np.array(seen), np.array(seen)
    other[0] = (seen[0] + 1) % len(agent.spec.table)
    ends = [
        np.asarray(unroll(agent, x, first, agent.initial_carry(3))[0].logits)[-1]
        for x in (seen, other)
    ]
    assert abs(ends[0] - ends[1]).max() > 1e-3


def test_a_state_of_another_width_than_the_policys_is_refused():
    agent = agent_of("recurrent")
    wide = {
        **agent,
        "trunk/gru/input": np.zeros((5, 3, 6), np.float32),
        "trunk/gru/hidden": np.zeros((6, 3, 6), np.float32),
        "trunk/gru/bias": np.zeros((3, 6), np.float32),
        "actor/0/kernel": np.zeros((6, 7), np.float32),
        "critic/0/kernel": np.zeros((6, 1), np.float32),
    }
    with pytest.raises(InputError, match=r"\(6, 7\)"):
        type(agent)(wide, agent.policy, agent.spec)


def test_every_gate_begins_with_an_orthogonal_matrix_of_its_own():
    agent = create(jax.random.key(0), Recurrent(width=4, memory=4), Keys(view=3))
    for leaf in ("input", "hidden"):
        gates = np.moveaxis(np.asarray(agent[f"trunk/gru/{leaf}"]), 1, 0)
        for gate in gates:
            np.testing.assert_allclose(gate.T @ gate, np.eye(4), atol=1e-5)
        assert abs(gates[0] - gates[1]).max() > 0.1


def test_copies_that_cannot_be_dealt_out_whole_are_refused():
    rollout = RolloutConfig(num_envs=3, num_steps=8, num_minibatches=2)
    with pytest.raises(InputError, match="num_minibatches = 2"):
        init_state(
            0, policy=Recurrent(width=4, memory=4), world=Keys(view=3), rollout=rollout
        )


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"width": 0}, "width = 0"), ({"memory": 5000}, "memory = 5000")],
)
def test_a_field_out_of_range_is_named(fields, said):
    with pytest.raises(InputError, match=f"Recurrent.{said}"):
        Recurrent(**fields)


def test_an_image_is_refused_and_conv_named():
    image = Spec(observation=(84, 84, 3), actions=("a",))
    with pytest.raises(InputError, match="84 x 84 x 3") as found:
        Recurrent().check(image)
    assert "conv" in found.value.fix


def test_in_a_host_world_memory_goes_on_between_rollouts_and_ends_with_an_episode():
    world = GymWorld("CartPole-v1")
    agent = create(jax.random.key(0), Recurrent(width=4, memory=3), world)
    copies = HostCollector(world, [1, 2])
    try:
        told = [copies.collect(jax.random.key(i), agent, 40)[0] for i in range(2)]
    finally:
        copies.close()
    told = [jax.tree.map(np.asarray, x) for x in told]
    assert (told[0].carry == 0).all() and (told[1].carry != 0).any()
    whole = np.concatenate([x.observations for x in told])
    done = np.concatenate([x.terminated | x.truncated for x in told])
    first = np.concatenate([np.ones((1, 2), bool), done[:-1]])
    assert done.sum() > 2
    _, states = unroll(agent, whole, first, agent.initial_carry(2))
    due = np.where(first[40][:, None], 0, np.asarray(states)[39])
    np.testing.assert_allclose(told[1].carry, due, atol=1e-5)
    actions = np.concatenate([x.actions for x in told])
    logs = jax.jit(lambda agent, *told: agent.log_probs(*told))(
        agent, whole, actions, first, agent.initial_carry(2)
    )
    np.testing.assert_allclose(
        np.concatenate([x.log_probs for x in told]), logs, atol=1e-5
    )


def test_an_agent_with_memory_trains_in_a_host_world():
    world, rollout = GymWorld("CartPole-v1"), RolloutConfig(2, 16, 1, 2)
    state = init_state(
        0, policy=Recurrent(width=4, memory=3), world=world, rollout=rollout
    )
    reward = Objective("reward", {"reward": 1.0})
    parts = {"ppo": PPOConfig(), "world": world, "rollout": rollout}
    *_, (after, metrics) = train_phase(state, reward, rollouts=2, **parts)
    assert np.all(metrics.finite)
    assert not any(np.array_equal(after.agent[p], x) for p, x in state.agent.items())


def test_sequences_that_agents_are_compared_on_begin_with_episodes():
    agent = agent_of("recurrent")
    world = Keys(view=3, limit=12)
    seen, first = sequences_of(jax.random.key(0), agent, world, steps=20, envs=2)
    assert seen.shape == (20, 2, 3, 3)
    assert first[0].all() and 2 < first.sum() < 40
