"""Agents that Stable-Baselines3 itself made and plays; where it is installed.

pip install stable-baselines3, then pytest -m "slow or not slow" tests/adapters
"""

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import telic
import telic.tasks
from telic.adapters import certificate, expected, files
from telic.adapters.sb3_write import to_sb3
from telic.policies import MLP, create
from telic.training import PPOConfig, RolloutConfig
from telic.worlds import GymWorld, Keys, Pendulum

sb3 = pytest.importorskip("stable_baselines3")
torch = pytest.importorskip("torch")

DRAWN = np.random.default_rng(0)


class Images(gymnasium.Env):
    """Noise as images of 44 x 40 pixels."""

    observation_space = gymnasium.spaces.Box(0, 255, (44, 40, 3), np.uint8)
    action_space = gymnasium.spaces.Discrete(3)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self._seen(), {}

    def step(self, action):
        return self._seen(), float(action), False, False, {}

    def _seen(self):
        return self.np_random.integers(0, 256, (44, 40, 3)).astype(np.uint8)


def trained(kind, policy, env, path, **options):
    """A model after a little training, and its file."""
    model = getattr(sb3, kind)(policy, env, seed=0, device="cpu", **options)
    model.learn(64)
    model.save(path)
    return model


CASES = {
    "ppo": ("PPO", {"n_steps": 32, "batch_size": 32}),
    "a2c": ("A2C", {}),
    "dqn": ("DQN", {"learning_starts": 8, "buffer_size": 64}),
    "two widths": (
        "PPO",
        {
            "n_steps": 32,
            "batch_size": 32,
            "policy_kwargs": {
                "net_arch": {"pi": [16, 8], "vf": [12]},
                "activation_fn": torch.nn.ELU,
            },
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_perceptrons_compute_what_their_library_computes(name, tmp_path):
    kind, options = CASES[name]
    trained(kind, "MlpPolicy", "CartPole-v1", tmp_path / "it.zip", **options)
    found = files.read_file(tmp_path / "it.zip")
    agent = found.agent(GymWorld("CartPole-v1"))
    seen = certificate.observations(agent)
    told = expected.difference(tmp_path / "it.zip", found, agent, seen)
    assert told["match"], told["words"]


def test_an_agent_that_saw_codes_as_their_channels_is_compared_so_too(tmp_path):
    assert telic.tasks
    options = {"n_steps": 32, "batch_size": 32}
    trained("PPO", "MlpPolicy", "telic/Keys-v0", tmp_path / "it.zip", **options)
    found = files.read_file(tmp_path / "it.zip")
    agent = found.agent(Keys())
    seen = certificate.observations(agent)
    told = expected.difference(tmp_path / "it.zip", found, agent, seen)
    assert told["match"], told["words"]


@pytest.mark.parametrize("kind", ["PPO", "DQN"])
def test_the_certificate_compares_convolutions_too(kind, tmp_path):
    options = {
        "PPO": {"n_steps": 32, "batch_size": 32},
        "DQN": {"learning_starts": 8, "buffer_size": 64},
    }[kind]
    trained(kind, "CnnPolicy", Images(), tmp_path / "it.zip", **options)
    found = files.read_file(tmp_path / "it.zip")
    agent = found.agent()
    seen = certificate.observations(agent)
    told = expected.difference(tmp_path / "it.zip", found, agent, seen)
    assert told["match"], told["words"]


@pytest.mark.parametrize("kind", ["PPO", "A2C"])
def test_convolutions_compute_what_their_library_computes(kind, tmp_path):
    options = {"PPO": {"n_steps": 32, "batch_size": 32}, "A2C": {}}[kind]
    model = trained(kind, "CnnPolicy", Images(), tmp_path / "it.zip", **options)
    agent = telic.load(tmp_path / "it.zip")
    images = DRAWN.integers(0, 256, (16, 44, 40, 3)).astype(np.uint8)
    seen, _ = model.policy.obs_to_tensor(images.transpose(0, 3, 1, 2))
    with torch.no_grad():
        theirs = model.policy.get_distribution(seen).distribution.logits.numpy()
        values = model.policy.predict_values(seen).numpy()[:, 0]
    ours = np.asarray(agent.logits(images.astype("f4")))
    ours = ours - np.log(np.exp(ours).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(agent.value(images.astype("f4")), values, atol=1e-4)


@pytest.mark.parametrize("world", [GymWorld("CartPole-v1"), Pendulum()], ids=repr)
def test_a_zip_of_ours_acts_alike_on_10_000_observations(world, tmp_path):
    policy = MLP(width=32, actor_layers=3, critic_layers=3, activation="tanh")
    agent = create(jax.random.key(0), policy, world)
    agent = agent.replace({path: leaf + 0.1 for path, leaf in agent.items()})
    made = to_sb3(agent, ppo=PPOConfig(), rollout=RolloutConfig(num_envs=4))
    (tmp_path / "ours.zip").write_bytes(made)
    model = sb3.PPO.load(tmp_path / "ours.zip", device="cpu")
    seen = DRAWN.normal(size=(10_000, *world.observation)).astype("f4")
    theirs, _ = model.predict(seen, deterministic=True)
    drawn = jnp.zeros((len(seen), *agent.spec.distribution.draws))
    ours, *_ = agent.act(jnp.asarray(seen), (), drawn, greedy=True)
    if agent.spec.bounds:
        ours = np.clip(ours, *np.array(agent.spec.bounds, "f4").T)
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    else:
        np.testing.assert_array_equal(ours, theirs)
    model.save(tmp_path / "theirs.zip")
    again = telic.load(tmp_path / "theirs.zip")
    for path, leaf in agent.items():
        np.testing.assert_array_equal(again[path], leaf)
