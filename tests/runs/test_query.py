"""A condition reads the table of runs, and does nothing else."""

import json
import sqlite3

import pytest

from telic.core.errors import InputError
from telic.runs import index, query
from telic.runs.folder import find
from tests.runs.small import make


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Three runs with made-up metrics."""
    root = tmp_path_factory.mktemp("root")
    for seed in range(3):
        run = make(root, seed=seed)
        row = {
            "rollout": 1,
            "phase": 0,
            "objective": "blue",
            "steps": 256,
            "length": 5.0,
            "return_blue": 0.5 + seed / 10,
            "rate_wall": 0.0,
        }
        run.metrics.write_text(json.dumps(row) + "\n")
    return root


def test_a_condition_chooses_runs(root):
    rows = query.select(root, "seed < 2 and final_return_blue > 0.55")
    assert [row["seed"] for row in rows] == [1]
    assert [row["seed"] for row in query.select(root, order="seed desc")] == [2, 1, 0]


def test_a_root_may_be_text_or_left_out(root, monkeypatch):
    assert len(query.select(str(root), "seed < 2")) == len(find(str(root))) - 1 == 2
    monkeypatch.setenv("TELIC_ROOT", str(root))
    assert query.select() == query.select(root)
    assert find() == find(root)
    monkeypatch.delenv("TELIC_ROOT")
    monkeypatch.chdir(root.parent)
    root.rename("telic_runs")
    try:
        assert [run.name for run in find()] == [f"small/seed-000{i}" for i in range(3)]
    finally:
        (root.parent / "telic_runs").rename(root)


def test_settings_are_columns(root):
    (row,) = query.select(root, "seed = 0")
    assert (row["width"], row["num_envs"], row["status"]) == (16, 8, "new")


@pytest.mark.parametrize(
    "condition",
    [
        "1; drop table runs",
        "1) union select 1 --",
        "load_extension('x')",
        "exists (select * from cache)",
        "exists (select * from sqlite_master)",
        "exists (select * from pragma_table_info('runs'))",
        "randomblob(1000000000) is null",
        "seed in (with recursive c(x) as (select 1 union all select x+1 from c)"
        " select x from c)",
        "",
        "(",
        "\x00",
        "final_return_blue >",
        "attach database 'x' as y",
    ],
)
def test_a_condition_that_is_none_or_does_more_than_read_is_refused(root, condition):
    before = (root / index.FILE).read_bytes() if (root / index.FILE).exists() else b""
    with pytest.raises(InputError):
        query.select(root, condition)
    assert len(query.select(root)) == 3
    assert before == b"" or (root / index.FILE).exists()


def test_a_condition_that_takes_too_long_is_stopped(root, monkeypatch):
    monkeypatch.setattr(query, "SECONDS", 0.2)
    slow = " and ".join(f"a{i}.seed >= 0" for i in range(1, 25))
    tables = ", ".join(f"runs a{i}" for i in range(1, 25))
    with pytest.raises(InputError, match="longer"):
        query.select(root, f"(select count(*) from {tables} where {slow}) > 0")


def test_an_unknown_column_is_answered_with_the_nearest(root):
    with pytest.raises(InputError, match="final_return_blue"):
        query.select(root, "final_retun_blue > 0")


def test_the_index_is_a_cache_that_can_be_lost_or_damaged(root):
    rows = query.select(root)
    (root / index.FILE).unlink()
    assert query.select(root) == rows
    (root / index.FILE).write_bytes(b"not a database at all" * 100)
    assert query.select(root) == rows
    assert index.refresh(root, anew=True) == (3, [])


def test_a_run_that_is_copied_in_or_removed_is_seen_at_once(root):
    run = make(root, seed=7)
    assert len(query.select(root)) == 4
    (run.path / "run.json").unlink()
    assert len(query.select(root)) == 3


def test_a_damaged_run_is_left_out_and_named(root):
    run = make(root, seed=8)
    (run.path / "run.json").write_text("{")
    count, notes = index.refresh(root)
    assert count == 3 and len(notes) == 1 and "seed-0008" in notes[0]
    (run.path / "run.json").unlink()


def test_names_from_files_never_become_sql(root):
    run = make(root, seed=9)
    row = {
        "rollout": 1,
        "phase": 0,
        "objective": 'x"); drop table x; --',
        "steps": 1,
    }
    row |= {'return_x"); drop table x; --': 1.0, "length": 1.0, 'rate_"': 1.0}
    run.metrics.write_text(json.dumps(row) + "\n")
    assert len(query.select(root)) == 4
    with sqlite3.connect(root / index.FILE) as db:
        assert all(name.isidentifier() for name in index.columns(root / index.FILE))
        assert db.execute("select count(*) from runs").fetchone() == (4,)
    db.close()
    (run.path / "run.json").unlink()
    run.metrics.unlink()
