"""An answer that is whole and says something else than its study: one error, named."""

import random

import pytest
from telic.studies.calibrated import calibrated
from telic.studies.located import located

from telic.core.errors import DamagedError, InputError, TelicError
from telic.report import effects
from telic.runs import disk
from telic.studies import EDIT_STUDIES, Isolation, Recipes, Snr, answers, gather
from tests.runs import mutations
from tests.studies import boards
from tests.studies.stored import SETTINGS, curves, stored, trial

SPLICED = {
    "arms": [["add", "vectors", None]],
    "trials": [trial("blue", "purple", 0.5)],
    "recovery": {"blue → purple": curves([0.2, 0.9], [0.1, 0.6])},
}
OPTIONS = {
    "splice": SETTINGS,
    "retarget": {**SETTINGS, "new": "yellow"},
    "locate": answers.settings_of(boards.LOCATE),
    "isolation": answers.settings_of(Isolation.preset("small")),
    "snr": answers.settings_of(Snr.preset("small")),
}
ODD = (
    {"x": 1},
    {"goals": 1, "trials": 1, "gate": 1, "lengths": 1, "arms": 1},
    {"goals": [{}], "trials": [{}], "gate": {}, "lengths": [{}], "arms": []},
    {"goals": ["x"], "trials": ["x"], "gate": {}, "lengths": ["x"], "arms": [0]},
)


def test_all_studies_of_edits_are_tried():
    assert set(OPTIONS) == set(EDIT_STUDIES)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", OPTIONS)
def test_the_page_of_a_study_names_the_answer_of_another_form(tmp_path, name, odd):
    runs = stored(tmp_path, name, {0: odd}, settings=OPTIONS[name])
    with pytest.raises(DamagedError, match=f"answer of {name} is not") as told:
        effects.texts(name, runs, OPTIONS[name])
    assert str(answers.path_of(runs[0], name, OPTIONS[name])) in told.value.fix


@pytest.mark.parametrize("lacks", ["arms", "trials", "recovery"])
def test_of_many_answers_the_one_that_cannot_be_read_is_named(tmp_path, lacks):
    odd = {part: said for part, said in SPLICED.items() if part != lacks}
    runs = stored(tmp_path, "splice", {0: SPLICED, 1: odd, 2: SPLICED})
    if lacks == "arms":  # they are those of the first
        runs = runs[1:]
    with pytest.raises(DamagedError, match="splice is not") as told:
        gather.splice(runs, SETTINGS)
    assert "seed-0001/studies/splice-" in told.value.fix


def test_families_name_it_too(tmp_path):
    family = boards.CALIBRATE
    runs = boards.planted(tmp_path, [0, 1])
    options = answers.settings_of(family.planting)
    path = answers.write(runs["layer-1"][1], "planting", options, {"pairs": [{}]})
    with pytest.raises(DamagedError, match="planting is not") as told:
        effects.family_texts("calibrate", family, runs)
    assert str(path) in told.value.fix
    recipes = Recipes.preset("small")
    ((_, settings),) = recipes.inner()
    options = answers.settings_of(settings)
    odd = stored(tmp_path, "splice", {0: {"x": 1}}, settings=options)
    with pytest.raises(DamagedError, match="splice is not"):
        effects.family_texts("recipes", recipes, {"default": odd})


def test_what_the_user_asked_for_wrongly_stays_what_it_is(tmp_path):
    runs = boards.located(tmp_path, [3], without=3)
    with pytest.raises(InputError, match="no goal to be found"):
        located(runs, answers.settings_of(boards.LOCATE))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # odd numbers are odd
def test_whatever_an_answer_says_only_telics_errors_come_out(tmp_path):
    rng, refused = random.Random(0), 0
    spliced = stored(tmp_path, "splice", {0: SPLICED}, name="spliced")
    found = boards.located(tmp_path, [0])
    planted = boards.planted(tmp_path, [0])
    planting = answers.settings_of(boards.CALIBRATE.planting)
    cases = (
        (spliced[0], "splice", SETTINGS, lambda o: gather.splice(spliced, o)),
        (found[0], "locate", OPTIONS["locate"], lambda o: located(found, o)),
        (planted["layer-1"][0], "planting", planting, lambda o: calibrated(planted, o)),
    )
    for run, study, options, gathered in cases:
        path = answers.path_of(run, study, options)
        whole = answers.read(run, study, options)
        for _ in range(30):
            record = disk.read_json(path)
            try:
                odd = mutations.of_value(whole, rng)
                answers.write(run, study, options, odd)
            except (TelicError, ValueError, UnicodeError):
                continue  # what telic cannot write has no hash
            try:
                gathered(options)
            except TelicError:
                refused += 1
            disk.write_file(path, disk.to_json(record, indent=None))
    assert refused > 15
