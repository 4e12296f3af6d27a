"""Tensors by torch.save: shapes, kinds, the old format, and what is refused."""

import pickle
import struct

import numpy as np
import pytest

from telic.adapters.pickle_write import to_pickle
from telic.adapters.pickled import Called, Global, Persistent
from telic.adapters.torch_file import TENSOR, tensors
from telic.adapters.torch_write import to_torch, zipped
from telic.core.errors import DamagedError, InputError


def one(
    storage: bytes,
    *,
    kind: str = "torch.FloatStorage",
    offset: int = 0,
    shape: tuple = (2,),
    strides: tuple = (1,),
) -> bytes:
    """A file with one tensor."""
    stored = Persistent(("storage", Global(kind), "0", "cpu", 9))
    made = Called(TENSOR, (stored, offset, shape, strides, False))
    return zipped({"a/data.pkl": to_pickle({"x": made}), "a/data/0": storage})


FLOATS = np.arange(6, dtype="<f4").tobytes()


def test_nested_names_are_joined_by_dots():
    held = {"model": {"w": np.ones((2, 3))}, "steps": 5, "rows": [np.zeros(1)]}
    found = tensors(to_torch(held), what="it")
    assert {name: x.shape for name, x in found.items()} == {
        "model.w": (2, 3),
        "rows.0": (1,),
    }


def test_a_part_of_a_storage_is_read_by_its_strides():
    found = tensors(one(FLOATS, offset=1, shape=(2, 2), strides=(1, 2)), what="it")
    assert found["x"].tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("Double", "<f8"),
        ("Half", "<f2"),
        ("Long", "<i8"),
        ("Byte", "u1"),
        ("Bool", "?"),
    ],
)
def test_every_kind_of_number_is_read(kind, type_):
    data = one(np.array([1, 0], type_).tobytes(), kind=f"torch.{kind}Storage")
    assert tensors(data, what="it")["x"].astype(int).tolist() == [1, 0]


def test_brain_floats_are_read():
    data = one(struct.pack("<HH", 0x3F80, 0x4000), kind="torch.BFloat16Storage")
    assert tensors(data, what="it")["x"].astype("f4").tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "given",
    [
        {"shape": (7,)},
        {"offset": 5},
        {"offset": -1},
        {"strides": (9,)},
        {"strides": (-1,)},
        {"shape": (2, 2)},
        {"shape": (10**12,), "strides": (0,)},
    ],
)
def test_a_tensor_beyond_its_storage_is_an_error(given):
    with pytest.raises(DamagedError, match="no tensor"):
        tensors(one(FLOATS, **given), what="it")


def test_the_format_of_before_version_1_6_is_read():
    stored = Persistent(("storage", Global("torch.FloatStorage"), "7", "cpu", 2, None))
    made = Called(TENSOR, (stored, 0, (2,), (1,), False))
    parts = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, {"x": made}, ["7"]]
    data = b"".join(map(to_pickle, parts)) + struct.pack("<q", 2) + FLOATS[:8]
    assert tensors(data, what="it")["x"].tolist() == [0, 1]
    with pytest.raises(DamagedError, match="cut off in storage"):
        tensors(data[:-1], what="it")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pickle.dumps([1, 2]), "no file of torch.save"),
        (zipped({"a/b": b""}), "a zip without one data.pkl"),
        (zipped({"a/data.pkl": to_pickle({"a": 1})}), "holds no tensor"),
        (zipped({"a/data.pkl": to_pickle({}), "a/byteorder": b"big"}), "big-endian"),
        (one(FLOATS, kind="torch.QInt8Storage"), "refers to 'torch.QInt8Storage'"),
    ],
)
def test_what_is_no_file_of_tensors_is_refused(data, words):
    with pytest.raises(InputError, match=words):
        tensors(data, what="it")


def test_containers_within_containers_are_no_bomb_and_no_circle():
    bomb: list = ["x"]
    for _ in range(40):
        bomb = [bomb, bomb]
    with pytest.raises(InputError, match="holds a container twice"):
        tensors(zipped({"a/data.pkl": pickle.dumps(bomb)}), what="it")
    circle: list = []
    circle.append(circle)
    with pytest.raises(InputError, match="holds a container twice"):
        tensors(zipped({"a/data.pkl": pickle.dumps(circle)}), what="it")


def test_a_zip_that_states_too_much_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("telic.adapters.archive.UNPACKED", 10)
    with pytest.raises(DamagedError, match="bytes are unpacked"):
        tensors(one(FLOATS), what="it")


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_a_changed_byte_never_changes_a_number_in_silence(at):
    data = bytearray(one(FLOATS, shape=(6,)))
    data[at % len(data)] ^= 0x10
    try:
        found = tensors(bytes(data), what="it")
    except (DamagedError, InputError):
        return
    assert next(iter(found.values())).tolist() == [0, 1, 2, 3, 4, 5]
