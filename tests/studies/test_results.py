"""Results are kept whole under their settings, and refused if they are not whole."""

import dataclasses
import random
from typing import ClassVar

import numpy as np
import pytest

from telic.core.errors import DamagedError, InputError, TelicError
from telic.runs import artifact
from telic.runs.folder import Run
from telic.stats.rows import COLUMNS, Row
from telic.studies import results
from telic.studies.base import restored, settings_of
from tests.runs import mutations
from tests.runs.small import make

ROWS = [
    Row("trial", "aim", 0.5, (4, "blue", "purple"), ("graft", 20.0)),
    Row("trial", "aim", 0.25, (4, "blue", "purple"), ("graft", 20.0), "signs"),
    Row("recovery", "blue", float("nan"), ("blue", "purple"), at=0),
]


@dataclasses.dataclass(frozen=True)
class Made:
    """A made-up study, which measures what it is given."""

    episodes: int = 16
    groups: tuple[str, ...] = ("layers",)

    question: ClassVar[str] = "what was given?"
    presets: ClassVar[dict] = {"full": {}}
    given: ClassVar[list[Row] | None] = ROWS
    measured: ClassVar[int] = 0

    def measure(self, run, work):
        """What is given; it is counted how often it was asked."""
        type(self).measured += 1
        work(0, 1)
        yield from self.given

    def check(self, run):
        """Every run will do."""

    def summarise(self, rows, plan):
        """Nothing."""

    def page(self, effects, *, command=""):
        """Nothing."""


@pytest.fixture
def run(tmp_path):
    """A run that has not begun."""
    return make(tmp_path, seed=7)


@pytest.fixture
def measure(run, monkeypatch):
    """Do the made-up study on the run; True if it was measured."""

    def do(rows=ROWS, study=None, name="splice", *, stopped=False):
        monkeypatch.setattr(Made, "given", rows)
        before = Made.measured
        results.measure_if_missing(
            run,
            name,
            study or Made(),
            report=lambda *_: None,
            should_stop=lambda: stopped,
        )
        return Made.measured > before

    return do


def read(run, study=None, name="splice"):
    """The rows that are kept, as tuples."""
    rows = results.read(run, name, settings_of(study or Made()))
    table = rows.table()
    return list(zip(*(table[column] for column in (*COLUMNS, "value")), strict=True))


SETTINGS = settings_of(Made())


def test_rows_come_back_with_their_seed_and_every_identity(run, measure):
    assert measure()
    first, second, third = read(run)
    switch, graft = (4, "blue", "purple"), ("graft", 20.0)
    assert first == (7, "trial", "aim", switch, graft, "", None, 0.5)
    assert second == (7, "trial", "aim", switch, graft, "signs", None, 0.25)
    assert third[:-1] == (7, "recovery", "blue", ("blue", "purple"), (), "", 0)
    assert np.isnan(third[-1])
    payload = artifact.read(results.rows_path(run, "splice", SETTINGS), "rows").payload
    assert payload["settings"] == SETTINGS and payload["study"] == "splice"


def test_the_file_is_named_by_the_study_and_all_of_its_settings(run):
    paths = {
        results.rows_path(run, study, settings).name
        for study in ("splice", "retarget")
        for settings in (SETTINGS, {**SETTINGS, "episodes": 17}, {})
    }
    assert len(paths) == 6
    assert results.rows_path(run, "splice", SETTINGS).parent == run.path / "studies"


def test_a_study_that_was_not_done_says_how_to_do_it(run):
    with pytest.raises(InputError, match="no results of splice") as caught:
        read(run)
    assert caught.value.fix == f"telic study splice {run.path.parent.name}"


def test_a_run_is_measured_once_for_each_study_and_settings(run, measure):
    assert measure() and not measure(ROWS[:1])
    assert len(read(run)) == 3
    other = Made(episodes=17)
    assert measure(ROWS[:1], other)
    assert measure(ROWS[:2], name="retarget")
    assert (len(read(run)), len(read(run, other))) == (3, 1)


def damage(path, run):
    """Change one number."""
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def copied(path, run):
    """Put the results of another run there."""
    other = make(run.path.parent.parent, seed=8)
    path.write_bytes(results.write(other, "splice", SETTINGS, ROWS).read_bytes())


def renamed(path, run):
    """Put the results of other settings there."""
    other = {**SETTINGS, "episodes": 17}
    path.write_bytes(results.write(run, "splice", other, ROWS).read_bytes())


def emptied(path, run):
    """Put something else there."""
    path.write_text("{")


@pytest.mark.parametrize("spoil", [damage, copied, renamed, emptied])
def test_a_damaged_file_is_put_aside_and_the_run_measured_again(run, measure, spoil):
    measure()
    path = results.rows_path(run, "splice", SETTINGS)
    spoil(path, run)
    spoilt = path.read_bytes()
    assert not results.is_done(run, "splice", SETTINGS)
    with pytest.raises(DamagedError):
        read(run)
    assert measure(ROWS[:1]) and len(read(run)) == 1
    assert path.with_name(f"{path.name}.damaged").read_bytes() == spoilt
    assert not measure()


def test_one_that_was_stopped_leaves_nothing_and_is_measured_when_asked_again(
    run, measure
):
    measure(stopped=True)
    assert not results.rows_path(run, "splice", SETTINGS).exists()
    assert measure() and len(read(run)) == 3


def test_settings_come_back_from_their_plain_form_with_tuples():
    made = Made(16, ("layers", "graft"))
    assert settings_of(made)["groups"] == ["layers", "graft"]
    assert restored(Made, settings_of(made)) == made


def test_runs_of_two_experiments_or_of_none_are_refused(tmp_path):
    runs = [make(tmp_path), make(tmp_path / "elsewhere")]
    other = runs[1].path.parent.rename(tmp_path / "elsewhere" / "other")
    runs[1] = Run(other / runs[1].path.name)
    for some, count in ((runs, 2), ([], 0)):
        with pytest.raises(InputError, match=f"runs of {count} experiments"):
            results.together(some, "splice", SETTINGS)


def test_what_rows_of_another_form_end_in_names_the_file(run, measure):
    measure()
    with (
        pytest.raises(DamagedError, match="results of splice are not") as told,
        results.reading([run], "splice", SETTINGS),
    ):
        {}["a curve"]
    assert str(results.rows_path(run, "splice", SETTINGS)) in told.value.fix
    with pytest.raises(InputError), results.reading([run], "splice", SETTINGS):
        raise InputError("nothing was found")


def test_whatever_a_payload_says_only_telics_errors_come_out(run, measure):
    measure()
    path, rng, refused = results.rows_path(run, "splice", SETTINGS), random.Random(0), 0
    whole = artifact.read(path, "rows")
    for _ in range(200):
        try:
            odd = mutations.of_value(whole.payload, rng)
            artifact.write(path, "rows", odd, whole.arrays)
        except (TelicError, ValueError, TypeError, UnicodeError):
            continue  # what telic cannot write has no hash
        try:
            read(run)
        except TelicError:
            refused += 1
    assert refused > 80


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays | {"value": arrays["value"][:-1]},
        lambda arrays: arrays | {"seed": arrays["seed"] + np.uint8(9)},
        lambda arrays: arrays | {"metric": arrays["metric"].astype(np.float32)},
        lambda arrays: {k: v for k, v in arrays.items() if k != "null"},
        lambda arrays: arrays | {"more": arrays["value"]},
    ],
)
def test_columns_that_do_not_fit_are_refused(run, measure, change):
    measure()
    path = results.rows_path(run, "splice", SETTINGS)
    whole = artifact.read(path, "rows")
    artifact.write(path, "rows", whole.payload, change(whole.arrays))
    with pytest.raises(DamagedError, match="its columns do not fit"):
        read(run)
