"""What is built for all is built once and whole, and everybody has a copy."""

import pytest
from jax._src.interpreters import mlir

from tests import made, memory
from tests.runs.small import make


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """An empty store."""
    monkeypatch.setattr(made, "STORE", tmp_path / "store")
    return tmp_path / "store"


def test_runs_are_built_once_and_copied_for_everybody(tmp_path):
    built = []

    def build(root):
        built.append(make(root))

    one, two = (made.copied("x", build, tmp_path / place) for place in ("a", "b"))
    assert len(built) == 1
    assert [run.path for run in one] == [tmp_path / "a" / "small" / "seed-0000"]
    one[0].metrics.write_text("spoilt")
    assert not two[0].metrics.exists() or two[0].metrics.read_text() != "spoilt"


def test_what_was_left_unfinished_is_built_again_from_nothing(tmp_path):
    def stopped(root):
        make(root, seed=1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.copied("x", stopped, tmp_path / "a")
    assert not (tmp_path / "a").exists()
    found = made.copied("x", make, tmp_path / "b")
    assert [run.path.name for run in found] == ["seed-0000"]


def test_other_sources_are_built_anew_and_the_older_taken_away(
    tmp_path, store, monkeypatch
):
    for digest in ("old", "new"):
        monkeypatch.setattr(made, "digest", lambda digest=digest: digest)
        made.copied("x", make, tmp_path / digest)
    assert [path.name for path in (store / "x").iterdir()] == ["new"]


def test_the_digest_is_of_all_sources_and_of_what_is_built(tmp_path, monkeypatch):
    names = ["src/telic/a.py", *(f"tests/{name}" for name in made.BUILDERS)]
    monkeypatch.setattr(made, "ROOT", tmp_path)
    found = set()
    for changed in [None, *names]:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("new" if name == changed else "old")
        made.digest.cache_clear()
        found.add(made.digest())
    made.digest.cache_clear()
    assert len(found) == 1 + len(names)
    monkeypatch.undo()
    assert all((made.ROOT / "tests" / name).exists() for name in made.BUILDERS)


@pytest.mark.parametrize(("megabytes", "gone"), [(100, False), (1400, True)])
def test_what_was_compiled_is_let_go_where_a_process_is_large(
    megabytes, gone, monkeypatch
):
    let_go = []
    monkeypatch.setattr(memory, "megabytes", lambda name: megabytes)
    monkeypatch.setattr(memory, "let_go", lambda: let_go.append(True))
    memory.Memory().pytest_runtest_teardown()
    assert bool(let_go) == gone


def test_programs_are_lowered_in_the_context_of_those_before_them():
    contexts = [mlir.make_ir_context() for _ in range(memory.SHARED)]
    assert len({id(context) for context in contexts}) <= 2
