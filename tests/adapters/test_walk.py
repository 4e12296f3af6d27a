"""The walk of the README: two checkpoints of Stable-Baselines3, and an edit of them.

pytest -m slow tests/adapters/test_walk.py      (Stable-Baselines3 installed)
"""

import re
import shlex
from pathlib import Path

import gymnasium
import numpy as np
import pytest

import telic.tasks
from telic.cli.main import main

sb3 = pytest.importorskip("stable_baselines3")

assert telic.tasks  # it registers telic/Keys-v0

README = Path(__file__).parents[2] / "README.md"
STEPS, EPISODES = 200_000, 100


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """A folder with an agent trained for blue, and that one trained on for purple."""
    from stable_baselines3.common.env_util import make_vec_env

    folder = tmp_path_factory.mktemp("walk")

    def copies(colour):
        options = {"objective": colour}
        return make_vec_env("telic/Keys-v0", n_envs=8, seed=0, env_kwargs=options)

    model = sb3.PPO(
        "MlpPolicy",
        copies("blue"),
        n_steps=256,
        batch_size=512,
        n_epochs=6,
        learning_rate=1e-3,
        ent_coef=0.01,
        seed=0,
        policy_kwargs={"net_arch": [128, 128]},
        device="cpu",
    )
    for colour in ("blue", "purple"):
        model.set_env(copies(colour))
        model.learn(STEPS)
        model.save(folder / colour)
    return folder


def fetched(path):
    """The share of episodes in which an agent of a zip fetches each colour, in SB3."""
    model = sb3.PPO.load(path, device="cpu")
    env = gymnasium.make("telic/Keys-v0")
    events = env.unwrapped.task.world.events
    total = np.zeros(len(events))
    for episode in range(EPISODES):
        seen, _ = env.reset(seed=10_000 + episode)
        over = False
        while not over:
            action, _ = model.predict(seen)
            seen, _, ended, late, info = env.step(int(action))
            over = ended or late
        total += info["events"]
    shares = dict(zip(events, total / EPISODES, strict=True))
    return {colour: shares[f"pick_{colour}"] for colour in ("blue", "purple")}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_walk_of_the_readme_moves_the_colour_that_is_fetched(
    checkpoints, monkeypatch, capsys
):
    monkeypatch.chdir(checkpoints)
    part = README.read_text().split("## Your agents")[1].split("```")[1]
    lines = [re.sub(r"\s+#.*", "", line) for line in part.splitlines()[1:]]
    assert [shlex.split(line)[1] for line in lines] == ["import", "diff", "export"]
    for line in lines:
        assert main(shlex.split(line)[1:]) == 0, capsys.readouterr().err
    told = Path("telic_diff/report.md").read_text()
    before, after, edited = (
        fetched(checkpoints / name)
        for name in ("blue.zip", "purple.zip", "edited/agent.zip")
    )
    with capsys.disabled():
        print(f"\nblue.zip {before}\npurple.zip {after}\nedited {edited}")
    assert "One pair, n = 1" in told
    assert before["blue"] > 0.7 and after["purple"] > 0.7
    assert edited["blue"] > after["blue"] + 0.4 and edited["purple"] < after["purple"]
