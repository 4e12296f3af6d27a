"""Pickles as data: what is known comes out, and nothing is ever run."""

import contextlib
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.adapters.pickle_write import to_pickle
from telic.adapters.pickled import Called, Global, contents
from telic.core.errors import DamagedError, InputError, TelicError

OLD_BYTES = ("_codecs.encode", "__builtin__.bytes")
"""What a pickle of protocol 2 calls for bytes."""

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.binary(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(PLAIN, st.integers(2, 5))
def test_plain_values_come_out_of_pickles_of_every_protocol(value, protocol):
    data = pickle.dumps(value, protocol=protocol)
    found, end = contents(data, OLD_BYTES, what="it")
    if protocol > 2:  # before, bytes are a call
        assert found == value
    assert end == len(data)


@given(PLAIN)
def test_what_is_written_is_read_by_pickle_itself(value):
    assert pickle.loads(to_pickle(value)) == value


class Evil:
    def __reduce__(self):
        return Path.touch, (Path("was-run"),)


def test_a_forbidden_name_is_an_error_and_is_not_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for protocol in range(2, 6):
        data = pickle.dumps({"a": [Evil()]}, protocol=protocol)
        with pytest.raises(InputError, match="refers to"):
            contents(data, {"collections.OrderedDict"}, what="it")
    assert not Path("was-run").exists()


def test_an_allowed_name_is_a_record_and_is_not_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = b"cos\nsystem\n(X\x0e\x00\x00\x00touch was-run2tR."
    found, _ = contents(data, {"os.system"}, what="it")
    assert isinstance(found, Called) and found.name == "os.system"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a pickle",
        b"\x80\x02}q",  # cut off
        b"\x80\x02.",  # nothing on the stack
        b"\x80\x02K\x01K\x02.",  # two values
        b"\x80\x02u.",  # entries of nothing
        b"\x80\x02K\x01u.",
        b"\x80\x02h\x05.",  # memory that was never filled
        b"\x80\x02K\x01K\x02R.",  # a call of a number
        b"\x80\x02}K\x01b.",  # a state for a dict
        b"\x80\x02(t(t(t]K\x01e.",
        b"\x80\x02](](](K\x01ds.",  # a key that cannot be hashed
        b"\x80\x02}(]]K\x01u.",
        b"\x80\x02\x82\x01.",  # a registered extension
        b"\x80\x02P1\n.",  # a persistent id in text
    ],
)
def test_a_broken_pickle_is_an_error_with_its_cause(data):
    with pytest.raises(DamagedError, match="no pickle that telic can read"):
        contents(data, (), what="it")


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_an_error_of_telic(data):
    with contextlib.suppress(TelicError):
        contents(b"\x80\x02" + data, {"a.b"}, what="it")


def test_too_many_opcodes_are_refused(monkeypatch):
    monkeypatch.setattr("telic.adapters.pickled.LONGEST", 10)
    with pytest.raises(DamagedError, match="more than 10 opcodes"):
        contents(b"N" * 50 + b".", (), what="it")


def test_the_bytes_after_a_pickle_are_left():
    assert contents(b"K\x01.rest", (), what="it") == (1, 3)


def test_a_name_may_come_from_the_stack():
    data = pickle.dumps(Path, protocol=4)
    found, _ = contents(data, {f"{Path.__module__}.Path"}, what="it")
    assert found == Global(f"{Path.__module__}.Path")
