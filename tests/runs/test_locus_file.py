"""A locus in a file comes back as it was, or not at all."""

import json
import struct
import time
from pathlib import Path

import numpy as np
import pytest

from telic.core.errors import DamagedError
from telic.locators import Locus, agreement
from telic.runs import artifact, locus_file
from tests.runs import mutations
from tests.runs.small import TINY

FACTORS = {"actor/0": (np.ones((3, 1)), np.ones((1, 2)))}
LOCI = (
    Locus("weights", {"actor/0/bias": np.array([0.5, -1.0])}),
    Locus("layers", {"actor/0": np.array(2.0), "actor/1": np.array(0.0)}),
    Locus("directions", {"actor/0": np.array([2.0])}, FACTORS),
)


@pytest.mark.parametrize("locus", LOCI, ids=lambda locus: locus.kind)
def test_every_kind_of_locus_comes_back_bit_for_bit(tmp_path, locus):
    path = tmp_path / "goal.locus"
    locus_file.write(path, locus)
    again = locus_file.read(path)
    assert again.kind == locus.kind and list(again.scores) == sorted(locus.scores)
    for name, leaf in locus.scores.items():
        assert np.array_equal(again.scores[name], leaf)
    for layer, (left, right) in locus.factors.items():
        assert np.array_equal(again.factors[layer][0], left)
        assert np.array_equal(again.factors[layer][1], right)


def test_a_file_that_was_altered_or_is_something_else_is_damaged(tmp_path):
    path = tmp_path / "goal.locus"
    locus_file.write(path, LOCI[0])
    data = path.read_bytes()
    for other in (data[:-1] + b"\x01", data.replace(b"weights", b"units!!"), b"{}"):
        path.write_bytes(other)
        with pytest.raises(DamagedError):
            locus_file.read(path)


def test_two_methods_agree_as_far_as_their_scores_go_up_together():
    like = {"a": np.zeros(4)}
    up, down = (Locus("weights", {"a": np.arange(4.0) * x}) for x in (1, -1))
    assert agreement(up, up, like, share=0.25) == (1.0, 1.0)
    assert agreement(up, down, like, share=0.25) == (-1.0, 0.0)


def forged(arrays: dict, header: bytes | None = None) -> bytes:
    """Bytes of which the header says what one likes."""
    text = json.dumps(arrays).encode() if header is None else header
    return struct.pack("<Q", len(text)) + text


def sealed(arrays: dict, payload: dict) -> bytes:
    """The same of a file that begins as telic's do, under the right hash."""
    whole = artifact.to_bytes("locus", payload, {})
    start = whole[8:].rstrip()[:-1]  # without the last brace, and a filler behind it
    data = forged({}, start + b"," + json.dumps(arrays).encode()[1:])
    return data.replace(
        artifact.stated_hash(data).encode(), artifact._sha256(data).encode()
    )


LAYERS = {"kind": "layers", "scores": {"tree": "scores"}, "factors": {}}
EMPTY = {"dtype": "F64", "shape": [0], "data_offsets": [0, 0]}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234567",
        struct.pack("<Q", 1 << 60) + b"{}",
        struct.pack("<Q", 3) + b"{}",
        forged({f"scores/{n}": EMPTY for n in range(20_000)}),
        forged({"scores/critic/0": EMPTY}),
        forged({}, b"[" * 500_000),
        forged({}, b" " * (artifact.HEADER + 1)),
        forged({"__metadata__": 5}),
        forged({"scores/actor": EMPTY | {"shape": [1 << 40]}}),
        forged({"scores/actor": EMPTY | {"dtype": "BF16"}}),
        *(
            sealed(arrays, LAYERS)
            for arrays in (
                {f"scores/{n}": EMPTY for n in range(20_000)},
                {"scores/critic/0": EMPTY},
                {"scores/actor": EMPTY | {"shape": [1 << 40]}},
                {"scores/actor": EMPTY | {"dtype": "BF16"}},
                {"scores/actor": EMPTY | {"dtype": "F32"}},
                {"scores/actor": EMPTY | {"data_offsets": [0, 8]}},
                {"scores/actor": {}},
                {"scores/actor": 5},
            )
        ),
    ],
    ids=lambda data: f"{len(data)}",
)
def test_bytes_of_a_stranger_are_refused_before_they_are_loaded(data):
    started = time.perf_counter()
    with pytest.raises(DamagedError):
        locus_file.locus_from_bytes(data, Path("answer"), TINY)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "locus",
    [
        Locus("weights", {p: np.ones(x.shape) for p, x in TINY.items()}),
        Locus("units", {"actor/logits": np.ones(1)}),
        Locus("layers", {"actor": np.array(1.0), "actor/0/bias": np.array(2.0)}),
        Locus(
            "directions", {"actor/0": np.ones(1)}, {"actor/0": (np.ones((3, 1)),) * 2}
        ),
    ],
    ids=lambda locus: locus.kind,
)
def test_every_name_that_a_locus_of_the_agent_can_have_is_taken(locus):
    data = locus_file.locus_to_bytes(locus)
    assert locus_file.locus_from_bytes(data, Path("answer"), TINY).kind == locus.kind


def test_what_is_no_matrix_is_no_factor_and_what_is_no_float_no_score():
    flat = Locus("directions", {"actor/0": np.ones(1)})
    object.__setattr__(flat, "factors", {"actor/0": (np.ones(3), np.ones(1))})
    with pytest.raises(DamagedError, match="Float"):
        locus_file.locus_from_bytes(
            locus_file.locus_to_bytes(flat), Path("answer"), TINY
        )
    flags = mutations.forged("locus", LAYERS, {"scores/actor": np.array(True)})
    with pytest.raises(DamagedError, match="not a locus"):
        locus_file.locus_from_bytes(flags, Path("answer"), TINY)


def test_an_empty_file_under_the_right_hash_is_a_locus_as_far_as_it_goes():
    data = sealed({"scores/actor": EMPTY}, LAYERS)
    assert (
        locus_file.locus_from_bytes(data, Path("answer"), TINY).scores["actor"].size
        == 0
    )
