"""PPO: it learns what is known by hand, and its parts are what they claim to be."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from telic.core.errors import InputError
from telic.policies import MLP, Agent, Spec
from telic.training import PPOConfig, RolloutConfig, init_state, train_step
from telic.training.ppo import Batch, _loss, _shuffles, optimiser, update
from tests.training.worlds import PAY, Choice, Clock, Echo, Gift, Sign, Wait

SIZES = RolloutConfig(num_envs=8, num_steps=16, update_epochs=4, num_minibatches=2)
POLICY = MLP(width=16, actor_layers=2, critic_layers=2, activation="tanh")
HYPER = PPOConfig(learning_rate=5e-3, gamma=0.8, vf_coef=0.5, weight_decay=0.0)


def learn(world, rollouts=60, weights=PAY):
    """The agent after some rollouts in a toy world."""
    setting = {"world": world, "rollout": SIZES}
    state = init_state(0, policy=POLICY, **setting)
    for _ in range(rollouts):
        state, _ = train_step(state, HYPER, weights, **setting)
    return state.agent


answered = jax.jit(lambda agent, seen: agent(seen))


def values(world, observations, **settings):
    """What the trained critic expects of some observations."""
    return answered(learn(world, **settings), np.array(observations, np.float32)).value


def chances(world, observations, **settings):
    """What the trained actor does on some observations."""
    agent = learn(world, **settings)
    found = answered(agent, np.array(observations, np.float32)).logits
    return np.asarray(jax.jit(jax.nn.softmax)(found))


def test_a_gift_is_worth_one():
    np.testing.assert_allclose(values(Gift(), [[1.0]]), [1.0], atol=0.02)


def test_the_value_follows_what_is_seen():
    found = values(Sign(), [[-1.0], [1.0]])
    np.testing.assert_allclose(found, [-1.0, 1.0], atol=0.05)


def test_pay_that_comes_later_is_discounted():
    found = values(Wait(), [[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(found, [0.8, 1.0], atol=0.03)


def test_the_action_that_pays_is_learned():
    assert float(chances(Choice(), [[1.0]])[0, 0]) > 0.95


def test_the_opposite_objective_teaches_the_other_action():
    assert float(chances(Choice(), [[1.0]], weights=-PAY)[0, 1]) > 0.95


def test_the_best_action_is_learned_for_each_observation():
    learned = chances(Echo(), [[1.0, 0.0], [0.0, 1.0]])
    assert np.diag(learned).min() > 0.95


def test_a_time_limit_does_not_lower_the_value():
    found = values(Clock(limit=4, blind=True), [[1.0]], rollouts=100)
    np.testing.assert_allclose(found, [5.0], rtol=0.03)


def test_an_end_for_good_does_lower_the_value():
    found = values(Clock(limit=4, for_good=True), np.eye(5)[:4], rollouts=100)
    expected = [(1 - 0.8**n) / (1 - 0.8) for n in (4, 3, 2, 1)]
    np.testing.assert_allclose(found, expected, rtol=0.05)


def even(preference=0.0):
    """An agent for `Choice` that prefers `left` by so much."""
    weights = {
        "actor/0/kernel": np.zeros((1, 2), np.float32),
        "actor/0/bias": np.array([preference, 0.0], np.float32),
        "critic/0/kernel": np.zeros((1, 1), np.float32),
        "critic/0/bias": np.zeros(1, np.float32),
    }
    return Agent(jax.device_put(weights), MLP(1, 1, 1), Spec.of(Choice()))


def batch_of(ratios, gains, targets=(0.0, 0.0)):
    """Two times `left` at even odds, chosen earlier with such ratios of chances."""
    floats = lambda values: jax.device_put(np.asarray(values, np.float32))
    return Batch(
        observations=floats(np.ones((2, 1))),
        actions=jax.device_put(np.zeros(2, np.int32)),
        log_probs=floats(np.log(0.5 / np.array(ratios))),
        advantages=floats(gains),
        targets=floats(targets),
    )


slope_of = jax.jit(jax.grad(_loss, has_aux=True))
losses_of = jax.jit(_loss)


def slope_and_losses(batch, preference=0.0, **ppo):
    """The gradient and the losses of `even` on a batch, without entropy bonus."""
    settings = PPOConfig(**({"ent_coef": 0.0, "vf_coef": 1.0} | ppo))
    slope, losses = slope_of(even(preference), batch, settings)
    return {path: np.asarray(leaf) for path, leaf in slope.items()}, losses


def test_the_clip_stops_the_gradient_of_ratios_that_went_far_enough():
    slope, losses = slope_and_losses(batch_of([1.5, 0.5], [1.0, -1.0]))
    assert not slope["actor/0/bias"].any()
    # -½ (min(1.5, 1.2) + min(-0.5, -0.8))
    assert float(losses.policy) == pytest.approx(-0.2)
    assert float(losses.clipped) == 1.0


def test_the_clip_lets_ratios_come_back():
    slope, losses = slope_and_losses(batch_of([0.5, 1.5], [1.0, -1.0]))
    # d(-½ (r₁ - r₂)) / d bias, with dr / d bias = r (1 - p, -p)
    np.testing.assert_allclose(slope["actor/0/bias"], [0.25, -0.25], atol=1e-6)
    assert float(losses.policy) == pytest.approx(0.5)


def test_the_gradient_raises_the_chance_of_what_was_better_than_expected():
    batch = batch_of([1.0, 1.0], [3.0, -5.0])._replace(
        actions=jnp.array([0, 1], jnp.int32)
    )
    slope, losses = slope_and_losses(batch)
    assert slope["actor/0/bias"][0] < 0 < slope["actor/0/bias"][1]
    assert float(losses.clipped) == float(losses.kl) == 0.0


def test_advantages_are_normalised_within_the_minibatch():
    small, _ = slope_and_losses(batch_of([1.1, 0.9], [1.0, 3.0]))
    large, _ = slope_and_losses(batch_of([1.1, 0.9], [-100.0, 100.0]))
    np.testing.assert_allclose(
        small["actor/0/bias"], large["actor/0/bias"], rtol=1e-5, atol=1e-7
    )


def test_the_value_loss_is_half_the_mean_square():
    batch = batch_of([1.0, 1.0], [1.0, -1.0], targets=[2.0, 4.0])
    slope, losses = slope_and_losses(batch, vf_coef=0.5)
    assert float(losses.value) == 5.0
    assert slope["critic/0/bias"].tolist() == [-1.5]  # ½ · mean(0 - R)


def test_the_loss_is_the_weighted_sum_of_its_parts():
    batch = batch_of([1.1, 0.7], [1.0, -1.0], targets=[2.0, 4.0])
    _, losses = slope_and_losses(batch, vf_coef=0.25, ent_coef=0.125)
    total = losses.policy + 0.25 * losses.value - 0.125 * losses.entropy
    assert float(losses.loss) == pytest.approx(float(total))
    assert float(losses.entropy) == pytest.approx(np.log(2))


def test_the_entropy_bonus_raises_the_entropy():
    agent, rollout = even(preference=1.0), RolloutConfig(1, 2, 1, 1)
    settings = PPOConfig(ent_coef=1.0, weight_decay=0.0, learning_rate=0.1)
    state = optimiser(settings).init(agent)
    indifferent = batch_of([1.0, 1.0], [0.0, 0.0])
    entropies = []
    for _ in range(3):
        agent, state, losses = update(
            jax.random.key(0),
            agent,
            state,
            indifferent,
            ppo=settings,
            rollout=rollout,
        )
        entropies.append(float(losses.entropy))
    assert entropies == sorted(entropies)
    assert entropies[0] < entropies[-1] < np.log(2)


@settings(max_examples=40)
@given(arrays(np.float32, 2, elements=st.integers(1, 40).map(lambda n: n / 10)))
def test_the_estimate_of_the_divergence_is_never_negative(ratios):
    batch = batch_of(ratios, [1.0, -1.0])
    _, losses = losses_of(even(), batch, PPOConfig())
    assert float(losses.kl) >= -1e-6
    expected = np.mean(ratios - 1 - np.log(ratios))
    assert float(losses.kl) == pytest.approx(expected, abs=1e-5)


def torch_adam(weights, gradients, ppo):
    """clip_grad_norm_, then a step of torch's Adam and AdamW in one, as their
    documentation writes it; on double precision and plain NumPy."""
    beta, gamma = 0.9, 0.999
    weights = {k: w.astype(np.float64) for k, w in weights.items()}
    m = {k: np.zeros_like(w) for k, w in weights.items()}
    v = {k: np.zeros_like(w) for k, w in weights.items()}
    for t, gradient in enumerate(gradients, start=1):
        size = np.sqrt(
            sum((g.astype(np.float64) ** 2).sum() for g in gradient.values())
        )
        scale = min(1.0, ppo.max_grad_norm / (size + 1e-6))
        for k, w in weights.items():
            g = gradient[k] * scale + ppo.weight_decay * w
            w = w * (1 - ppo.learning_rate * ppo.decoupled_decay)
            m[k] = beta * m[k] + (1 - beta) * g
            v[k] = gamma * v[k] + (1 - gamma) * g * g
            root = np.sqrt(v[k]) / np.sqrt(1 - gamma**t) + ppo.adam_eps
            weights[k] = w - ppo.learning_rate / (1 - beta**t) * m[k] / root
    return weights


@pytest.mark.parity
@pytest.mark.parametrize(
    "decay",
    [
        {"weight_decay": 0.0},
        {"weight_decay": 0.1},
        {"weight_decay": 0.0, "decoupled_decay": 0.1},
        {"weight_decay": 0.05, "decoupled_decay": 0.2},
    ],
    ids=["none", "in the gradient", "decoupled", "both"],
)
def test_the_optimiser_is_torchs_adam(decay):
    ppo = PPOConfig(learning_rate=0.01, max_grad_norm=0.5, **decay)
    chance = np.random.default_rng(0)
    draw = lambda size: {
        "a": chance.normal(0, size, (3, 2)).astype(np.float32),
        "b": chance.normal(0, size, 4).astype(np.float32),
    }
    # Gradients above and below the norm at which they are clipped.
    weights, gradients = draw(1.0), [draw(s) for s in (1.0, 0.05, 3.0, 0.1, 1.0)]
    chain, agent = optimiser(ppo), weights

    @jax.jit
    def moved(gradient, state, agent):
        change, state = chain.update(gradient, state, agent)
        return state, optax.apply_updates(agent, change)

    state = chain.init(agent)
    for gradient in gradients:
        state, agent = moved(gradient, state, agent)
    for path, expected in torch_adam(weights, gradients, ppo).items():
        np.testing.assert_allclose(agent[path], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "rollout",
    [RolloutConfig(3, 4, 5, 2), RolloutConfig(4, 16, 3, 4), RolloutConfig(1, 1, 3, 1)],
    ids=str,
)
def test_every_epoch_takes_every_row_once(rollout):
    rows = np.asarray(_shuffles(jax.random.key(0), rollout, rollout.batch))
    steps = rollout.update_epochs * rollout.num_minibatches
    assert rows.shape == (steps, rollout.batch // rollout.num_minibatches)
    for epoch in rows.reshape(rollout.update_epochs, -1):
        assert sorted(epoch) == list(range(rollout.batch))


def test_every_epoch_and_every_key_has_an_order_of_its_own():
    rollout = RolloutConfig(4, 16, 3, 4)
    rows = [
        np.asarray(_shuffles(jax.random.key(k), rollout, rollout.batch))
        for k in range(2)
    ]
    orders = np.concatenate([r.reshape(3, -1) for r in rows])
    assert len({tuple(order) for order in orders}) == 6


def test_every_row_is_as_often_in_every_place():
    rollout = RolloutConfig(2, 3, 6000, 1)
    orders = np.asarray(_shuffles(jax.random.key(1), rollout, rollout.batch))
    for row in range(6):
        share = (orders == row).mean(axis=0)
        np.testing.assert_allclose(share, 1 / 6, atol=4 * np.sqrt(5 / 36 / 6000))


def test_other_hyper_parameters_and_objectives_compile_nothing():
    setting = {"world": Choice(), "rollout": SIZES}
    state, _ = train_step(
        init_state(0, policy=POLICY, **setting), PPOConfig(), PAY, **setting
    )
    compiled = train_step._cache_size()
    other = PPOConfig(
        learning_rate=1e-3,
        gamma=0.5,
        gae_lambda=0.5,
        clip_coef=0.1,
        ent_coef=0.0,
        vf_coef=1.0,
        max_grad_norm=9.0,
        weight_decay=0.5,
        decoupled_decay=0.5,
        adam_eps=1e-3,
    )
    train_step(state, other, -2 * PAY, **setting)
    assert train_step._cache_size() == compiled


@pytest.mark.parametrize(
    ("wrong", "allowed"),
    [
        ({"gamma": 1.5}, "0 to 1"),
        ({"learning_rate": -1.0}, "0 or more"),
        ({"clip_coef": float("nan")}, "0 or more"),
    ],
    ids=str,
)
def test_a_hyper_parameter_out_of_range_is_refused(wrong, allowed):
    with pytest.raises(InputError, match=f"allowed: {allowed}"):
        PPOConfig(**wrong)


@pytest.mark.parametrize("field", ["num_envs", "num_steps", "update_epochs"])
def test_a_size_below_one_is_refused(field):
    with pytest.raises(InputError, match=f"ppo {field} = 0"):
        RolloutConfig(**{field: 0})


def test_minibatches_must_divide_the_batch():
    with pytest.raises(InputError, match=r"must divide .* = 15"):
        RolloutConfig(num_envs=3, num_steps=5, num_minibatches=4)


def test_what_a_mask_holds_does_not_move_not_even_by_weight_decay():
    setting = {"world": Echo(), "rollout": SIZES}
    hyper = PPOConfig(learning_rate=5e-3, weight_decay=0.1, decoupled_decay=0.1)
    before = init_state(0, policy=POLICY, **setting).agent
    mask = {path: jnp.ones_like(leaf) for path, leaf in before.items()}
    mask["actor/0/kernel"] = mask["actor/0/kernel"].at[0].set(0.0)
    mask["critic/0/bias"] = 0 * mask["critic/0/bias"]
    state = init_state(0, policy=POLICY, **setting)
    after, _ = train_step(state, hyper, PAY, mask=before.replace(mask), **setting)
    for path, flags in mask.items():
        moved = np.asarray(after.agent[path] != before[path])
        assert not moved[np.asarray(flags) == 0].any()
    assert np.asarray(after.agent["actor/0/kernel"] != before["actor/0/kernel"])[
        1
    ].all()
