"""A table holds every edit beside its nulls, one number for each seed."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.stats import bootstrap
from telic.trials import Result, Table, tabulate
from telic.trials.trial import DONOR, UNEDITED


def row(edit, null, x, *, parameters=3, norm=2.0):
    """One row of a trial."""
    return Result(edit, null, {"x": x, "y": 10 * x}, parameters, norm, True)


def trial_of(x, *, edit="add"):
    """A trial of one edit with two nulls."""
    return [
        row(UNEDITED, "", 0.0),
        row(DONOR, "", 1.0),
        row(edit, "", x),
        row(edit, "noise", x / 2),
        row(edit, "signs", x / 4),
    ]


def test_each_row_of_a_seed_is_the_mean_over_its_trials():
    table = tabulate({7: [trial_of(0.5), trial_of(0.7)], 3: [trial_of(0.2)]})
    assert table.seeds == (3, 7)
    assert table.rows == (
        (UNEDITED, ""),
        (DONOR, ""),
        ("add", ""),
        ("add", "noise"),
        ("add", "signs"),
    )
    assert table.measures == ("x", "y", "parameters", "norm")
    np.testing.assert_allclose(table.values_of("x", "add"), [0.2, 0.6])
    np.testing.assert_allclose(table.values_of("y", "add", "noise"), [1.0, 3.0])
    np.testing.assert_allclose(table.values_of("parameters", "add"), [3, 3])
    np.testing.assert_allclose(table.values_of("x", DONOR), [1, 1])
    assert table.values.shape == (5, 2, 4)


def test_a_seed_without_a_row_is_missing_there_and_left_out_of_the_mean():
    more = [*trial_of(0.4), row("splice", "", 0.9), row("splice", "noise", 0.1)]
    table = tabulate({0: [trial_of(0.2)], 1: [more], 2: [trial_of(0.6), more]})
    np.testing.assert_array_equal(table.values_of("x", "splice"), [np.nan, 0.9, 0.9])
    np.testing.assert_allclose(table.values_of("x", "add"), [0.2, 0.4, 0.5])
    assert table.interval("x", "splice").estimate == pytest.approx(0.9)
    assert table.interval("x", "splice").n == 2
    assert table.interval("x", "add").n == 3


def test_the_edits_of_a_table_are_those_that_are_edits_with_their_nulls():
    more = [*trial_of(0.4), row("splice", "", 0.9), row("splice", "other", 0.1)]
    table = tabulate({0: [more]})
    assert table.edits == ("add", "splice")
    assert table.nulls("add") == ("noise", "signs")
    assert table.nulls("splice") == ("other",)
    assert table.nulls(UNEDITED) == table.nulls(DONOR) == ()


@pytest.mark.parametrize("missing", ["add", "splice"])
def test_an_edit_without_a_null_cannot_stand_in_a_table(missing):
    rows = [
        row(edit, null, 0.5)
        for edit in ("add", "splice")
        for null in ("", "noise")
        if (edit, null) != (missing, "noise")
    ]
    with pytest.raises(InputError, match=f"{missing!r} stands in a table without"):
        tabulate({0: [rows]})
    with pytest.raises(InputError, match=f"{missing!r} stands in a table without"):
        Table((0,), tuple((r.edit, r.null) for r in rows), ("x",), np.ones((3, 1, 1)))


@pytest.mark.parametrize("results", [{}, {0: []}, {0: [[]]}])
def test_a_table_of_nothing_is_refused(results):
    with pytest.raises(InputError, match="no results"):
        tabulate(results)


def test_the_interval_of_a_row_is_the_bootstrap_of_its_mean_over_seeds():
    values = np.array([0.6, 0.9, 1.0, 0.95, 1.0])
    table = tabulate({seed: [trial_of(float(x))] for seed, x in enumerate(values)})
    for measure, scale, support in (
        ("x", 1, (0.0, 1.0)),
        ("y", 10, (-np.inf, np.inf)),
    ):
        due = bootstrap(scale * values, np.mean, support=support)
        found = table.interval(measure, "add")
        assert (found.estimate, found.low, found.high) == pytest.approx(
            (due.estimate, due.low, due.high)
        )
        assert (found.n, found.method) == (5, "bootstrap")
    assert table.interval("x", "add").high == 1
    assert table.interval("y", "add").high > 10


@pytest.mark.parametrize(
    ("ask", "nearest"),
    [
        (("z", "add"), "x, y"),
        (("x", "ad"), "'add'"),
        (("x", "add", "nose"), "'noise'"),
        (("x", UNEDITED, "noise"), "none"),
    ],
)
def test_what_is_not_in_the_table_is_refused(ask, nearest):
    table = tabulate({0: [trial_of(0.5)]})
    for use in (table.values_of, table.interval):
        with pytest.raises(InputError) as caught:
            use(*ask)
        assert nearest in str(caught.value)
