"""Rows that are whole and not of their study's form: one error, that names the file."""

import random

import pytest

from telic.core.errors import DamagedError, InputError, TelicError
from telic.stats.rows import Row
from telic.studies import pages, results
from telic.studies.base import settings_of
from tests.studies import boards

MADE = {
    "locate": (boards.LOCATE, lambda: list(boards.found(0))),
    "planting": (boards.CALIBRATE.planting, lambda: list(boards.pairs("layer-1", 0))),
}
"""By study: its settings, and the rows of one run."""


def run_of(name, root):
    """A run on which a study may have been done."""
    if name == "locate":
        return boards.natural(root, [0])[0]
    return boards.planted(root, [0])["layer-1"][0]


def mutated(rows: list[Row], rng: random.Random) -> list[Row]:
    """Rows without some, and with a name or a number that is another."""
    field = rng.choice(Row._fields)
    value = getattr(rng.choice(rows), rng.choice(Row._fields))
    odd = rng.choice(["", "x", 7, (1, 2), None, value])
    if field == "value":
        odd = rng.choice([float("nan"), float("inf"), -1.0])
    kind = rng.choice(rows).part
    hit = [row.part == kind and rng.random() < 0.5 for row in rows]
    if rng.random() < 0.3:
        return [row for row, out in zip(rows, hit, strict=True) if not out]
    return [
        row._replace(**{field: odd}) if each else row
        for row, each in zip(rows, hit, strict=True)
    ]


@pytest.mark.parametrize("name", MADE)
def test_the_page_of_a_study_names_rows_of_another_form(tmp_path, name):
    study, _ = MADE[name]
    run = run_of(name, tmp_path)
    odd = [Row("goal", "gap", 1.0, "x"), Row("agent", "donor", 1.0, "x", "y")]
    path = results.write(run, name, settings_of(study), odd)
    with pytest.raises(DamagedError, match=f"{name} are not of the right form") as told:
        pages.study_files(name, study, [run])
    assert str(path) in told.value.fix


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # odd numbers are odd
@pytest.mark.parametrize("name", MADE)
def test_whatever_rows_say_only_telics_errors_come_out(tmp_path, name):
    study, made = MADE[name]
    run, settings = run_of(name, tmp_path), settings_of(study)
    rng, refused = random.Random(0), 0
    for _ in range(30):
        results.write(run, name, settings, mutated(made(), rng))
        try:
            with results.reading([run], name, settings):
                study.summarise(results.read(run, name, settings), run.plan())
        except TelicError:
            refused += 1
    assert refused > 4


def test_what_the_user_asked_for_wrongly_stays_what_it_is(tmp_path):
    runs = boards.natural(tmp_path, [3], without=3)
    with pytest.raises(InputError, match="no goal to be found"):
        pages.study_files("locate", boards.LOCATE, runs)


def test_a_study_of_variants_names_them_too(tmp_path):
    runs = boards.planted(tmp_path, [0, 1])
    settings = settings_of(boards.CALIBRATE.planting)
    odd = [Row("agent", "donor", 1.0, "x", "y")]
    paths = [
        results.write(run, "planting", settings, odd)
        for each in runs.values()
        for run in each
    ]
    with pytest.raises(DamagedError, match="planting are not") as told:
        pages.variants_files(boards.CALIBRATE, runs)
    assert str(paths[0]) in told.value.fix
