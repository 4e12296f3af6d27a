"""The index is a cache of one row a run: one bad run, or a bad disk, costs no other."""

import dataclasses
import json
import os
import shutil
import sqlite3
import stat
import sys

import gymnasium
import pytest

from telic.cli.main import main
from telic.runs import cache, folder, index, query
from telic.studies import Landing
from telic.worlds import WORLDS, Keys, Objective
from tests.runs import small
from tests.runs.small import PLAN, make


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Three runs with made-up metrics, and a cache of their own."""
    monkeypatch.setenv("TELIC_CACHE", str(tmp_path / "cache"))
    for seed in range(3):
        tell(make(tmp_path / "root", seed=seed))
    return tmp_path / "root"


def tell(run, **values) -> None:
    """Give a run one row of metrics."""
    small.tell(run, small.row(plan=run.plan()) | values)


def wanting(*names):
    """The small plan with more objectives."""
    more = (Objective(name, {"wall": 1.0}) for name in names)
    return dataclasses.replace(PLAN, objectives=(*PLAN.objectives, *more))


def names(root) -> list[str]:
    return [row["run"] for row in index.refresh(root).rows]


def test_the_index_is_a_cache_that_can_be_lost_or_damaged(root):
    rows = query.query_runs(root)
    path = index.index_path(root)
    path.unlink()
    assert query.query_runs(root) == rows
    whole = path.read_bytes()
    for damaged in (
        b"",
        b"not an index" * 100,
        whole[:-9],
        b"[]\n" + whole,
        b"{\n[" * 9,
    ):
        path.write_bytes(damaged)
        assert query.query_runs(root) == rows
    path.write_bytes(whole.replace(b"0.5", b"0.7"))  # of the same length, and JSON
    assert query.query_runs(root) == rows
    assert index.refresh(root, anew=True) == (rows, [])


def test_the_index_is_read_where_nothing_has_changed(root, monkeypatch):
    rows = query.query_runs(root)
    monkeypatch.setattr(index, "describe_run", lambda run: pytest.fail("read again"))
    assert query.query_runs(root) == rows


def test_the_index_is_in_the_users_cache_and_not_among_the_runs(root, tmp_path):
    before = sorted(root.rglob("*"))
    query.query_runs(root)
    assert sorted(root.rglob("*")) == before
    assert index.index_path(root).is_relative_to(tmp_path / "cache")
    assert stat.S_IMODE(index.index_path(root).parent.stat().st_mode) == 0o700


def test_a_root_has_one_index_by_whatever_way_it_is_reached(root, tmp_path):
    (tmp_path / "link").symlink_to(root)
    assert index.index_path(tmp_path / "link") == index.index_path(root)
    assert index.index_path(tmp_path) != index.index_path(root)


def test_a_run_that_is_copied_in_or_removed_is_seen_at_once(root):
    run = make(root, seed=7)
    assert len(names(root)) == 4
    (run.path / "run.json").unlink()
    assert len(names(root)) == 3


def test_a_file_of_the_same_size_and_an_old_date_is_seen(root):
    index.refresh(root)
    path = root / "small" / "seed-0000" / "metrics.jsonl"
    old = path.stat()
    tell(folder.find(root)[0], return_blue=0.7)
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert path.stat().st_size == old.st_size
    assert query.query_runs(root, "seed = 0")[0]["final_return_blue"] == 0.7


@pytest.mark.parametrize(
    "kind", ["link", "trigger", "view", "foreign", "text", "folder"]
)
def test_a_database_in_the_root_is_neither_read_nor_written(root, tmp_path, kind):
    """Earlier telic kept its index there; a stranger's folder may bring any."""
    path = tmp_path / "places.sqlite" if kind == "link" else root / "index.db"
    if kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_bytes(b"no database")
    else:
        db = sqlite3.connect(path)
        db.execute("create table runs (secret)")
        db.execute("insert into runs values (42)")
        db.execute("create table cache (run text primary key, signature, row)")
        if kind == "trigger":
            db.execute(
                "create trigger t after insert on cache"
                " begin update runs set secret = 0; end"
            )
        if kind == "view":
            db.execute("create view v as select * from runs")
        db.commit()
        db.close()
    if kind == "link":
        (root / "index.db").symlink_to(path)
    before = path.read_bytes() if path.is_file() else None
    assert len(query.query_runs(root)) == 3
    index.refresh(root, anew=True)
    assert before == (path.read_bytes() if path.is_file() else None)
    assert not list(root.glob("index.db-*"))


ODD = {
    "list": {"length": []},
    "object": {"length": {"a": 1}},
    "int of 64 bits": {"length": 2**63},
    "int of 4,000 digits": {"steps": 10**4000},
    "half a character": {"rate_x": "\ud800"},
    "text for a number": {"return_blue": "x" * 10_000},
    "half in the name": {"rate_\udfff": 1.0},
    "two names that differ in case": {"return_Blue": 1.0, "return_BLUE": 2.0},
    "a name that is SQL": {'rate_x"); drop table x; --': 1.0},
    "2,500 names": {f"rate_x{i}": float(i) for i in range(2500)},
    "no rollout": {"rollout": None},
    "an objective that is a list": {"objective": ["blue"]},
    "an objective of nobody": {"objective": "teal"},
    "huge": {"rate_x": 1e308 * 10},
}


@pytest.mark.parametrize("kind", ODD)
def test_one_bad_run_costs_no_other_and_is_named(root, kind):
    tell(make(root, seed=8), **ODD[kind])
    found = index.refresh(root)
    good = [row for row in found.rows if row["seed"] != 8]
    assert [row["seed"] for row in good] == [0, 1, 2]
    assert all(row["final_return_blue"] == 0.5 for row in good)
    assert any("seed-0008" in note for note in found.notes) or kind in (
        "text for a number",  # it is cut, and can be held and asked for
        "half a character",
        "no rollout",
    )
    assert len(query.query_runs(root, "seed < 3")) == 3
    assert max(len(row) for row in found.rows) <= 600
    for note in found.notes:
        note.encode()
    assert index.refresh(root) == found


@pytest.mark.parametrize("text", ["{", "[]", '{"plan": []}', "[" * 100_000, "\x00", ""])
def test_a_damaged_run_is_left_out_and_named(root, text):
    run = make(root, seed=8)
    (run.path / "run.json").write_text(text)
    found = index.refresh(root)
    assert len(found.rows) == 3
    assert len(found.notes) == 1 and "seed-0008" in found.notes[0]


def test_names_from_files_never_become_sql(root):
    tell(make(root, seed=9, plan=wanting('x"); drop table x; --', '"')))
    rows = query.query_runs(root, "seed = 9")
    assert len(rows) == 1
    assert all(name.isidentifier() for name in rows[0])


def test_runs_whose_columns_differ_in_case_share_the_first_name(root):
    tell(make(root, seed=8, plan=wanting("Blue")), return_Blue=0.2)
    tell(make(root, seed=9, plan=wanting("Gold")))
    tell(make(root, seed=10, plan=wanting("gold")), return_gold=0.25)
    rows = index.refresh(root).rows
    assert len(rows) == 6 and rows[-1]["final_return_Gold"] == 0.25
    lower = [name.lower() for name in rows[0]]
    assert len(lower) == len(set(lower))
    assert all(list(row) == list(rows[0]) for row in rows)


def broken(folder, monkeypatch, how) -> None:
    """Make a cache folder that cannot be used."""
    if how == "a file":
        folder.write_text("")
    elif how == "open to others":
        (folder / "index").mkdir(parents=True)
        (folder / "index").chmod(0o777)
    elif how == "in a folder that is open to others":
        folder.mkdir()
        folder.chmod(0o777)
    elif how == "a link":
        (folder.parent / "elsewhere").mkdir(mode=0o700)
        folder.mkdir(mode=0o700)
        (folder / "index").symlink_to(folder.parent / "elsewhere")
    elif how == "another's":
        (folder / "index").mkdir(parents=True, mode=0o700)
        monkeypatch.setattr(cache.os, "getuid", lambda: os.geteuid() + 1)
    elif how == "of nobody":

        def nowhere():
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.delenv("TELIC_CACHE")
        monkeypatch.setattr(cache.Path, "home", nowhere)
    elif how == "full":

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)


@pytest.mark.parametrize(
    "how",
    [
        "a file",
        "open to others",
        "in a folder that is open to others",
        "a link",
        "another's",
        "of nobody",
        "full",
    ],
)
def test_an_index_that_cannot_be_kept_is_made_in_memory_with_a_note(
    root, tmp_path, monkeypatch, how
):
    rows = index.refresh(root).rows
    shutil.rmtree(tmp_path / "cache")
    broken(tmp_path / "cache", monkeypatch, how)
    found = index.refresh(root)
    assert found.rows == rows
    assert len(found.notes) == 1 and "the index is not kept" in found.notes[0]
    assert not list((tmp_path / "cache").rglob("*.jsonl"))
    assert not (tmp_path / "elsewhere").is_dir() or not list(
        (tmp_path / "elsewhere").iterdir()
    )


def test_the_cache_is_where_the_user_wants_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TELIC_CACHE", str(tmp_path / "a"))
    assert cache.folder() == tmp_path / "a"
    monkeypatch.delenv("TELIC_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "b"))
    assert cache.folder() == tmp_path / "b" / "telic"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.folder() == tmp_path / ".cache" / "telic"


def test_a_cache_folder_of_ours_is_made_private(tmp_path, monkeypatch):
    monkeypatch.setenv("TELIC_CACHE", str(tmp_path / "a"))
    (tmp_path / "a" / "xla").mkdir(parents=True)
    (tmp_path / "a" / "xla").chmod(0o755)
    assert cache.private("xla") == tmp_path / "a" / "xla"
    assert stat.S_IMODE((tmp_path / "a" / "xla").stat().st_mode) == 0o700


def test_a_cache_folder_is_made_with_all_folders_above_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TELIC_CACHE", str(tmp_path / "no" / "cache" / "yet"))
    assert cache.private("xla").is_dir()
    assert stat.S_IMODE((tmp_path / "no" / "cache" / "yet").stat().st_mode) == 0o700


def test_an_objective_with_a_hyphen_is_a_column_with_an_underscore(root):
    run = make(root, seed=4, plan=wanting("thrift-5"))
    tell(run, **{"return_thrift-5": 0.25})
    found = index.refresh(root)
    assert not found.notes
    rows = query.choose(found.rows, "final_return_thrift_5 > 0.2")
    assert [row["seed"] for row in rows] == [4]


POSE = {"run": "small/seed-0000", "status": "complete", "final_return_blue": 1.0}


@pytest.mark.parametrize("world", [POSE, [1], {"name": "keys"} | POSE])
def test_a_plan_that_telic_would_not_follow_has_no_row(root, world):
    run = make(root, seed=8)
    held = json.loads((small.aged(run).path / "run.json").read_text())
    for plan in (held["plan"] | {"world": world}, {"world": world}):
        (run.path / "run.json").write_text(json.dumps(held | {"plan": plan}))
        found = index.refresh(root)
        assert [row["seed"] for row in found.rows] == [0, 1, 2]
        assert len(found.notes) == 1 and "seed-0008 is left out" in found.notes[0]
        assert "Error" not in found.notes[0]


@dataclasses.dataclass(frozen=True)
class Posing(Keys):
    """Somebody's world with settings that have the names of what the index tells."""

    run: str = "small/seed-0000"
    status: str = "complete"
    final_return_blue: float = 1.0


def test_no_setting_takes_the_place_of_what_a_run_is(root, monkeypatch):
    monkeypatch.setitem(WORLDS, "posing", Posing)
    tell(make(root, seed=8, plan=dataclasses.replace(PLAN, world=Posing())))
    row = index.refresh(root).rows[-1]
    told = row["run"], row["status"], row["final_return_blue"]
    assert told == ("small/seed-0008", "new", 0.5)


def test_a_run_is_listed_where_its_worlds_package_is_missing(root, monkeypatch):
    monkeypatch.setattr(gymnasium, "make", lambda *_, **__: pytest.fail("made"))
    monkeypatch.setitem(sys.modules, "envpool", None)
    plan = Landing().plan()
    world = dataclasses.replace(plan.world, backend="envpool")
    tell(make(root, seed=8, plan=dataclasses.replace(plan, world=world)))
    found = index.refresh(root)
    assert not found.notes and found.rows[-1]["world"] == "lander"


def test_all_runs_together_have_a_bounded_number_of_names(root):
    for seed in range(10, 16):
        tell(make(root, seed=seed, plan=wanting(*(f"o{seed}_{i}" for i in range(400)))))
    found = index.refresh(root)
    assert len(found.rows) == 9 and len(found.rows[0]) == 2000
    assert [row["final_return_blue"] for row in found.rows] == [0.5] * 9
    assert len(found.notes) == 1 and "names that few runs have" in found.notes[0]


def shown(capsys, *argv) -> list[str]:
    """The names of the runs that a command shows."""
    assert main([*map(str, argv), "--json"]) == 0
    return [json.loads(line)["run"] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("verb", ["show", "list"])
def test_runs_that_are_named_are_shown_though_the_index_has_them_not(
    root, tmp_path, capsys, verb
):
    other = make(tmp_path / "elsewhere", seed=0)
    tell(other, return_blue=0.25)
    (root / "linked").symlink_to(other.path.parent)
    where = ("--root", root)
    assert shown(capsys, "runs", verb, "linked", *where) == ["linked/seed-0000"]
    assert shown(capsys, "runs", verb, other.path, *where) == ["small/seed-0000"]
    assert main(["runs", verb, str(other.path), "--root", str(root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["final_return_blue"] == 0.25


@pytest.mark.parametrize("verb", ["show", "list"])
def test_a_damaged_run_that_is_named_is_an_error_and_costs_no_other(root, capsys, verb):
    tell(folder.find(root)[1], steps=3)
    where = ("--root", str(root))
    assert main(["runs", verb, "small/seed-0001", *where]) == 3
    assert "steps = 3" in capsys.readouterr().err
    assert shown(capsys, "runs", verb, "small", *where) == [
        "small/seed-0000",
        "small/seed-0002",
    ]
    for run in folder.find(root):
        tell(run, steps=3)
    assert main(["runs", verb, "small", *where]) == 3
