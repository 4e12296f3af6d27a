"""Agents of others as runs: import, certificate, verify, diff and export."""

import json
import subprocess
import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import telic
from telic.adapters import files
from telic.adapters.torch_write import to_torch
from telic.cli.main import main
from telic.core.errors import InputError
from telic.runs import folder
from tests.adapters.test_vecnormalize import array, pickled
from tests.adapters.zips import BOX, sb3_zip, settings, weights

WORLD = ["--world", "CartPole-v1"]


@pytest.fixture
def zips(tmp_path, monkeypatch):
    """Two agents of CartPole in files, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    held = weights()
    Path("one.zip").write_bytes(sb3_zip(held))
    held["action_net.bias"] = held["action_net.bias"] + np.array([2, -2], "f4")
    held["mlp_extractor.policy_net.0.weight"] *= 1.5
    Path("two.zip").write_bytes(sb3_zip(held))
    return tmp_path


def said(capsys) -> dict:
    """The JSON object that was printed."""
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def imported(zips, capsys):
    """Both of them in one run."""
    code = main(["import", "one.zip", "two.zip", *WORLD, "--episodes", "3", "--json"])
    assert code == 0
    return said(capsys)


def test_an_import_is_a_run_that_every_verb_understands(imported, capsys):
    assert imported["run"] == "one/seed-0000"
    (run,) = folder.find("telic_runs")
    assert run.status() == "complete" and len(run.rows()) == 2
    agent = telic.load("one").agent(1)
    again = telic.load("two.zip", world=telic.GymWorld("CartPole-v1"))
    for path, leaf in again.items():
        np.testing.assert_array_equal(agent[path], leaf)
    for verb in (["runs", "list"], ["runs", "verify", "one"], ["report", "one"]):
        assert main(verb) == 0, capsys.readouterr().err


def test_the_certificate_names_files_outputs_and_returns(imported):
    first = imported["phases"][0]
    assert imported["files"][0]["bytes"] == Path("one.zip").stat().st_size
    assert len(imported["files"][0]["sha256"]) == 64
    assert set(first["returns"]) == {"sampled", "greedy"}
    assert first["returns"]["sampled"]["reward"]["episodes"] == 3
    assert np.shape(first["outputs"]) == (16, 2)


def test_a_verified_run_is_the_same_and_a_changed_certificate_is_not(imported, capsys):
    assert main(["verify", "one"]) == 0
    assert "DIFFERS" not in capsys.readouterr().out
    path = Path("telic_runs/one/seed-0000/certificate.json")
    held = json.loads(path.read_text())
    held["phases"][1]["outputs"][0][0] += 0.01
    path.write_text(json.dumps(held))
    assert main(["verify", "one"]) == 3
    assert "DIFFERS  phase 1, outputs" in capsys.readouterr().out


def test_an_import_never_writes_over_a_run(imported, capsys):
    assert main(["import", "one.zip", *WORLD, "--episodes", "0"]) == 2
    assert "never writes over" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "which agents"),
        (["one.zip"], "in which world"),
        (["one.zip", "--world", "CartPole"], "did you mean CartPole-v"),
        (["one.zip", "--world", "Acrobot-v1"], "sees 4 numbers"),
        (["one.zip", *WORLD, "--goal", "win"], "'win'"),
        (["one.zip", *WORLD, "--goal", "reward", "reward"], "2 goals for 1 files"),
        (["none.zip", *WORLD], "none.zip"),
        (["one.zip", *WORLD, "--episodes", "-1"], "--episodes -1"),
        (["one.zip", *WORLD, "--name", "../out"], "one plain name"),
    ],
)
def test_a_wrong_import_says_why_and_leaves_nothing(zips, argv, words, capsys):
    assert main(["import", *argv]) in (2, 3)
    assert words in capsys.readouterr().err
    assert not Path("telic_runs").exists() or not list(Path("telic_runs").rglob("u*"))


def test_an_import_whose_certificate_fails_leaves_nothing(zips, monkeypatch, capsys):
    def fail(*_, **__):
        raise InputError("no room left")

    monkeypatch.setattr("telic.adapters.certificate.write", fail)
    assert main(["import", "one.zip", *WORLD, "--episodes", "0"]) == 2
    assert "no room left" in capsys.readouterr().err
    assert not list(Path("telic_runs").rglob("run.json"))


@pytest.mark.parametrize(
    "change",
    [
        {"episodes": 10**9},
        {"episodes": "many"},
        {"phases": [5]},
        {"phases": [{"agent": "", "outputs": [[1.0], [1.0, 2.0]], "returns": {}}]},
        {"schema": 99},
    ],
)
def test_a_certificate_of_another_form_is_damaged(imported, change, capsys):
    path = Path("telic_runs/one/seed-0000/certificate.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert main(["verify", "one"]) == 3
    assert "no certificate of this version" in capsys.readouterr().err


def normaliser(mean):
    """A vecnormalize.pkl of four numbers."""
    kept = {"mean": array([mean] * 4), "var": array([4.0] * 4), "count": 9.0}
    return pickled(statistics=kept)


def test_each_agent_may_have_seen_through_a_normaliser_of_its_own(zips, capsys):
    Path("one.pkl").write_bytes(normaliser(0.0))
    Path("two.pkl").write_bytes(normaliser(0.5))
    argv = ["import", "one.zip", "two.zip", *WORLD, "--episodes", "0", "--normaliser"]
    assert main([*argv, "one.pkl", "two.pkl", "--json"]) == 0
    assert "folded into" in said(capsys)["phases"][1]["ignored"][-1]
    alone = telic.load("two.zip", normaliser="two.pkl")
    seen = np.random.default_rng(0).normal(size=(9, 4)).astype("f4")
    found = telic.load("one").agent(1).logits(seen)
    np.testing.assert_allclose(found, alone.logits(seen), rtol=1e-4, atol=1e-4)
    assert main([*argv, "one.pkl", "two.pkl", "one.pkl"]) == 2
    assert "3 normalisers for 2 files" in capsys.readouterr().err


def test_stacked_observations_are_a_world_of_their_own(zips, capsys):
    Path("four.zip").write_bytes(
        sb3_zip(weights(inputs=16), settings(observation_space={**BOX, "_shape": [16]}))
    )
    argv = ["import", "four.zip", *WORLD, "--episodes", "3", "--json"]
    assert main(argv) == 2 and "sees 16 numbers" in capsys.readouterr().err
    assert main([*argv, "--frames", "4"]) == 0
    assert "Stacked" in said(capsys)["world"]


def test_a_difference_of_two_files_is_a_page_that_says_it_is_one(zips, capsys):
    argv = ["diff", "one.zip", "two.zip", *WORLD, "--episodes", "16"]
    assert main(argv) == 0, capsys.readouterr().err
    told = capsys.readouterr().out
    assert (
        "One pair, n = 1" in told and "standard errors apart, the greatest of" in told
    )
    text = Path("telic_diff/report.md").read_text()
    assert "actor/2/bias" in text and "Where the policies differ" in text
    assert "beats" not in text


def test_a_difference_needs_two_agents_that_differ(zips, capsys):
    assert main(["diff", "one.zip", *WORLD]) == 2
    assert main(["diff", "one.zip", "one.zip", *WORLD]) == 2
    assert "nothing has changed" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["numpy", "torch", "sb3", "hf"])
def test_an_exported_agent_has_a_card_and_its_weights(imported, form, capsys):
    argv = ["export", "one@1", "--to", form, "--episodes", "3", "--out", "out"]
    assert main(argv) == 0, capsys.readouterr().err
    card = Path("out/README.md").read_text()
    assert "return reward" in card and "n = 1" in card
    assert "Imported from `two.zip`" in card and "Trained by PPO" not in card
    agent = telic.load("one").agent(1)
    if form == "sb3":
        again = files.read_file("out/agent.zip").agent()
        for path, leaf in agent.items():
            np.testing.assert_array_equal(again[path], leaf)
    config = json.loads(Path("out/config.json").read_text())
    assert config["policy"] == "MLP" and config["activation"] == "tanh"


def test_the_numpy_loader_acts_as_the_agent_does(imported):
    assert main(["export", "one@0", "--to", "numpy", "--episodes", "0"]) == 0
    seen = np.random.default_rng(0).normal(size=(4,))
    words = [str(x) for x in seen]
    told = subprocess.run(
        [sys.executable, "one-0-numpy/act.py", *words], capture_output=True, check=True
    )
    agent = telic.load("one").agent(0)
    best = int(np.asarray(agent.logits(seen[None].astype("f4")))[0].argmax())
    assert int(told.stdout) == best


def test_an_edit_is_exported_with_its_change_and_its_nulls(imported):
    edit = "reward@0 + 0.5 * (reward@1 - reward@0)"
    argv = ["export", "one", "--to", "hf", "--edit", edit, "--episodes", "3"]
    assert main([*argv, "--out", "out"]) == 0
    assert Path("out/delta.safetensors").exists()
    assert "gaussian" in Path("out/README.md").read_text()


def test_an_agent_in_memory_needs_no_file():
    class Model:
        def save(self, file):
            file.write(sb3_zip())

    agent = telic.from_sb3(Model())
    assert agent.spec.observation == (4,)
    with pytest.raises(InputError, match="no model of Stable-Baselines3"):
        telic.from_sb3(5)


def test_a_state_dict_of_any_sequential_is_read_by_its_layout(tmp_path):
    held = {
        "body.0.weight": np.ones((3, 4), "f4"),
        "body.0.bias": np.zeros(3, "f4"),
        "pi.weight": np.ones((2, 3), "f4"),
        "v.weight": np.ones((1, 3), "f4"),
    }
    layout = telic.Layout(actor=("body", "pi"), critic=("body", "v"), activation="relu")
    agent = telic.from_torch(held, layout)
    assert agent.logits(jnp.ones((1, 4))).tolist() == [[12.0, 12.0]]
    with pytest.raises(InputError, match="no layout that telic knows"):
        telic.from_torch(held)
    with pytest.raises(InputError, match=r"are no part of the network: v\.weight"):
        telic.from_torch(held, telic.Layout(actor=("body", "pi"), critic=()))
    path = tmp_path / "agent.pt"
    path.write_bytes(to_torch(held))
    again = telic.load(path, layout=layout)
    np.testing.assert_array_equal(again["actor/1/kernel"], agent["actor/1/kernel"])


def test_cleanrl_and_flax_are_read_without_a_layout():
    kernel, bias = np.ones((4, 2), "f4"), np.zeros(2, "f4")
    held = {
        "actor_mean.0.weight": kernel.T,
        "actor_mean.0.bias": bias,
        "critic.0.weight": np.ones((1, 4), "f4"),
        "actor_logstd": np.zeros((1, 2), "f4"),
    }
    agent = telic.from_torch(held, bounds=((-1.0, 1.0),) * 2)
    assert agent.logits(np.ones((1, 4), "f4")).tolist() == [[4.0, 4.0, 0.0, 0.0]]
    names = [f"Dense_{i}" for i in range(6)]
    sizes = [(4, 3), (3, 3), (3, 2), (4, 3), (3, 3), (3, 1)]
    tree = {
        name: {"kernel": np.ones(size, "f4"), "bias": np.zeros(size[1], "f4")}
        for name, size in zip(names, sizes, strict=True)
    }
    agent = telic.from_torch({"params": tree})
    assert agent["actor/0/kernel"].shape == (4, 3) and agent.policy.actor_layers == 3
