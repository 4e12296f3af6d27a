"""What earlier versions of telic wrote is read as they meant it, and goes on."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from telic.core import trees
from telic.core.errors import DamagedError, InputError, TelicError
from telic.policies import Agent, Spec
from telic.runs import artifact, checkpoint, edit_file, index, locus_file, record
from telic.runs.carry import carry_run
from telic.runs.folder import Run
from telic.runs.verify import verify

STORED = Path(__file__).parents[1] / "stored"
VERSIONS = [path.name for path in sorted(STORED.iterdir()) if path.is_dir()]
RUNS = [
    f"{path.parts[-3]}/{path.parts[-2]}"
    for path in sorted(STORED.glob("*/*/seed-0000"))
]


def due(run: Run) -> dict[str, dict[str, str]]:
    """The digests of the leaves of its agents, as that version has told them."""
    told = json.loads((run.path.parents[1] / "digests.json").read_text())
    name = run.path.parent.name
    return {
        key.partition("/")[2]: {
            path.replace("/wish", "/goal"): digest for path, digest in leaves.items()
        }
        for key, leaves in told.items()
        if key.startswith(f"{name}/")
    }


def digests_of(tree) -> dict[str, str]:
    return {path: trees.digest({"": leaf})[:16] for path, leaf in tree.items()}


@pytest.fixture
def stored(tmp_path, request) -> Run:
    """A copy of a stored run; no test writes beside the originals."""
    version, name = request.param.split("/")
    shutil.copytree(STORED / version, tmp_path / version)
    return Run(tmp_path / version / name / "seed-0000")


def test_there_are_runs_of_each_world_with_and_without_a_chain():
    assert VERSIONS == ["5aab3eb", "c4f2b49"]
    assert {name.partition("/")[2] for name in RUNS} == {"keys", "goals", "lander"}


@pytest.mark.parametrize("stored", RUNS, indirect=True)
def test_every_agent_of_an_old_run_is_what_it_was_leaf_by_leaf(stored):
    plan, found = stored.plan(), {}
    for one in stored.checkpoints:
        leaves = checkpoint.read_agent(one)
        Agent(leaves, plan.policy, Spec.of(plan.world))  # the policy knows every leaf
        found[one.path.name] = digests_of(leaves)
    assert found == due(stored) and found


@pytest.mark.parametrize("stored", RUNS, indirect=True)
def test_an_old_run_is_whole_and_is_listed(stored):
    proof = verify(stored)
    assert proof.problems == []
    chained = "5aab3eb" in stored.path.parts
    assert proof.unchained == (0 if chained else proof.checkpoints)
    found = index.refresh(stored.path.parents[1])
    assert found.notes == []
    row = next(row for row in found.rows if row["run"] == stored.name)
    assert (row["status"], row["width"], row["policy"]) == ("complete", 1, "mlp")


# What was stored last is as the runs before it, but for its chain.
@pytest.mark.parametrize("stored", [*RUNS[-3:], "5aab3eb/keys"], indirect=True)
def test_an_old_run_goes_on_from_an_old_checkpoint_to_the_same_end(stored):
    last = stored.checkpoints[-1]
    due = checkpoint.read_agent(last)
    shutil.rmtree(last.path)
    carry_run(stored)
    assert verify(stored).problems == []
    assert stored.checkpoints[-1] == last
    found = checkpoint.read_agent(last)
    assert artifact.is_artifact((last.path / "agent.safetensors").read_bytes())
    assert list(found) == list(due)
    for path, leaf in found.items():  # bits differ between processors
        np.testing.assert_allclose(leaf, due[path], atol=1e-4)


@pytest.mark.parametrize("stored", ["c4f2b49/keys", "5aab3eb/keys"], indirect=True)
def test_an_old_edit_and_an_old_locus_are_what_they_were(stored):
    plan, folder = stored.plan(), stored.path.parents[1]
    leaves = checkpoint.read_agent(stored.checkpoints[-1])
    agent = Agent(leaves, plan.policy, Spec.of(plan.world))
    edited = edit_file.apply(folder / "goal.edit", agent)  # it knows its agent
    add, graft, noise = edit_file.read(folder / "goal.edit").edit.edits
    first = due(stored)["u00000"]
    assert digests_of(graft.donor) == first
    assert digests_of(add.vector) == {
        path: digest for path, digest in first.items() if path.endswith("bias")
    }
    assert graft.mask["actor/0/bias"].tolist() == [True]
    assert (add.strength, noise.norm, noise.seed) == (0.5, 0.1, 3)
    assert trees.digest(edited) != trees.digest(agent)
    locus = locus_file.read(folder / "goal.locus")
    told = json.loads((folder / "digests.json").read_text())
    assert digests_of(locus.scores) == told["locus"] and locus.kind == "weights"


@pytest.mark.parametrize("name", ["goal.edit", "goal.locus"])
def test_an_old_file_with_one_altered_byte_is_refused(tmp_path, name):
    read = edit_file.read if name == "goal.edit" else locus_file.read
    whole = (STORED / "5aab3eb" / name).read_bytes()
    for place in (-1, 60, len(whole) // 2):
        data = bytearray(whole)
        data[place] ^= 1
        (tmp_path / name).write_bytes(bytes(data))
        with pytest.raises(TelicError):
            read(tmp_path / name)
    swapped = {"goal.edit": "goal.locus", "goal.locus": "goal.edit"}[name]
    with pytest.raises(TelicError):
        read(STORED / "5aab3eb" / swapped)


@pytest.mark.parametrize("stored", ["c4f2b49/goals"], indirect=True)
def test_an_old_checkpoint_with_one_altered_byte_is_damaged(stored):
    path = stored.checkpoints[0].path / "agent.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedError, match="is damaged"):
        checkpoint.read_agent(stored.checkpoints[0])
    (problem,) = verify(stored).problems
    assert "agent.safetensors is damaged" in problem


@pytest.mark.parametrize("stored", ["5aab3eb/keys"], indirect=True)
def test_a_run_that_cannot_be_followed_says_which_telic_can(stored):
    path = stored.path / "run.json"
    held = json.loads(path.read_text())
    held["versions"]["telic"] = "9.9"
    held["plan"]["world"]["name"] = "maze"
    held["sha256"] = record.plan_mark(held["plan"], held["seed"])
    path.write_text(json.dumps(held))
    with pytest.raises(InputError, match=r"telic '9\.9'"):
        stored.plan()
    path.write_text(json.dumps(held | {"schema": 7}))
    with pytest.raises(DamagedError, match=r"telic '9\.9'"):
        stored.plan()
