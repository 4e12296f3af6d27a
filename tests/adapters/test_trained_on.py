"""Agents of others that are trained on: they sample, and n counts what it counts."""

from pathlib import Path

import jax
import numpy as np
import pytest

import telic
from telic.adapters.sb3_write import to_sb3
from telic.cli.main import main
from telic.policies import MLP, Adapted, create
from telic.training import PPOConfig, RolloutConfig, train_phase
from telic.training.state import init_from_agent
from telic.worlds import GymWorld, Keys

SIZES = RolloutConfig(num_envs=8, num_steps=32, update_epochs=1, num_minibatches=1)


def trained_on(agent, world):
    """The agent after two rollouts."""
    keys = jax.random.split(jax.random.key(0))
    parts = {"world": world, "rollout": SIZES}
    state = init_from_agent(agent, *keys, **parts)
    weights = np.ones(len(world.events), "f4")
    phase = train_phase(state, weights, rollouts=2, ppo=PPOConfig(), **parts)
    return [state.agent for state, _ in phase][-1]


@pytest.mark.parametrize("world", [Keys(), GymWorld("CartPole-v1")], ids=["jax", "gym"])
def test_a_greedy_agent_samples_while_it_is_trained_and_stays_greedy(world):
    plain = create(jax.random.key(1), MLP(width=8), world)
    greedy = telic.Agent(dict(plain), Adapted(MLP(width=8), greedy=True), plain.spec)
    found, due = trained_on(greedy, world), trained_on(plain, world)
    assert found.greedy and not greedy.sampling().greedy
    for path, leaf in due.items():
        np.testing.assert_array_equal(found[path], leaf)


@pytest.fixture
def keys_zip(tmp_path, monkeypatch):
    """An agent of Keys as a zip, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    agent = create(jax.random.key(0), MLP(width=8), Keys())
    path = Path("agent.zip")
    path.write_bytes(to_sb3(agent, ppo=PPOConfig(), rollout=SIZES))
    return path


def test_greedy_is_kept_by_the_run(keys_zip):
    told = ["--world", "keys", "--episodes", "0", "--greedy"]
    assert main(["import", str(keys_zip), *told]) == 0
    assert telic.load("agent").agent(0).greedy
    assert telic.load(keys_zip, world=Keys(), greedy=True).greedy
    assert not telic.load(keys_zip, world=Keys()).greedy


def test_a_study_of_one_file_imported_twice_says_what_its_n_counts(keys_zip, capsys):
    told = ["--world", "keys", "--goal", "blue", "--episodes", "0"]
    for seed in ("0", "1"):
        assert main(["import", str(keys_zip), *told, "--seed", seed]) == 0
    assert main(["study", "isolation", "agent", "--preset", "small"]) == 0
    page = capsys.readouterr().out
    assert "2 runs begin from the same agent: n counts trainings on" in page
    assert "next seed" not in page.replace("the next seed, rollout", "")
