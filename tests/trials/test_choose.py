"""The strength of a seed is chosen on the others, so that no choice flatters itself."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.trials import Table, choose_on_others

FAMILY = ("half", "whole", "double")


def table_of(edits, *, nulls=("noise", "signs")):
    """A table of some edits' numbers by seed; their nulls hold a tenth of those."""
    rows, values = [], []
    for edit, numbers in edits.items():
        for null in ("", *nulls):
            rows.append((edit, null))
            values.append(np.array(numbers) / (10 if null else 1))
    seeds = len(next(iter(edits.values())))
    stacked = np.stack([np.stack(values), -np.stack(values)], axis=2)
    return Table(tuple(range(seeds)), tuple(rows), ("x", "y"), stacked)


def test_each_seed_has_the_edit_that_is_best_in_the_others():
    table = table_of(
        {"half": [0.0, 0.5, 0.5], "whole": [0.9, 0.1, 0.6], "double": [0.3, 0.3, 0.3]}
    )
    found = choose_on_others(table, FAMILY, "x", name="chosen")
    # The others' means: half .5 .25 .25, whole .35 .75 .5, double .3 .3 .3.
    np.testing.assert_allclose(found.values_of("x", "chosen"), [0.0, 0.1, 0.6])
    np.testing.assert_allclose(found.values_of("y", "chosen"), [0.0, -0.1, -0.6])


def test_its_nulls_are_those_of_the_edits_that_were_chosen():
    table = table_of({"half": [0.0, 0.8], "whole": [0.9, 0.1]})
    found = choose_on_others(table, FAMILY[:2], "x", name="chosen")
    assert found.nulls("chosen") == ("noise", "signs")
    np.testing.assert_allclose(found.values_of("x", "chosen"), [0.0, 0.1])
    for null in ("noise", "signs"):
        np.testing.assert_allclose(found.values_of("x", "chosen", null), [0.0, 0.01])


def test_everything_else_in_the_table_stays():
    table = table_of({"half": [0.0, 0.8], "whole": [0.9, 0.1]})
    found = choose_on_others(table, FAMILY[:2], "x", name="chosen")
    assert found.rows[: len(table.rows)] == table.rows
    np.testing.assert_array_equal(found.values[: len(table.rows)], table.values)
    assert found.edits == ("half", "whole", "chosen")


def test_a_seed_cannot_choose_its_own_luck():
    # Pure noise: the best of ten on the very same seeds is far above nothing.
    rng, honest, flattered = np.random.default_rng(0), [], []
    for _ in range(200):
        drawn = rng.normal(size=(10, 5))
        edits = {f"e{i}": row for i, row in enumerate(drawn)}
        found = choose_on_others(table_of(edits), tuple(edits), "x", name="chosen")
        honest.append(found.values_of("x", "chosen").mean())
        flattered.append(drawn.mean(axis=1).max())
    assert abs(np.mean(honest)) < 0.12
    assert np.mean(flattered) > 0.5


def test_seeds_that_lack_an_edit_are_left_out_of_the_choice():
    for whole, due in ((0.9, [0.9, np.nan, 0.9]), (0.1, [0.5, 0.5, 0.5])):
        table = table_of({"half": [0.5, 0.5, 0.5], "whole": [whole, np.nan, whole]})
        found = choose_on_others(table, FAMILY[:2], "x", name="chosen")
        np.testing.assert_array_equal(found.values_of("x", "chosen"), due)


def test_only_nulls_that_all_of_the_family_have_are_kept():
    one = table_of({"half": [0.5, 0.5]}, nulls=("noise", "signs"))
    two = table_of({"whole": [0.9, 0.9]}, nulls=("noise",))
    table = Table(
        (0, 1),
        (*one.rows, *two.rows),
        ("x", "y"),
        np.concatenate([one.values, two.values]),
    )
    found = choose_on_others(table, FAMILY[:2], "x", name="chosen")
    assert found.nulls("chosen") == ("noise",)


@pytest.mark.parametrize(
    ("edits", "seeds"), [((), 3), (("half",), 1)], ids=["no edits", "one seed"]
)
def test_a_choice_of_nothing_or_on_no_others_is_refused(edits, seeds):
    table = table_of({"half": [0.5] * seeds})
    with pytest.raises(InputError, match=f"{len(edits)} edits on {seeds} seeds"):
        choose_on_others(table, edits, "x", name="chosen")


@pytest.mark.parametrize(("edit", "measure"), [("hafl", "x"), ("half", "z")])
def test_a_choice_of_what_is_not_in_the_table_is_refused(edit, measure):
    table = table_of({"half": [0.5, 0.5]})
    with pytest.raises(InputError, match="there is no"):
        choose_on_others(table, [edit], measure, name="chosen")
