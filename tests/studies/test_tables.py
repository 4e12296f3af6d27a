"""Tables of trials: a seed's number is the mean over its trials that have one."""

import numpy as np

from telic.stats.rows import Row, join, rows_of
from telic.studies.tables import table_of
from telic.trials import Condition

EDIT = ("graft", 20.0)
NAN = float("nan")


def rows(seed, *scores):
    """A score of an edit and of its null in each trial of a seed."""
    found = [
        Row("trial", metric, value, (trial,), EDIT, null)
        for trial, score in enumerate(scores)
        for null in ("", "noise")
        for metric, value in (("aim", 0.5), ("efficacy", score))
    ]
    return rows_of(found, seed)


def test_a_trial_without_a_number_is_left_out_of_its_seeds_mean():
    table = table_of(join([rows(0, 0.2, 0.4), rows(1, 0.2, NAN), rows(2, NAN, NAN)]))
    found = table.values_of("efficacy", Condition(*EDIT))
    np.testing.assert_allclose(found, [0.3, 0.2, NAN])
    assert table.values_of("aim", Condition(*EDIT), "noise").tolist() == [0.5] * 3


def test_a_measure_that_no_agent_has_keeps_its_place():
    table = table_of(rows(0, NAN, NAN))
    assert table.measures == ("aim", "efficacy")
    assert np.isnan(table.values_of("efficacy", Condition(*EDIT))).all()
