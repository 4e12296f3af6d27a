"""Plans survive JSON; folders are found by name; bad ones are refused clearly."""

import json

import pytest

from telic.core.errors import DamagedError, InputError
from telic.runs import codec, disk, folder
from telic.studies import EXPERIMENTS, Alternation
from telic.studies.base import preset as start
from telic.worlds import Keys
from tests.runs.small import PLAN, make


@pytest.mark.contract
@pytest.mark.parametrize(
    ("study", "preset"),
    [(s, p) for s, kind in EXPERIMENTS.items() for p in kind.presets],
)
def test_every_plan_comes_back_from_json_as_it_was(study, preset):
    plan = start(EXPERIMENTS[study], preset).plan()
    assert codec.decode(json.loads(disk.to_json(codec.encode(plan)))) == plan


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        (["world", "name"], "keyz", "keys"),
        (["world", "viu"], 5, "view"),
        (["world", "view"], 4, "odd"),
        (["hyper", "learning_rat"], 1.0, "learning_rate"),
        (["network", "activation"], "rely", "relu"),
        (["sizes", "num_envs"], 0, "1 or more"),
        (["schedule"], [["green", 3]], "green"),
    ],
)
def test_a_wrong_plan_is_refused_with_the_name_of_what_is_wrong(path, value, word):
    config = json.loads(disk.to_json(codec.encode(PLAN)))
    place = config
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InputError, match=word):
        codec.decode(config)


@pytest.mark.parametrize("part", ["world", "network", "schedule", "objectives"])
@pytest.mark.parametrize("value", [None, 3, [[1]], "x"])
def test_a_plan_of_the_wrong_form_is_called_damaged(part, value):
    config = json.loads(disk.to_json(codec.encode(PLAN)))
    config[part] = value
    with pytest.raises((DamagedError, InputError)):
        codec.decode(config)


def test_one_folder_holds_one_plan(tmp_path):
    make(tmp_path)
    assert make(tmp_path).seed() == 0
    with pytest.raises(InputError, match="another plan"):
        make(tmp_path, plan=Alternation().plan())


def test_the_experiments_name_follows_from_the_plan_alone():
    name = folder.experiment_name("alternation", PLAN)
    assert name == folder.experiment_name("alternation", PLAN)
    other = Alternation(world=Keys(view=7)).plan()
    assert name != folder.experiment_name("alternation", other)


def test_runs_are_found_by_experiment_by_name_and_by_path(tmp_path):
    runs = [make(tmp_path, seed=seed) for seed in (0, 1)]
    assert folder.resolve(tmp_path, ["small"]) == runs
    assert folder.resolve(tmp_path, ["small/seed-0001"]) == runs[1:]
    assert folder.resolve(tmp_path, [str(runs[0].path)]) == runs[:1]
    with pytest.raises(InputError, match="small"):
        folder.resolve(tmp_path, ["smal"])


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": NaN', "\x00", "[" * 100_000])
def test_a_config_that_is_not_json_is_called_damaged(tmp_path, text):
    run = make(tmp_path)
    (run.path / "run.json").write_text(text)
    with pytest.raises(DamagedError):
        run.plan()
