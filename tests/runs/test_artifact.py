"""The one file format: whole or not at all, and only a TelicError comes out."""

import json
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from telic.core.errors import DamagedError, InputError, TelicError
from telic.runs import artifact, strict
from tests.runs import mutations

ARRAYS = {
    "b/double": np.array([[0.1, -0.0], [1e300, 5e-324]]),
    "a/float": np.array(0.1, np.float32),
    "half": np.ones(3, np.float16),
    "seed": np.array([2**32 - 1, 0], np.uint32),
    "large": np.array([-(2**63)], np.int64),
    "bytes": np.arange(5, dtype=np.uint8),
    "flags": np.array([True, False]),
    "none": np.zeros((0, 3)),
}
PAYLOAD = {"name": "blä", "size": [1, 2.5, None], "inner": {"a": True, "tags": []}}


def test_arrays_and_payload_come_back_bit_for_bit_and_in_order(tmp_path):
    path = tmp_path / "some.thing"
    sha = artifact.write(path, "thing", PAYLOAD, ARRAYS)
    found = artifact.read(path, "thing")
    assert found.payload == PAYLOAD and found.sha256 == sha
    assert list(found.arrays) == sorted(ARRAYS)
    for name, due in ARRAYS.items():
        leaf = found.arrays[name]
        assert (leaf.dtype, leaf.shape) == (due.dtype, due.shape)
        assert leaf.tobytes() == due.tobytes()


def test_equal_content_makes_equal_files_and_the_order_of_axes_does_not_matter():
    turned = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    first = artifact.to_bytes("thing", PAYLOAD, {"a": turned, "b": ARRAYS["flags"]})
    again = artifact.to_bytes(
        "thing", PAYLOAD, {"b": ARRAYS["flags"], "a": turned.copy("C")}
    )
    assert first == again


def test_any_program_that_knows_safetensors_can_read_a_file(tmp_path):
    from safetensors import safe_open

    path = tmp_path / "x.safetensors"
    sha = artifact.write(path, "thing", PAYLOAD, ARRAYS)
    with safe_open(str(path), "numpy") as file:
        about = json.loads(file.metadata()["telic"])
        assert file.get_tensor("seed").tolist() == [2**32 - 1, 0]
    assert (about["kind"], about["payload"]) == ("thing", PAYLOAD)
    assert about["sha256"] == sha and about["versions"]["telic"]


def test_no_byte_of_a_file_can_be_another():
    data = artifact.to_bytes("thing", {"a": 1}, {"a": np.ones(2, np.float32)})
    for place in range(len(data)):
        for bit in (1, 32):
            other = bytearray(data)
            other[place] ^= bit
            with pytest.raises(TelicError):
                artifact.from_bytes(bytes(other), Path("x"), "thing")
    for other in (data[:-1], data + b"\0", b"", data[:100]):
        with pytest.raises(DamagedError):
            artifact.from_bytes(other, Path("x"), "thing")


def test_a_file_of_another_kind_says_which_it_is(tmp_path):
    path = tmp_path / "x.edit"
    artifact.write(path, "locus", {}, {})
    with pytest.raises(InputError, match="kind 'locus', not 'edit'"):
        artifact.read(path, "edit")


def test_a_file_of_a_later_telic_says_which_one_reads_it():
    data = signed({"schema": 99, "versions": {"telic": "7.1"}})
    with pytest.raises(DamagedError, match=r"telic 7\.1"):
        artifact.from_bytes(data, Path("x"), "thing")


@pytest.mark.parametrize(
    "arrays",
    [
        {"a": np.array([1j])},
        {"a": np.array(["x"])},
        {"a": np.array([None])},
        {"__metadata__": np.ones(1)},
    ],
)
def test_arrays_that_are_not_numbers_are_not_written(tmp_path, arrays):
    path = tmp_path / "x"
    with pytest.raises(InputError):
        artifact.write(path, "thing", {}, arrays)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**64, np.ones(1), {1}, "\ud800", b"x"],
    ids=repr,
)
def test_what_is_not_json_is_not_written(value):
    with pytest.raises(InputError):
        artifact.to_bytes("thing", {"a": value}, {})


def test_a_file_that_could_not_be_read_again_is_not_written():
    with pytest.raises(InputError, match="header"):
        artifact.to_bytes("thing", {"a": "x" * artifact.HEADER}, {})
    deep: list = []
    for _ in range(strict.DEEPEST):
        deep = [deep]
    with pytest.raises(InputError, match="deep"):
        artifact.to_bytes("thing", {"a": deep}, {})


def signed(changes: dict) -> bytes:
    """A file of which the header says something else, under the right hash."""
    parts = {"kind": "thing", "payload": {}, **changes}
    return mutations.forged(parts.pop("kind"), parts.pop("payload"), {}, **parts)


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": True},
        {"schema": "1"},
        {"kind": 3},
        {"versions": []},
        {"versions": {"telic": 1}},
        {"payload": []},
        {"payload": None},
        {"payload": {"a": float("nan")}},
        {"payload": {"a": 2**70}},
        {"payload": {"a": "\ud800"}},
    ],
    ids=repr,
)
def test_a_header_of_a_stranger_is_refused_though_its_hash_is_right(changes):
    assert artifact.from_bytes(signed({}), Path("x"), "thing").payload == {}
    with pytest.raises(DamagedError):
        artifact.from_bytes(signed(changes), Path("x"), "thing")


def test_a_name_twice_in_the_payload_is_refused():
    data = signed({"payload": {"a": 1, "b": 2}})
    twice = data.replace(b'\\"b\\"', b'\\"a\\"')
    sha = artifact._sha256(twice).encode()
    forged = twice.replace(artifact.stated_hash(data).encode(), sha)
    with pytest.raises(DamagedError, match="twice"):
        artifact.from_bytes(forged, Path("x"), "thing")


def test_more_metadata_or_arrays_than_are_due_are_refused():
    data = artifact.to_bytes("thing", {}, ARRAYS)
    with pytest.raises(DamagedError, match="7 other arrays"):
        artifact.from_bytes(data, Path("x"), "thing", names=["flags", "more"])
    about, _ = artifact.read_plain(data, Path("x"))
    while (more := save({}, {"telic": about["telic"], "x": "y"}))[:60].find(b"x") > 0:
        pass  # the order of metadata is one of chance
    with pytest.raises(DamagedError):
        artifact.from_bytes(more, Path("x"), "thing")


def test_sizes_are_bounded_before_anything_is_read(tmp_path):
    path = tmp_path / "x"
    path.touch()
    with path.open("r+b") as file:
        file.truncate(artifact.LARGEST_FILE + 1)
    with pytest.raises(DamagedError, match="at most"):
        artifact.read(path, "thing")
    for size in (1 << 60, artifact.HEADER + 1):
        data = struct.pack("<Q", size) + b" " * (artifact.HEADER + 2)
        with pytest.raises(DamagedError, match="header"):
            artifact.from_bytes(data, Path("x"), "thing")


def test_a_link_is_not_followed(tmp_path):
    artifact.write(tmp_path / "real", "thing", {}, {})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(DamagedError, match="link"):
        artifact.read(tmp_path / "link", "thing")


@pytest.mark.parametrize("seed", range(40))
def test_altered_bytes_give_the_same_content_or_a_telic_error(seed):
    rng = random.Random(seed)
    data = artifact.to_bytes("thing", PAYLOAD, ARRAYS)
    other = artifact.to_bytes("thing", {"a": 1}, {"a": np.ones(2)})
    for _ in range(25):
        changed = mutations.of_bytes(data, [other], rng)
        if changed in (data, other):
            continue
        with pytest.raises(TelicError):
            artifact.from_bytes(changed, Path("x"), "thing")
