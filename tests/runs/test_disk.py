"""The door to the disk follows nothing, waits for nothing, and guesses no name."""

import os

import pytest

from telic.core.errors import DamagedError, StorageError
from telic.runs import disk


def link(path, target):
    path.symlink_to(target)


def pipe(path, target):
    os.mkfifo(path)


def device(path, target):
    path.symlink_to("/dev/zero")


def folder(path, target):
    path.mkdir()


KINDS = pytest.mark.parametrize("put", [link, pipe, device, folder])


@pytest.fixture
def victim(tmp_path):
    """Somebody's file, outside of what telic was given."""
    path = tmp_path / "outside" / "precious.json"
    path.parent.mkdir()
    path.write_bytes(b"{}\n")
    return path


@KINDS
@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "read",
    [
        disk.read_file,
        disk.read_json,
        disk.size,
        disk.size_and_hash,
        lambda path: disk.read_part(path, 0, 10),
    ],
)
def test_only_an_ordinary_file_is_read(tmp_path, victim, put, read):
    path = tmp_path / "a.json"
    put(path, victim)
    with pytest.raises(DamagedError, match="cannot read"):
        read(path)


@KINDS
@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "write",
    [
        lambda path: disk.append_file(path, b"x"),
        lambda path: disk.truncate_file(path, 0),
    ],
)
def test_only_an_ordinary_file_is_written_to(tmp_path, victim, put, write):
    path = tmp_path / "a.json"
    put(path, victim)
    with pytest.raises(StorageError, match="cannot write"):
        write(path)
    assert victim.read_bytes() == b"{}\n"


def test_replacing_a_link_leaves_what_it_points_to(tmp_path, victim):
    path = tmp_path / "a.json"
    link(path, victim)
    disk.write_file(path, b"mine")
    assert path.read_bytes() == b"mine" and not path.is_symlink()
    assert victim.read_bytes() == b"{}\n"


def test_a_temporary_name_cannot_be_planted(tmp_path, victim, monkeypatch):
    path = tmp_path / "a.json"
    for name in (f".a.json.{os.getpid()}.tmp", f".a.json.{os.getpid()}.00000000.tmp"):
        link(tmp_path / name, victim)
    disk.write_file(path, b"mine")
    assert victim.read_bytes() == b"{}\n"
    monkeypatch.setattr(disk.secrets, "token_hex", lambda count: "00000000")
    with pytest.raises(StorageError):
        disk.write_file(path, b"other")
    assert (path.read_bytes(), victim.read_bytes()) == (b"mine", b"{}\n")


def test_a_write_that_fails_leaves_no_temporary_file(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "no space")

    monkeypatch.setattr(disk.os, "replace", full)
    with pytest.raises(StorageError, match="cannot write") as caught:
        disk.write_file(tmp_path / "a.json", b"x")
    assert caught.value.why == "the disk is full"
    assert not list(tmp_path.iterdir())


def test_only_names_of_the_temporary_form_are_swept_and_links_are_not_followed(
    tmp_path, victim
):
    inside = tmp_path / "run"
    left = (".a.json.12.0a1b2c3d.tmp", ".u00001.12.0a1b2c3d.tmp")
    kept = (".precious.tmp", "a.tmp", ".a.json.12.tmp", ".a.x.0a1b2c3d.tmp")
    (inside / left[1]).mkdir(parents=True)
    (inside / left[0]).touch()
    for name in kept:
        (inside / name).mkdir()
    link(inside / ".link.12.0a1b2c3d.tmp", victim.parent)
    disk.sweep(inside)
    assert {path.name for path in inside.iterdir()} == set(kept)
    assert victim.exists()


def test_a_file_is_not_read_if_its_size_is_not_the_one_that_is_due(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"1234")
    assert disk.read_file(path, size=4) == b"1234"
    with pytest.raises(DamagedError, match="4 bytes"):
        disk.read_file(path, size=5)


def test_memory_that_does_not_suffice_is_a_damaged_file(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_bytes(b"{}")

    def gone(*_):
        raise MemoryError

    monkeypatch.setattr(disk.os, "read", gone)
    with pytest.raises(DamagedError, match="cannot read"):
        disk.read_file(path)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 18446744073709551616}',
        b'{"a": ' + b"1" * 5000 + b"}",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": "\xed\xa0\x80"}',
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
        b"[" * 100_000,
        b"[]",
        b"",
    ],
)
def test_json_that_telic_never_writes_is_damaged(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_bytes(text)
    with pytest.raises(DamagedError):
        disk.read_json(path)


def test_what_is_written_as_json_is_read_back(tmp_path):
    value = {
        "a": [1, 2.5, None, True, "ä\u2028"],
        "b": {"c": [[["d"]]]},
        "e": 2**63 - 1,
    }
    path = tmp_path / "a.json"
    disk.write_file(path, disk.to_json(value))
    assert disk.read_json(path) == value
