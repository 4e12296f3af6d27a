"""Rows that are whole and not of their study's form: one error, that names the file."""

import contextlib
import random

import pytest

from telic.core.errors import DamagedError, InputError, TelicError
from telic.stats.rows import Row
from telic.studies import results
from telic.studies.base import settings_of
from telic.studies.pages import study_files
from tests.studies.landed import ISOLATION, SNR, rows_of
from tests.studies.trained import copies

pytestmark = pytest.mark.usefixtures("undrawn")
STUDIES = {"isolation": ISOLATION, "snr": SNR}
ODD = (
    [Row("trial", "fuel", 1.0, "x")],
    [Row("trial", "fuel", 1.0, 256, ("x", "y", "z")), Row("check", "landing", 1.0)],
    [Row("repeats", "snr", 1.0, 256, "x"), Row("trial", "fuel", 1.0, 256, 7)],
)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", STUDIES)
def test_the_page_of_a_study_names_rows_of_another_form(landers, tmp_path, name, odd):
    (run,) = copies(landers[:1], tmp_path)
    study = STUDIES[name]
    path = results.write(run, name, settings_of(study), odd)
    with pytest.raises(TelicError) as told:
        study_files(name, study, [run])
    if isinstance(told.value, DamagedError):
        assert str(path) in told.value.fix


@pytest.mark.parametrize("name", STUDIES)
def test_whatever_rows_lack_only_telics_errors_come_out(
    isolated_landers, landers, tmp_path, name
):
    (run,) = copies(landers[:1], tmp_path)
    study, rng = STUDIES[name], random.Random(0)
    columns = rows_of(isolated_landers[0], name, study).table()
    made = [
        Row(*row)
        for row in zip(*(columns[field] for field in Row._fields), strict=True)
    ]
    parts = sorted({row.part for row in made} - {"film", "recovery"})
    for part in parts:
        metric = rng.choice(sorted({r.metric for r in made if r.part == part}))
        odd = [r for r in made if (r.part, r.metric) != (part, metric)]
        path = results.write(run, name, settings_of(study), odd)
        with contextlib.suppress(InputError):
            try:
                with results.reading([run], name, settings_of(study)):
                    rows = results.read(run, name, settings_of(study))
                    study.page(study.summarise(rows, run.plan()))
            except DamagedError as error:
                assert str(path) in error.fix
