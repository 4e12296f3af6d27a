"""A locus in a file comes back as it was, or not at all."""

import numpy as np
import pytest

from telic.core.errors import DamagedError
from telic.locate import Locus, agreement
from telic.runs import locus_file

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


@pytest.mark.known
def test_two_methods_agree_as_far_as_their_scores_go_up_together():
    like = {"a": np.zeros(4)}
    up, down = (Locus("weights", {"a": np.arange(4.0) * x}) for x in (1, -1))
    assert agreement(up, up, like, share=0.25) == (1.0, 1.0)
    assert agreement(up, down, like, share=0.25) == (-1.0, 0.0)
