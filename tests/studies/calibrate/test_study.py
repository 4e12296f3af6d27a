"""Calibrate: which agents are trained, and that planting is done on all of them."""

import pytest

from telic.core.errors import InputError
from telic.studies import STUDIES, Calibrate


def test_every_layer_needs_its_units_and_lengths():
    with pytest.raises(InputError, match="lengths"):
        Calibrate(layers=(0, 1))
    with pytest.raises(InputError, match="last = 120"):
        Calibrate(last=120)
    assert list(Calibrate().plans()) == ["layer-0", "layer-1", "layer-2"]


def test_its_substudy_is_one_that_workers_find_by_name():
    for name, study in Calibrate().substudies():
        assert STUDIES[name] is type(study)


def test_every_run_ends_with_a_phase_of_its_own_for_the_same_goals():
    for length, plan in zip((120, 160, 260), Calibrate().plans().values(), strict=True):
        first, last = plan.schedule
        assert first.objective == last.objective == "grant"
        assert (plan.total_rollouts, last.rollouts) == (length, 15)
