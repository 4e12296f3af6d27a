"""Small files are taken by their types and bounds, and never run anything."""

import dataclasses
import json
import os
import re
import subprocess
import sys
import tracemalloc

import pytest

from telic.core.errors import DamagedError, InputError, TelicError
from telic.runs import codec, disk, folder, metrics
from telic.runs.verify import verify
from telic.studies import Alternation, Landing
from telic.worlds import WORLDS, GymWorld, Lander, Objective, Phase
from tests.runs.small import PLAN, aged, make, row, tell
from tests.training.worlds import Gift


def plain(plan):
    """A plan as JSON."""
    return json.loads(disk.to_json(codec.encode(plan)))


def changed(config, path, value):
    """A plan with one value in it replaced."""
    place = config
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return config


@pytest.mark.parametrize(
    ("study", "name"),
    [
        ("alternation", "alternation-9854ccb0"),
        ("landing", "landing-8e8502ed"),
        ("landing with envpool", "landing-6c0e9f2b"),
    ],
)
def test_the_experiments_of_the_default_plans_keep_their_names(study, name):
    plan = (Alternation() if study == "alternation" else Landing()).plan()
    if "envpool" in study:
        world = dataclasses.replace(plan.world, backend="envpool")
        plan = dataclasses.replace(plan, world=world)
    assert folder.experiment_name(study.split()[0], plan) == name
    assert codec.decode(plain(plan)) == plan


def test_a_stored_lander_keeps_its_id_and_takes_no_other():
    config = plain(Landing().plan())
    assert config["world"]["id"] == "LunarLander-v3"
    for id in ("evilworld:LunarLander-v3", "CartPole-v1", "", None):
        with pytest.raises(TelicError, match="id"):
            codec.decode(changed(plain(Landing().plan()), ["world", "id"], id))
    del config["world"]["id"]
    assert codec.decode(config).world == Lander()
    with pytest.raises(TypeError):
        Lander(id="evilworld:LunarLander-v3")


IMPORTS = """
import json, sys
from telic.core.errors import TelicError
from telic.runs.codec import decode
from telic.worlds import GymWorld, WORLDS
from telic.worlds.gym import make_copy

class Pole(GymWorld):
    pass

WORLDS["pole"] = Pole
make_copy(Pole())
seen = []
sys.addaudithook(lambda event, args: event == "import" and seen.append(args[0]))
for text in sys.stdin:
    try:
        make_copy(decode(json.loads(text)).world)
    except TelicError:
        continue
print([name for name in seen if "evil" in name])
"""


def test_no_plan_makes_gymnasium_import_a_module(tmp_path):
    (tmp_path / "evilworld.py").write_text("raise SystemExit('it ran')")
    ids = (
        "evilworld:LunarLander-v3",
        "evilworld:x:Y-v0",
        "evilworld/Y-v0",
        "evilworld",
    )
    plans = []
    for name, plan in (("lander", Landing().plan()), ("pole", Landing().plan())):
        for id in ids:
            config = plain(plan)
            config["world"] = {"name": name, "id": id}
            if name == "pole":
                config["objectives"] = {"any": {"reward": 1.0}}
                config["schedule"] = [["any", 1]]
            plans.append(json.dumps(config))
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        input="\n".join(plans),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert done.stdout == "[]\n"


@dataclasses.dataclass(frozen=True)
class Odd(GymWorld):
    """Somebody's world: its own fields are checked by what they are annotated with."""

    pair: tuple[int, float] = (1, 1.0)
    maybe: str | None = None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["world", "limit"], 1.5),
        (["world", "limit"], True),
        (["world", "limit"], 10**12),
        (["world", "colours"], "blue"),
        (["world", "colours"], [1, 2]),
        (["world", "others"], 3),
        (["world", "view"], None),
        (["network", "width"], 16.0),
        (["network", "width"], "16"),
        (["hyper", "learning_rate"], True),
        (["hyper", "learning_rate"], "0.1"),
        (["sizes", "num_envs"], [8]),
        (["schedule"], [["blue", 2.0]]),
        (["schedule"], [["blue", True]]),
        (["schedule"], [["blue"]]),
        (["schedule"], [[["blue"], 2]]),
        (["objectives", "blue"], {"pick_blue": None}),
        (["objectives", "blue"], [["pick_blue", 1.0]]),
    ],
)
def test_every_field_is_of_the_type_that_it_is_annotated_with(path, value):
    with pytest.raises(DamagedError):
        codec.decode(changed(plain(PLAN), path, value))


@pytest.mark.parametrize(
    ("field", "value"), [("pair", [1]), ("pair", [1, "x"]), ("maybe", 3)]
)
def test_so_is_every_field_of_somebodys_own_world(monkeypatch, field, value):
    monkeypatch.setitem(WORLDS, "odd", Odd)
    config = plain(PLAN) | {
        "world": {"name": "odd", "pair": [2, 3], "maybe": "x"},
        "objectives": {"any": {"reward": 1}},
        "schedule": [["any", 1]],
    }
    assert codec.decode(config).world == Odd(pair=(2, 3), maybe="x")
    config["world"][field] = value
    with pytest.raises(DamagedError, match=field):
        codec.decode(config)


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        (["sizes", "num_steps"], 2**22, "batch"),
        (["network", "width"], 4097, "width"),
        (["network", "actor_layers"], 33, "layers"),
        (["schedule"], [["blue", 10**7], ["blue", 1]], "rollouts"),
        (["schedule"], [], "rollout"),
    ],
)
def test_a_plan_too_large_is_refused_when_read_and_when_made(
    tmp_path, path, value, word
):
    with pytest.raises(InputError, match=word):
        codec.decode(changed(plain(PLAN), path, value))
    if path[0] == "network":
        policy = dataclasses.replace(PLAN.policy, **{path[1]: value})
        with pytest.raises(InputError, match=word):
            make(tmp_path, plan=dataclasses.replace(PLAN, policy=policy))
        assert not list(tmp_path.iterdir())


@dataclasses.dataclass(frozen=True)
class Wide(Gift):
    """A world that shows one line of numbers, too long for any layer."""

    observation = (2**23,)


@pytest.mark.parametrize(
    ("world", "word"),
    [
        (dataclasses.replace(PLAN.world, view=100_001), "100001 x 100001 for an MLP"),
        (Wide(), "weights in a layer"),
    ],
    ids=["picture", "line"],
)
def test_a_world_that_shows_too_much_is_refused_before_anything_is_allocated(
    tmp_path, monkeypatch, world, word
):
    from telic.runs.carry import carry_run

    monkeypatch.setitem(WORLDS, "wide", Wide)
    parts = {
        "objectives": (Objective("any", {world.events[0]: 1.0}),),
        "schedule": (Phase("any", 1),),
    }
    plan = dataclasses.replace(PLAN, world=world, **parts)
    with pytest.raises(InputError, match=word):
        make(tmp_path, plan=plan)
    assert not list(tmp_path.iterdir())
    with monkeypatch.context() as unchecked:  # the folder may be a stranger's
        unchecked.setattr(codec, "check_memory", lambda plan: None)
        run = make(tmp_path, plan=plan)
    with pytest.raises(InputError, match=word):
        carry_run(run)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": None},
        {"seed": []},
        {"seed": "0"},
        {"seed": 1.5},
        {"seed": True},
        {"seed": -1},
        {"seed": 2**32},
        {"schema": 3},
        {"schema": "1"},
        {"schema": True},
        {"versions": {"jax": 1}},
        {"versions": []},
        {"created": 3},
        {"plan": []},
        {"other": 1},
    ],
)
@pytest.mark.parametrize("old", [False, True])
def test_a_record_of_wrong_types_is_damaged_in_either_schema(tmp_path, change, old):
    run = make(tmp_path)
    path = (aged(run) if old else run).path / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    for reading in (run.record, run.seed, run.plan):
        with pytest.raises(DamagedError):
            reading()


def test_a_newer_record_is_refused_by_name(tmp_path):
    run = make(tmp_path)
    path = run.path / "run.json"
    path.write_text(path.read_text().replace('"schema": 2', '"schema": 9'))
    with pytest.raises(DamagedError, match="schema 9"):
        run.plan()


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_that_could_not_be_read_back_makes_no_run(tmp_path, seed):
    with pytest.raises(InputError, match="seed"):
        make(tmp_path, seed=seed)
    assert not list(tmp_path.iterdir())


ROWS = b"".join(
    b'{"rollout": %d, "phase": 0, "objective": "blue", "steps": 9, "x": null}\n' % i
    for i in range(1, 2001)
)


def test_the_last_rows_are_read_without_the_others(tmp_path, monkeypatch):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(ROWS + b'{"rollout": 20')
    last = metrics.last_row(path)
    assert last and last["rollout"] == 2000
    assert list(metrics.backwards(path)) == metrics.read(path)[::-1]
    parsed = []
    monkeypatch.setattr(
        metrics, "_parsed", lambda *_: parsed.append(1) or {"rollout": 1}
    )
    metrics.last_row(path)
    assert len(parsed) == 1


@pytest.mark.parametrize("data", [b"", b'{"rollout": 1', b"\n" * 0])
def test_a_file_without_a_whole_row_has_no_last_one(tmp_path, data):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(data)
    assert metrics.last_row(path) is None and metrics.read(path) == []


@pytest.mark.parametrize("line", [b"x" * (2 << 20), b"\x00" * (2 << 20)])
def test_a_line_without_an_end_is_damaged(tmp_path, line):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(line)
    for reading in (metrics.read, metrics.last_row):
        with pytest.raises(DamagedError, match="a line of more than"):
            reading(path)


@pytest.mark.parametrize(
    "text",
    [
        '{"x": 1}',
        '{"rollout": "1"}',
        '{"rollout": 1.0}',
        '{"rollout": true}',
        '{"rollout": 0}',
        '{"rollout": 1, "x": NaN}',
        '{"rollout": 1, "x": []}',
        '{"rollout": 1, "phase": null}',
        '{"rollout": 1, "objective": 3}',
        '{"rollout": 1, "x": "\\ud800"}',
        '{"rollout": 1, "x": 1, "x": 2}',
    ],
)
def test_a_row_is_numbers_under_names(tmp_path, text):
    path = tmp_path / "metrics.jsonl"
    path.write_text(text + "\n")
    for reading in (
        metrics.read,
        metrics.last_row,
        lambda path: metrics.rewind(path, 1),
    ):
        with pytest.raises(DamagedError):
            reading(path)


def test_rows_that_do_not_follow_one_another_are_damaged(tmp_path):
    path = tmp_path / "metrics.jsonl"
    lines = ROWS.splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], *lines[4:6]]))
    with pytest.raises(DamagedError, match="line 4"):
        metrics.read(path)


@pytest.mark.parametrize("data", [b"{}\n" * 1000, ROWS[: ROWS.index(b"\n") + 1] + ROWS])
def test_no_more_is_parsed_than_up_to_the_first_wrong_line(tmp_path, monkeypatch, data):
    path, real, parsed = tmp_path / "metrics.jsonl", metrics._parsed, []
    monkeypatch.setattr(metrics, "_parsed", lambda *a: parsed.append(1) or real(*a))
    path.write_bytes(data)
    with pytest.raises(DamagedError):
        metrics.read(path)
    assert len(parsed) <= 3


def test_a_file_of_empty_lines_fills_no_memory(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b"\n" * (4 << 20))
    tracemalloc.start()
    with pytest.raises(DamagedError, match="line 1"):
        metrics.read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


def test_backwards_each_row_is_the_one_before(tmp_path, monkeypatch):
    path, real, parsed = tmp_path / "metrics.jsonl", metrics._parsed, []
    monkeypatch.setattr(metrics, "_parsed", lambda *a: parsed.append(1) or real(*a))
    path.write_bytes(ROWS.splitlines(keepends=True)[4] * 1000)
    with pytest.raises(DamagedError, match="line after it is of rollout 5"):
        list(metrics.backwards(path))
    assert len(parsed) == 2


def test_metrics_larger_than_a_plan_can_have_are_not_read(tmp_path, monkeypatch):
    run = make(tmp_path)
    tell(run, *map(row, range(1, 7)))
    assert len(run.rows()) == 6
    os.truncate(run.metrics, 100 << 20)
    monkeypatch.setattr(disk, "read_part", lambda *_: pytest.fail("read"))
    for reading in (run.rows, run.latest):
        with pytest.raises(DamagedError, match="for 6 rollouts"):
            reading()


def without(name):
    """The rows of a run without a column."""
    rows = [row(i) for i in range(1, 7)]
    return [{k: v for k, v in one.items() if k != name} for one in rows]


NEEDED = ("phase", "objective", "steps", "length", "return_purple", "rate_wall")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        *((without(name), f"its metrics lack {name}") for name in NEEDED),
        ([row(1, phase=1)], "phase = 1 in the row of rollout 1"),
        ([row(1, objective="purple")], "objective = 'purple'"),
        ([row(1, objective="teal")], "objective = 'teal'"),
        ([row(1, steps=255)], "steps = 255"),
        ([row(1, return_teal=1.0)], "its metrics have 'return_teal'"),
        ([row(1), row(2) | {"rollout": 7}], "rollout 7"),
        ([row(5), row(6)], "rollouts? (5|6)"),
        ([row(6)], "rollouts? 6"),
    ],
)
def test_rows_that_the_plan_cannot_have_are_damaged_to_all_that_read(
    tmp_path, rows, words
):
    run = make(tmp_path)
    tell(run, *rows)
    for reading in (run.rows, run.latest):
        with pytest.raises(DamagedError, match=words):
            reading()
    assert any(re.search(words, problem) for problem in verify(run).problems)
