"""Worlds out of files of somebody's own: what is refused, and what is trusted when."""

import dataclasses
import json
import os
import sys

import pytest

from telic.core.errors import InputError, WorldError
from telic.runs import cache, folder, own
from telic.runs.carry import carry_run
from telic.studies import Alternation
from telic.studies.base import preset
from telic.worlds import WORLDS
from tests.small import SHALLOW, SIZES
from tests.worlds.walk import WALK

NAME = "my_walk.py:Walk"

SUBCLASS = """
@dataclasses.dataclass(frozen=True)
class Other(Walk):
    a: {0}
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A file with a world, an empty cache, and no such world yet."""
    monkeypatch.setenv("TELIC_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "my_walk.py"
    path.write_text(WALK)
    modules = set(sys.modules)
    yield path
    for name in ("Walk", "Other"):
        WORLDS.pop(f"{path.name}:{name}", None)
    for name in set(sys.modules) - modules:
        del sys.modules[name]
    if str(tmp_path) in sys.path:
        sys.path.remove(str(tmp_path))


def refused(file, more, name="Other"):
    """What is said of a world, once something more is in its file."""
    file.write_text(WALK + more)
    with pytest.raises(InputError) as found:
        own.adopt(f"{file}:{name}")
    assert f"{file.name}:{name}" not in WORLDS
    assert not list((file.parent / "cache").rglob("*.json"))
    return f"{found.value.what}; {found.value.why}"


def test_a_world_that_was_named_is_known_to_another_process(file):
    assert own.adopt(f"{file}:Walk") == NAME
    kind = WORLDS.pop(NAME)
    own.recall(NAME)
    assert WORLDS[NAME].__qualname__ == kind.__qualname__


def test_names_that_are_not_of_files_are_left_alone(file):
    own.recall("keys")
    own.recall("no world at all")
    assert "no world at all" not in WORLDS


def test_a_changed_file_that_is_named_again_is_the_changed_one(file):
    own.adopt(f"{file}:Walk")
    assert WORLDS[NAME]().limit == 9
    file.write_text(WALK.replace("limit: int = 9", "limit: int = 5"))
    own.adopt(f"{file}:Walk")
    assert WORLDS[NAME]().limit == 5


def test_the_bytes_that_were_hashed_are_those_that_run(file, monkeypatch):
    own.adopt(f"{file}:Walk")
    del WORLDS[NAME]
    for name in [name for name in sys.modules if name.startswith("telic_own_")]:
        monkeypatch.delitem(sys.modules, name)
    read = own._read

    def swapped(path):
        data = read(path)
        path.write_text("raise RuntimeError('another file')")
        return data

    monkeypatch.setattr(own, "_read", swapped)
    own.recall(NAME)
    assert WORLDS[NAME]().limit == 9


def test_a_file_is_compiled_anew_and_not_taken_from_a_cache_of_python(file):
    own.adopt(f"{file}:Walk")
    assert not (file.parent / "__pycache__").exists()


def test_two_worlds_are_both_kept(file):
    other = file.with_name("other.py")
    other.write_text(WALK)
    for path in (file, other):
        own.adopt(f"{path}:Walk")
    for path in (file, other):
        del WORLDS[f"{path.name}:Walk"]
        own.recall(f"{path.name}:Walk")
        assert WORLDS.pop(f"{path.name}:Walk")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"world": "another"}', "\0"])
def test_a_list_that_was_damaged_trusts_nothing(file, text):
    own.adopt(f"{file}:Walk")
    del WORLDS[NAME]
    (kept,) = cache.private("own").iterdir()
    kept.write_text(text)
    with pytest.raises(InputError, match="is not telic's"):
        own.recall(NAME)


def test_an_entry_of_another_name_is_not_taken_for_this_one(file):
    own.adopt(f"{file}:Walk")
    del WORLDS[NAME]
    (kept,) = cache.private("own").iterdir()
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "world": "a.py:B"}))
    with pytest.raises(InputError, match="is not telic's"):
        own.recall(NAME)


def test_a_file_that_is_gone_is_refused(file):
    own.adopt(f"{file}:Walk")
    del WORLDS[NAME]
    file.unlink()
    with pytest.raises(InputError, match="is gone or has changed"):
        own.recall(NAME)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_file_and_is_not_waited_for(file):
    own.adopt(f"{file}:Walk")
    del WORLDS[NAME]
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(InputError, match="is gone or has changed"):
        own.recall(NAME)


@pytest.mark.parametrize(
    "more",
    [
        "raise SystemExit(0)",
        "raise KeyboardInterrupt",
        "class Odd(BaseException): pass\nraise Odd",
        "1 / 0",
        "def (",
        "import nowhere_to_be_found",
        "\0",
    ],
)
def test_a_file_that_fails_while_it_is_imported_is_refused(file, more):
    before = set(sys.modules)
    assert "my_walk.py cannot be imported" in refused(file, more, "Walk")
    left = set(sys.modules) - before
    assert not [name for name in left if name.startswith("telic_own_")]


def test_to_be_asked_to_stop_is_no_fault_of_the_file(file):
    file.write_text("raise KeyboardInterrupt(15)")
    with pytest.raises(KeyboardInterrupt):
        own.adopt(f"{file}:Walk")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("Other = Walk()", "my_walk.py:Other is of the type Walk; a world is named by"),
        ("Other = None", "is of the type NoneType"),
        ("def Other(): return Walk()", "is of the type function"),
        ("class Other: pass", "is no world; it has no events, actions, observation"),
        (SUBCLASS.format("int = dataclasses.field(kw_only=True)"), "cannot be made"),
        (
            SUBCLASS.format("int = 0\n    def __post_init__(self): raise OSError"),
            "cannot be made; OSError",
        ),
        (
            SUBCLASS.format("int = 0\n    def __post_init__(self): raise SystemExit"),
            "cannot be made; SystemExit",
        ),
    ],
)
def test_what_is_no_class_of_a_world_is_refused(file, more, said):
    assert said in refused(file, more)


PLAIN = """
class Other:
    events = actions = ("a", "b")
    observation, encoding, limit = (2,), None, 3
"""


def test_a_world_that_is_no_dataclass_or_has_no_hash_is_refused(file):
    assert "is no dataclass; a plan stores" in refused(file, PLAIN)
    mutable = PLAIN.replace("class", "@dataclasses.dataclass\nclass", 1)
    assert "cannot be told from others by its fields" in refused(file, mutable)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("list = dataclasses.field(default_factory=list)", "cannot be told from"),
        ("dict = dataclasses.field(default_factory=dict)", "cannot be told from"),
        ("object = dataclasses.field(default_factory=object)", "cannot be stored"),
        ('float = float("nan")', "cannot be stored"),
        ("str = 3", "cannot be stored"),
        ("'Nowhere' = 3", "cannot be stored"),
    ],
)
def test_fields_that_a_plan_cannot_store_are_refused(file, field, said):
    assert said in refused(file, SUBCLASS.format(field))


def test_tuples_of_numbers_are_fields_of_worlds(file):
    file.write_text(WALK + SUBCLASS.format("tuple[tuple[int, ...], ...] = ((1, 2),)"))
    assert own.adopt(f"{file}:Other") in WORLDS


SHOWS = """
class Other(Walk):
    def observe(self, state):
        return jnp.full(2, jnp.nan)
"""
TELLS = """
class Other(Walk):
    def step(self, *given):
        after = Walk.step(self, *given)
        return after._replace(events=after.events + jnp.inf)
"""


@pytest.mark.parametrize(
    ("more", "said"), [(SHOWS, "shows numbers"), (TELLS, "tells events")]
)
def test_a_world_by_which_training_diverges_is_named(file, more, said):
    file.write_text(WALK + more)
    world = WORLDS[own.adopt(f"{file}:Other")]()
    few = dataclasses.replace(
        preset(Alternation, "small"), policy=SHALLOW, rollout=SIZES
    )
    few = dataclasses.replace(few, world=world, objectives=("left", "right"))
    run = folder.create_run(file.parent, "walks", 0, few.plan())
    with pytest.raises(WorldError, match=f"{said} that are not finite"):
        carry_run(run)
