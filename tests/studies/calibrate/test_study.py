"""Calibrate: which agents are trained, and that planting is done on all of them."""

import pytest

from telic.core.errors import InputError
from telic.studies import STUDIES, Calibrate


def test_every_layer_needs_its_units_and_lengths():
    with pytest.raises(InputError, match="lengths"):
        Calibrate(layers=(0, 1))
    assert list(Calibrate().plans()) == ["layer-0", "layer-1", "layer-2"]


def test_its_substudy_is_one_that_workers_find_by_name():
    for name, study in Calibrate().substudies():
        assert STUDIES[name] is type(study)
