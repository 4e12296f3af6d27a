"""A condition reads one row of the table of runs, and costs what it is long."""

import os
import subprocess
import sys
import time

import pytest

from telic.core.errors import InputError
from telic.runs import query
from telic.runs.folder import find
from tests.runs import hostile
from tests.runs.small import make, row, tell

ROWS = [
    {"run": f"tiny/seed-{i:04d}", "seed": i, "limit": i * 10, "final_return_blue": x}
    for i, x in enumerate([0.5, None, 0.7, 0.6])
]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Three runs with made-up metrics."""
    root = tmp_path_factory.mktemp("root")
    for seed in range(3):
        run = make(root, seed=seed)
        tell(run, row(return_blue=0.5 + seed / 10))
    return root


def test_a_condition_chooses_runs(root):
    rows = query.query_runs(root, "seed < 2 and final_return_blue > 0.55")
    assert [row["seed"] for row in rows] == [1]
    assert [row["seed"] for row in query.query_runs(root, order="seed desc")] == [
        2,
        1,
        0,
    ]
    assert [row["seed"] for row in query.query_runs(root, limit=2)] == [0, 1]


def test_a_root_may_be_text_or_left_out(root, monkeypatch):
    assert len(query.query_runs(str(root), "seed < 2")) == len(find(str(root))) - 1 == 2
    monkeypatch.setenv("TELIC_ROOT", str(root))
    assert query.query_runs() == query.query_runs(root)
    assert find() == find(root)
    monkeypatch.delenv("TELIC_ROOT")
    monkeypatch.chdir(root.parent)
    root.rename("telic_runs")
    try:
        assert [run.name for run in find()] == [f"small/seed-000{i}" for i in range(3)]
    finally:
        (root.parent / "telic_runs").rename(root)


def test_settings_are_columns(root):
    (row,) = query.query_runs(root, "seed = 0")
    assert (row["width"], row["num_envs"], row["status"]) == (16, 8, "new")


@pytest.mark.parametrize(
    ("condition", "seeds"),
    [
        ("run LIKE 'tiny/%' AND NOT seed = 0", [1, 2, 3]),
        ("final_return_blue is null or round(final_return_blue, 1) = 0.7", [1, 2]),
        ("seed in (0, 3) and seed between 1 and 4", [3]),
        ("case when seed > 1 then 'a' || run else '' end > 'a'", [2, 3]),
        ("coalesce(final_return_blue, 1e0) >= .7", [1, 2]),
        ("length(run) = 14 and SEED - -1 = 2", [1]),
        ('limit > 10 and "seed" <> 3', [2]),  # a keyword of SQL, and a quoted name
        ("run = 'it''s' or true", [0, 1, 2, 3]),
    ],
)
def test_a_formula_over_columns_is_a_condition(condition, seeds):
    assert [row["seed"] for row in query.choose(ROWS, condition)] == seeds


def test_rows_are_sorted_with_what_is_missing_first():
    def seeds(order: str) -> list[int]:
        return [row["seed"] for row in query.choose(ROWS, "1", order=order)]

    assert seeds("final_return_blue") == [1, 0, 3, 2]
    assert seeds("Final_Return_Blue DESC") == [2, 3, 0, 1]


@pytest.mark.parametrize("name", hostile.QUERIES)
def test_a_condition_that_is_none_or_does_more_is_refused(name):
    began = time.monotonic()
    with pytest.raises(InputError):
        query.choose(ROWS, hostile.QUERIES[name])
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("name", hostile.ORDERS)
def test_rows_are_sorted_by_a_column_and_by_nothing_else(name):
    with pytest.raises(InputError):
        query.choose(ROWS, "1", order=hostile.ORDERS[name])


BOUNDED = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))
from telic.core.errors import InputError
from telic.runs import query
from tests.runs import hostile
rows = [{"run": f"tiny/seed-{i:04d}", "seed": i} for i in range(1000)]
worst = {}
for group, cases in (("where", hostile.QUERIES), ("order", hostile.ORDERS)):
    for name, text in cases.items():
        began = time.process_time()
        given = {"where": "1", "order": "run"} | {group: text}
        try:
            query.choose(rows, **given)
            sys.exit(f"{group} {name} was answered")
        except InputError:
            pass
        family = group + " " + name.partition("-")[0]
        count, most = worst.get(family, (0, 0.0))
        worst[family] = count + 1, max(most, time.process_time() - began)
for family, (count, most) in worst.items():
    print(f"{family}\\t{count}\\t{most:.3f}")
"""


def test_every_hostile_query_is_refused_in_bounded_time_and_memory():
    """All in one process that may have 1 GiB; the address space holds JAX as well."""
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert sum(int(count) for _, count, _ in rows) >= 200
    assert max(float(seconds) for *_, seconds in rows) < 6
    print(f"\n{done.stdout}family, queries, most seconds of processor time")


def test_a_condition_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(query, "SECONDS", -1.0)
    with pytest.raises(InputError, match="longer than -1 seconds"):
        query.choose(ROWS * 1000, "seed >= 0")


def test_sqlite_itself_stands_behind_the_list_of_words(monkeypatch):
    """Were every word let through, there would still be no bomb and no way out."""
    through = lambda where, known: (where, [])
    monkeypatch.setattr(query.condition, "checked_condition", through)
    for name in ("printf-0", "blob-0", "subselect-own", "schema", "load", "tokenizer"):
        with pytest.raises(
            InputError, match=r"not authorized|prohibited|no such|argum"
        ):
            query.choose(ROWS, hostile.QUERIES[name])
    with pytest.raises(InputError):
        query.choose(ROWS, hostile.QUERIES["attach"])


def test_an_unknown_column_or_function_is_answered_with_what_there_is(root):
    with pytest.raises(InputError, match="final_return_blue"):
        query.query_runs(root, "final_retun_blue > 0")
    with pytest.raises(InputError, match="final_return_blue"):
        query.query_runs(root, order="final_retun_blue desc")
    with pytest.raises(InputError, match=r"'printf'; known: abs, coalesce"):
        query.query_runs(root, "printf('%d', seed)")


def test_columns_are_bounded_in_no_way_that_a_query_meets():
    names = [f"x{i}" for i in range(5000)]  # more than a table of SQLite may have
    rows = [dict.fromkeys(["run", *names], i) for i in range(3)]
    assert len(query.choose(rows, "x4999 = 2")) == 1
