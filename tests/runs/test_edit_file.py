"""Edits are kept whole, refused if altered, and refused for another agent."""

import jax.numpy as jnp
import pytest

from telic.core import trees
from telic.core.errors import DamagedError, InputError, TelicError
from telic.edits import Add, Edit
from telic.runs import codec, edit_file
from tests.runs.mutations import forged
from tests.runs.small import TINY

EDIT = Add({"actor/0/bias": jnp.full(2, 0.25)}, strength=2.0)


def parts(edit: Edit) -> tuple[dict, dict]:
    """What is in the file of an edit of TINY."""
    arrays = {}
    return codec.encode(edit_file.Kept(edit, trees.digest(TINY)), arrays), arrays


def test_an_edit_from_its_file_does_what_it_did(tmp_path):
    path = tmp_path / "blue.edit"
    edit_file.write(path, EDIT, TINY)
    edited = edit_file.apply(path, TINY)
    assert trees.digest(edited) == trees.digest(EDIT(TINY))
    assert path.stat().st_size < 2000


def test_another_agent_is_refused_unless_forced(tmp_path):
    path = tmp_path / "blue.edit"
    edit_file.write(path, EDIT, TINY)
    other = TINY.replace({**TINY, "actor/0/bias": jnp.zeros(2)})
    with pytest.raises(InputError, match="another agent"):
        edit_file.apply(path, other)
    forced = edit_file.apply(path, other, force=True)
    assert forced["actor/0/bias"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("place", [-1, -5, 60, 150])
def test_a_file_with_one_altered_byte_is_refused(tmp_path, place):
    path = tmp_path / "blue.edit"
    edit_file.write(path, EDIT, TINY)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(DamagedError):
        edit_file.read(path)


def test_a_file_that_is_no_edit_is_refused(tmp_path):
    path = tmp_path / "x.edit"
    path.write_bytes(b"not safetensors")
    with pytest.raises(DamagedError, match="not safetensors"):
        edit_file.read(path)


def test_an_edit_that_does_not_fit_leaves_no_file(tmp_path):
    path = tmp_path / "x.edit"
    with pytest.raises(InputError):
        edit_file.write(path, Add({"critic/9/bias": jnp.ones(1)}), TINY)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (Add({"actor/0/bias": jnp.array([jnp.nan, 0.0])}), "not finite"),
        (Add({"actor/0/bias": jnp.full(2, 1e7)}), "not finite"),
        (Add({"actor/0/bias": jnp.ones(2)}, strength=1e308), "up to 1e\\+06"),
        (Add({"actor/0/bias": jnp.full(2, 1e6)}, strength=1e3), "not finite"),
    ],
)
def test_numbers_without_meaning_are_refused_whatever_their_hash(tmp_path, edit, word):
    path = tmp_path / "x.edit"
    path.write_bytes(forged("edit", *parts(edit)))
    with pytest.raises(DamagedError, match=word):
        edit_file.apply(path, TINY)


@pytest.mark.parametrize(
    "fields",
    [
        {"vector": None},
        {"vector": 3},
        {"vector": "x"},
        {"vector": {"tree": {}, "array": "x"}},
        {"vector": {"array": []}},
        {"vector": {"tree": "nowhere"}},
        {"vector": {"tree": 1}},
        {"vector": {"actor/0/bias": {"array": "nowhere"}}},
        {"vector": {"actor/0/bias": {"key": "edit/vector/actor/0/bias"}}},
        {"name": "chain"},
        {"name": "evil"},
        {"name": None},
        {"strength": 10**400},
        {"strength": True},
        {"strength": "1"},
        {"other": 1},
    ],
)
def test_a_recipe_of_wrong_types_is_refused(tmp_path, fields):
    path = tmp_path / "x.edit"
    payload, arrays = parts(EDIT)
    payload["edit"] |= fields
    path.write_bytes(forged("edit", payload, arrays))
    with pytest.raises(TelicError):
        edit_file.read(path)
