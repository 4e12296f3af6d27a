"""A run's folder is proved as a whole: whatever was changed in it is named."""

import json
import shutil

import pytest

from telic.cli.main import main
from telic.runs import artifact, disk, folder, record
from telic.runs.carry import carry_run
from telic.runs.verify import verify
from telic.stats.rows import Row
from telic.studies import results
from tests.runs.small import aged, make


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A complete run with results, and a run of another seed beside it."""
    root = tmp_path_factory.mktemp("whole")
    runs = [make(root, seed) for seed in (0, 1)]
    for run in runs:
        carry_run(run)
    results.write(runs[0], "splice", {}, [Row("trial", "half", 0.5)])
    return runs[0]


@pytest.fixture
def run(whole, tmp_path):
    """A copy of both in another place."""
    shutil.copytree(whole.path.parent, tmp_path / "small")
    return folder.Run(tmp_path / "small" / whole.path.name)


def edit(path, old, new):
    """Change some text in a file, once."""
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def sign(path):
    """Repair a manifest's own hash."""
    said = json.loads(path.read_bytes())
    del said["sha256"]
    path.write_bytes(disk.to_json({**said, "sha256": disk.sha256(disk.to_json(said))}))


def test_a_run_as_it_was_written_is_sound_and_known_by_one_hash(whole, run):
    proof = verify(run)
    assert (proof.checkpoints, proof.unchained, proof.problems) == (4, 0, [])
    assert proof.sha256 == verify(whole).sha256
    last = run.checkpoints[-1].path / "manifest.json"
    assert proof.sha256 == disk.sha256(last.read_bytes())


def a_digit_of_the_plan(run):
    edit(
        run.path / "run.json", b'"learning_rate": 0.00075', b'"learning_rate": 0.00076'
    )


def the_seed(run):
    edit(run.path / "run.json", b'"seed": 0', b'"seed": 1')


def the_plan_and_its_hash(run):
    a_digit_of_the_plan(run)
    path = run.path / "run.json"
    held = json.loads(path.read_bytes())
    held["sha256"] = record.plan_mark(held["plan"], held["seed"])
    path.write_bytes(disk.to_json(held))


def a_digit_of_the_metrics(run):
    edit(run.metrics, b'"episodes": ', b'"episodes": 1')


def the_end_of_the_metrics(run):
    disk.truncate_file(run.metrics, run.metrics.stat().st_size // 2)


def a_row_too_many(run):
    row = json.loads(run.metrics.read_bytes().splitlines()[-1])
    disk.append_file(run.metrics, disk.to_json(row | {"rollout": 7}, indent=None))


def a_missing_checkpoint(run):
    shutil.rmtree(run.checkpoints[1].path)


def a_checkpoint_under_another_name(run):
    one, two = (found.path for found in run.checkpoints[1:3])
    shutil.rmtree(one)
    shutil.copytree(two, one)


def a_checkpoint_of_another_run(run):
    name = "checkpoints/u00002"
    shutil.rmtree(run.path / name)
    shutil.copytree(run.path.with_name("seed-0001") / name, run.path / name)


def arrays_of_another_run_signed_anew(run):
    path = run.checkpoints[1].path
    other = run.path.with_name("seed-0001") / "checkpoints" / path.name
    name = "agent.safetensors"
    old, new = (
        artifact.stated_hash((x / name).read_bytes()).encode() for x in (path, other)
    )
    shutil.copyfile(other / name, path / name)
    edit(path / "manifest.json", old, new)
    sign(path / "manifest.json")


def the_last_link_of_the_chain(run):
    path = run.checkpoints[-1].path / "manifest.json"
    said = json.loads(path.read_bytes())
    edit(path, said["before"].encode(), said["run"].encode())
    sign(path)


def an_unsigned_byte_of_a_manifest(run):
    edit(run.checkpoints[1].path / "manifest.json", b'"bytes": ', b'"bytes": 1')


def a_pipe_in_the_place_of_the_metrics(run):
    run.metrics.unlink()
    run.metrics.symlink_to("/dev/zero")


CHANGES = {
    a_digit_of_the_plan: "run.json was altered",
    the_seed: "run.json was altered",
    the_plan_and_its_hash: "of another run",
    a_digit_of_the_metrics: "metrics.jsonl was altered",
    the_end_of_the_metrics: "metrics.jsonl",
    a_row_too_many: "rows of rollouts 1 to 7",
    a_missing_checkpoint: "u00004 does not follow u00000",
    a_checkpoint_under_another_name: "after 4 rollouts",
    a_checkpoint_of_another_run: "u00002 is of another run",
    arrays_of_another_run_signed_anew: "u00004 does not follow u00002",
    the_last_link_of_the_chain: "u00006 does not follow u00004",
    an_unsigned_byte_of_a_manifest: "manifest.json was altered",
    a_pipe_in_the_place_of_the_metrics: "metrics.jsonl is a link",
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_was_changed_is_named(run, change):
    change(run)
    problems = verify(run).problems
    assert any(CHANGES[change] in problem for problem in problems), problems


def test_of_a_run_of_schema_1_the_arrays_alone_are_proved(run, capsys):
    proof = verify(aged(run))
    assert (proof.checkpoints, proof.unchained, proof.problems) == (4, 4, [])
    argv = ["runs", "verify", run.name, "--root", str(run.path.parent.parent)]
    assert main(argv) == 0
    assert "sound (schema 1: arrays only, in 4)" in capsys.readouterr().out
    edit(run.checkpoints[1].path / "manifest.json", b'"rollouts": 2', b'"rollouts": 3')
    assert main(argv) == 3
    assert "after 3 rollouts" in capsys.readouterr().out


def test_verify_proves_results_and_names_folders_that_are_not_opened(run, capsys):
    root = run.path.parent.parent
    argv = ["runs", "verify", "--root", str(root)]
    assert main(argv) == 0
    said = capsys.readouterr().out
    assert said.count("4 checkpoints, sound") == 2
    assert f"last manifest {verify(run).sha256}" in said
    edit(results.rows_path(run, "splice", {}), b"half", b"hulf")
    other = run.path.with_name("seed-0001")
    (other / "run.lock").unlink(missing_ok=True)
    (other / "run.lock").symlink_to(run.metrics)
    assert main(argv) == 3
    said = "".join(capsys.readouterr())
    assert "small/seed-0000: 4 checkpoints, 1 DAMAGED" in said
    assert "was altered (its content has not the hash in its header)" in said
    assert "seed-0001 is left out" in said and "run.lock is a link" in said


def test_a_damaged_run_keeps_no_other_from_being_resumed(run, capsys):
    (run.path / "run.json").write_text("{}")
    assert main(["resume", "--root", str(run.path.parent.parent)]) == 0
    said = capsys.readouterr()
    assert "small/seed-0001 is complete" in said.out
    assert "small/seed-0000 is left out" in said.err
