"""An answer is kept whole under its settings, and refused if it is not one."""

import dataclasses
import json

import pytest

from telic.core.errors import DamagedError, InputError
from telic.studies import answers
from telic.trials import Result
from tests.runs.small import make

SETTINGS = {"episodes": 16, "groups": ["layers"]}
ROW = Result("add", "signs", {"aim": 0.5}, 3, 1.5, True)


@dataclasses.dataclass(frozen=True)
class Made:
    """The settings of a made-up study."""

    episodes: int = 1
    groups: tuple[str, ...] = ()

    def __post_init__(self):
        if self.episodes < 1:
            raise InputError("no settings of these")


@pytest.fixture
def run(tmp_path):
    """A run that has not begun."""
    return make(tmp_path, seed=7)


def test_an_answer_comes_back_with_what_made_it(run):
    path = answers.write(run, "splice", SETTINGS, {"trials": []})
    assert answers.read(run, "splice", SETTINGS) == {"trials": []}
    record = json.loads(path.read_text())
    assert (record["run"], record["seed"]) == (run.name, 7)
    assert record["settings"] == SETTINGS and record["versions"]["telic"]


def test_the_file_is_named_by_the_study_and_all_of_its_settings(run):
    paths = {
        answers.path_of(run, study, settings).name
        for study in ("splice", "retarget")
        for settings in (SETTINGS, {**SETTINGS, "episodes": 17}, {})
    }
    assert len(paths) == 6
    assert answers.path_of(run, "splice", SETTINGS).parent == run.path / "studies"


def test_a_study_that_was_not_done_says_how_to_do_it(run):
    with pytest.raises(InputError, match="no answer of splice") as caught:
        answers.read(run, "splice", SETTINGS)
    assert caught.value.fix == f"telic study splice {run.path.parent.name}"


@pytest.mark.parametrize("text", ["{", '{"schema": 2, "answer": {}}', '{"schema": 1}'])
def test_a_file_that_is_no_answer_is_damaged(run, text):
    path = answers.write(run, "splice", SETTINGS, {})
    path.write_text(text)
    with pytest.raises(DamagedError):
        answers.read(run, "splice", SETTINGS)


@pytest.fixture
def once(run):
    """`answers.once` of a made-up study; it returns the settings it was called with."""

    def do(answer, options=SETTINGS, study="splice"):
        called = []

        def find(run, settings, *, tell, stop):
            called.append(settings)
            tell("share", 0.5)
            return None if stop() else answer

        answers.once(
            run,
            options,
            study=study,
            kind=Made,
            find=find,
            tell=lambda *_: None,
            stop=lambda: answer is None,
        )
        return called

    return do


def test_an_answer_is_found_once_for_each_study_and_settings(run, once):
    assert once({"trials": [1]}) == [Made(16, ("layers",))]
    assert once({"trials": [2]}) == []
    assert answers.read(run, "splice", SETTINGS) == {"trials": [1]}
    other = {**SETTINGS, "episodes": 17}
    assert once({"trials": [3]}, other) == [Made(17, ("layers",))]
    assert len(once({"trials": [4]}, study="retarget")) == 1
    assert answers.read(run, "splice", SETTINGS) == {"trials": [1]}
    assert answers.read(run, "splice", other) == {"trials": [3]}


def damage(path):
    """Change one digit of an answer."""
    path.write_bytes(path.read_bytes().replace(b"[1]", b"[2]"))


def copied(path, run):
    """Put the answer of another run there."""
    other = make(run.path.parent.parent, seed=8)
    path.write_bytes(answers.write(other, "splice", SETTINGS, {}).read_bytes())


def renamed(path, run):
    """Put the answer of other settings there."""
    other = {**SETTINGS, "episodes": 17}
    path.write_bytes(answers.write(run, "splice", other, {}).read_bytes())


@pytest.mark.parametrize(
    "spoil",
    [lambda path, _: damage(path), copied, renamed, lambda p, _: p.write_text("{")],
)
def test_a_damaged_answer_is_put_aside_and_found_again(run, once, spoil):
    once({"trials": [1]})
    path = answers.path_of(run, "splice", SETTINGS)
    spoil(path, run)
    spoilt = path.read_bytes()
    assert not answers.is_done(run, "splice", SETTINGS)
    with pytest.raises(DamagedError):
        answers.read(run, "splice", SETTINGS)
    assert len(once({"trials": [3]})) == 1
    assert answers.read(run, "splice", SETTINGS) == {"trials": [3]}
    assert path.with_name(f"{path.name}.damaged").read_bytes() == spoilt
    assert once({"trials": [4]}) == []


def test_an_answer_of_schema_1_is_read_and_not_found_again(run, once):
    path = answers.write(run, "splice", SETTINGS, {"trials": [1]})
    held = json.loads(path.read_text()) | {"schema": 1}
    del held["sha256"], held["mark"]
    path.write_text(json.dumps(held))
    assert once({"trials": [2]}) == []
    assert answers.read(run, "splice", SETTINGS) == {"trials": [1]}


def test_one_that_was_stopped_leaves_no_answer_and_is_found_when_asked_again(run, once):
    assert len(once(None)) == 1
    assert not answers.path_of(run, "splice", SETTINGS).exists()
    assert len(once({"trials": []})) == 1
    assert answers.read(run, "splice", SETTINGS) == {"trials": []}


def test_one_that_fails_leaves_no_answer(run, once):
    with pytest.raises(InputError, match="no settings of these"):
        once({}, {**SETTINGS, "episodes": 0})
    assert not (run.path / "studies").exists()


def test_settings_come_back_from_their_plain_form_with_tuples():
    made = Made(16, ("layers", "graft"))
    plain = json.loads(json.dumps(answers.settings_of(made)))
    assert plain["groups"] == ["layers", "graft"]
    assert answers.restored(Made, plain) == made


def test_rows_come_back_through_json_and_a_damaged_one_is_named_so():
    stored = json.loads(json.dumps(answers.plain([ROW])))
    assert answers.rows(stored) == [ROW]
    del stored[0]["norm"]
    with pytest.raises(DamagedError, match="row of an answer"):
        answers.rows(stored)
