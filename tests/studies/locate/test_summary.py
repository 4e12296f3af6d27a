"""Locate over seeds, from rows that were made up: known numbers."""

import numpy as np
import pytest

from telic.core.errors import InputError
from tests.studies import boards

SEEDS = range(6)


@pytest.fixture
def natural(tmp_path):
    """The locate study over six seeds, one of which had no goal to be found."""
    return boards.located(tmp_path, SEEDS, without=3)


def test_seeds_without_a_goal_are_left_out_and_counted(natural):
    assert natural.seeds == (0, 1, 2, 4, 5)
    assert (natural.runs, natural.goals, natural.weights) == (6, 10, 1000)


def test_curves_agreement_and_plane_have_a_number_for_each_seed(natural):
    methods = natural.methods
    assert methods["magnitude"].at[0.01].values == pytest.approx([0.475] * 5)
    assert methods["random"].retention.values.tolist() == [1.0] * 5
    alike = methods["probe"].agreement["random"]
    assert alike.correlation.values.tolist() == [1.0] * 5
    steer = natural.plane["actor/logits"]["steer"]
    assert steer.values == pytest.approx([0.0, 0.01, 0.02, 0.04, 0.05])
    assert natural.faithful["magnitude"].shape == (5, 3)


def test_a_constant_and_a_run_without_a_neighbour_have_no_agreement(natural):
    probe = natural.methods["probe"].again["switches"]
    assert np.isnan(probe.correlation.values).all()
    assert probe.correlation.interval is None
    assert probe.shared.values == pytest.approx([0.1] * 5)
    beside = natural.methods["magnitude"].again["seeds"].correlation
    assert beside.values.tolist() == [0.9] * 4
    assert beside.interval is not None and beside.interval.n == 4


def test_runs_without_any_goal_are_refused(tmp_path):
    with pytest.raises(InputError, match="no goal to be found"):
        boards.located(tmp_path, [3], without=3)
