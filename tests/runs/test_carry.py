"""A run goes on bit for bit, whatever stopped it."""

import dataclasses
import json
import shutil

import pytest

from telic.core.errors import BusyError, DamagedError, DivergedError
from telic.runs import folder, metrics
from telic.runs.carry import carry_run
from tests.runs.small import PLAN, aged, make, shot


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An uninterrupted run."""
    run = make(tmp_path_factory.mktemp("whole"))
    carry_run(run)
    return run


def copy(run, tmp_path):
    """The same run in another place."""
    path = tmp_path / "small" / run.path.name
    shutil.copytree(run.path, path)
    return folder.Run(path)


def test_a_run_has_a_checkpoint_at_its_start_and_at_every_switch(whole):
    assert [found.rollouts for found in whole.checkpoints] == [0, 2, 4, 6]
    assert whole.status() == "complete"
    assert [row["rollout"] for row in metrics.read(whole.metrics)] == [1, 2, 3, 4, 5, 6]


def test_a_run_that_is_stopped_after_every_rollout_ends_the_same(whole, tmp_path):
    run = make(tmp_path)
    for _ in range(PLAN.total_rollouts):
        assert run.status() != "complete"
        carry_run(run, stop=lambda: True)
    assert shot(run) == shot(whole)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(whole, tmp_path):
    same, other = make(tmp_path, seed=0), make(tmp_path, seed=1)
    carry_run(same)
    carry_run(other)
    assert shot(same) == shot(whole)
    assert shot(other).keys() == shot(whole).keys()
    assert shot(other)["metrics.jsonl"] != shot(whole)["metrics.jsonl"]


def test_a_damaged_checkpoint_is_put_aside_and_said(whole, tmp_path):
    run, said = copy(whole, tmp_path), []
    path = run.checkpoints[-1].path / "agent.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    carry_run(run, notice=said.append)
    assert len(said) == 1 and "u00006.damaged" in said[0]
    assert shot(run) == shot(whole)


def test_a_run_whose_checkpoints_are_all_damaged_starts_again(whole, tmp_path):
    run = copy(whole, tmp_path)
    for found in run.checkpoints:
        (found.path / "manifest.json").write_text("{}")
    carry_run(run)
    assert shot(run) == shot(whole)


def torn_after(run, torn):
    """The run up to its second checkpoint, with one more row and then something."""
    for found in run.checkpoints[2:]:
        shutil.rmtree(found.path)
    rows = run.metrics.read_bytes().splitlines(keepends=True)
    run.metrics.write_bytes(b"".join(rows[:3]) + torn)
    return run


@pytest.mark.parametrize("torn", [b'{"rollout": 5, "pha', b"\x00\xff", b"{}\n[1]\n"])
def test_rows_behind_the_checkpoint_and_torn_lines_are_dropped(whole, tmp_path, torn):
    run = torn_after(copy(whole, tmp_path), torn)
    carry_run(run)
    assert shot(run) == shot(whole)


def test_a_run_of_schema_1_goes_on_to_the_same_metrics_and_arrays(whole, tmp_path):
    run = torn_after(aged(copy(whole, tmp_path)), b'{"rollout": 5, "pha')
    carry_run(run)
    same, due = shot(run), shot(whole)
    for files in (same, due):  # older manifests are not written anew
        for name in [name for name in files if name.endswith("manifest.json")]:
            del files[name]
    assert same == due


def test_in_a_run_of_schema_1_a_broken_row_is_an_error(whole, tmp_path):
    run = torn_after(aged(copy(whole, tmp_path)), b"{}\n[1]\n")
    with pytest.raises(DamagedError, match="line 4"):
        carry_run(run)


@pytest.mark.parametrize("aging", [aged, lambda run: run])
def test_a_changed_plan_or_seed_is_an_error_and_nothing_is_touched(
    whole, tmp_path, aging
):
    run = copy(whole, tmp_path)
    config = (aging(run).path / "run.json").read_text()
    if aging is aged:  # the checkpoints know it, even where run.json does not
        shutil.copytree(whole.path / "checkpoints", run.path / "new")
        shutil.rmtree(run.path / "checkpoints")
        (run.path / "new").rename(run.path / "checkpoints")
    changed = config.replace('"learning_rate": 0.00075', '"learning_rate": 0.00076')
    assert changed != config
    (run.path / "run.json").write_text(changed)
    before = shot(run)
    with pytest.raises(DamagedError, match=r"altered|another run"):
        carry_run(run)
    assert shot(run) == before


def test_changed_metrics_are_an_error_and_nothing_is_touched(whole, tmp_path):
    run = copy(whole, tmp_path)
    data = run.metrics.read_bytes()
    run.metrics.write_bytes(data.replace(b'"episodes": ', b'"episodes": 1', 1))
    before = shot(run)
    with pytest.raises(DamagedError, match=r"metrics\.jsonl was altered"):
        carry_run(run)
    assert shot(run) == before


def test_a_finite_divergence_is_not_checkpointed(tmp_path):
    ppo = dataclasses.replace(PLAN.ppo, learning_rate=1e9)
    run = make(tmp_path, plan=dataclasses.replace(PLAN, ppo=ppo))
    with pytest.raises(DivergedError, match="rollout 1"):
        carry_run(run)
    assert [found.rollouts for found in run.checkpoints] == [0]
    assert metrics.read(run.metrics) == []


def test_lost_metrics_are_an_error_and_nothing_is_touched(whole, tmp_path):
    run = copy(whole, tmp_path)
    run.metrics.unlink()
    before = sorted(path.name for path in run.path.glob("checkpoints/*"))
    with pytest.raises(DamagedError, match=r"metrics\.jsonl"):
        carry_run(run)
    assert sorted(path.name for path in run.path.glob("checkpoints/*")) == before


def test_a_second_writer_is_refused_at_once_and_told_who_writes(whole):
    with folder.locked(whole), pytest.raises(BusyError, match="process"):
        carry_run(whole)


def test_a_run_that_diverges_stops_in_the_same_phase_and_keeps_the_last_good(tmp_path):
    ppo = dataclasses.replace(PLAN.ppo, learning_rate=1e38, max_grad_norm=1e38)
    run = make(tmp_path, plan=dataclasses.replace(PLAN, ppo=ppo))
    with pytest.raises(DivergedError, match="rollout 1") as caught:
        carry_run(run)
    assert caught.value.code == 5
    assert [found.rollouts for found in run.checkpoints] == [0]


def test_metrics_are_plain_json_lines_with_the_return_under_every_objective(whole):
    rows = [json.loads(line) for line in whole.metrics.read_text().splitlines()]
    for row in rows:
        assert {"return_blue", "return_purple", "rate_wall", "episodes"} <= row.keys()
        events = {name: row[f"rate_{name}"] for name in PLAN.world.events}
        for objective in PLAN.objectives:
            due = sum(weight * events[name] for name, weight in objective.weights)
            assert row[f"return_{objective.name}"] == pytest.approx(due, abs=1e-6)


def test_other_versions_are_said_on_resuming(whole, tmp_path):
    run, said = copy(whole, tmp_path), []
    config = run.path / "run.json"
    record = json.loads(config.read_text())
    record["versions"]["jax"] = "0.0.1"
    config.write_text(json.dumps(record))
    carry_run(run, notice=said.append)
    assert any("jax 0.0.1" in text for text in said)
