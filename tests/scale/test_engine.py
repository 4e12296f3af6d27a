"""Compiled programs are machine code: they are kept where nobody else can write."""

import os
import stat

import pytest

from telic.scale import engine


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A cache of its own, and no word of the tests' own cache of programs."""
    monkeypatch.setenv("TELIC_CACHE", str(tmp_path / "cache"))
    for name in [name for name in os.environ if name.startswith("JAX_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XLA_FLAGS", "")
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: None, raising=False)
    return engine.cache_folder()


def test_the_folder_of_compiled_programs_is_private(place, monkeypatch):
    before = os.umask(0)
    try:
        engine.prepare()
    finally:
        os.umask(before)
    assert os.environ["JAX_COMPILATION_CACHE_DIR"] == str(place)
    for folder in (place, place.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_can_write_is_not_used(place, capsys, mode):
    place.mkdir(parents=True, mode=0o700)
    place.chmod(mode)
    engine.prepare()
    assert "JAX_COMPILATION_CACHE_DIR" not in os.environ
    said = capsys.readouterr().err
    assert "compiled programs are not kept" in said and str(place) in said
    engine.prepare(engine.cores()[0])  # a worker: the parent has said it
    assert capsys.readouterr().err == ""


def test_a_folder_that_the_user_names_for_jax_is_theirs_to_choose(place, monkeypatch):
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "/somewhere")
    engine.prepare()
    assert os.environ["JAX_COMPILATION_CACHE_DIR"] == "/somewhere"
