"""The page of the isolation study: every number from the effects, nothing hidden."""

import dataclasses

import pytest

from telic.core.errors import InputError
from telic.studies.isolation import Isolation
from telic.studies.pages import study_files
from tests.pages import undrawn
from tests.studies.landed import ISOLATION, few_parts
from tests.studies.trained import copies, done


@pytest.fixture(scope="module")
def files(isolated_landers):
    """The files of the small study."""
    return study_files("isolation", ISOLATION, isolated_landers, command="telic x")


def test_the_study_ends_in_a_page_with_films_tables_and_figures(files):
    page = files["report.md"]
    assert "and fuel per episode by" in page
    assert "another seed" in page and "twin continuation" in page
    assert "1 × contrastive vector" in page and "labels flipped" in page.lower()
    assert files["report.html"].count("data:image/gif") == 5
    assert "Learning to land" in page and "Training on" in page
    assert "the-update-1.svg" in files and "learning-to-land-1.svg" in files
    assert files["the-update-1.svg"].startswith("<svg")


def test_the_primary_arm_comes_first_and_says_who_drops_out_of_it_and_why(files):
    page = files["report.md"]
    told = page.index("After 256 steps: subtracting the reward-specific part changes")
    arm, learnt = page.index("the primary arm"), page.index("## Learning to land")
    assert told < page.index("0 of 2 agents pass the gate") < arm < learnt
    beside = page.index("## Other vectors beside it")
    assert "seeds 0, 1: landings = 0" in page[arm:beside]
    assert "seed 0 (stock return" in page and "edited all the same" in page


def test_a_page_is_drawn_from_the_rows_alone(files, isolated_landers, monkeypatch):
    monkeypatch.setattr("telic.runs.checkpoint.read", None)
    with undrawn():
        again = study_files("isolation", ISOLATION, isolated_landers, command="telic x")
    assert list(again) == list(files) and again["report.md"] == files["report.md"]
    assert again["report.html"].count("data:image/gif") == 5


def test_where_no_agent_is_competent_the_page_says_so(landers, tmp_path):
    runs = copies(landers, tmp_path)
    study = dataclasses.replace(ISOLATION, gate=True)
    for run in runs:
        done(run, "isolation", study)
    with undrawn():
        page = study_files("isolation", study, runs)["report.md"]
    assert "No agent passed the gate" in page and "0 of 2 seeds edited" in page


@pytest.fixture(scope="module")
def keys(pair, tmp_path_factory):
    """The page of an agent that alternates between two keys; the second is purple."""
    runs = copies(pair[:1], tmp_path_factory.mktemp("keys"))
    study = dataclasses.replace(
        ISOLATION, second="purple", strengths=(-1.0, 1.0), recovery=256
    )
    for run in runs:
        study.check(run)
        with few_parts():
            done(run, "isolation", study)
    with undrawn():
        return study_files("isolation", study, runs)


def test_agents_that_alternate_between_two_goals_have_a_page(keys):
    page = keys["report.md"]
    assert "1 of 1 seeds edited" in page
    assert "learned the objective blue, then for a while purple" in page
    assert "subtracting the plain update changes loss: purple by" in page
    assert "contrastive vector" not in page.partition("## Words")[0]


def test_what_is_said_of_another_world_is_not_said_of_landers(keys):
    page = keys["report.md"].lower()
    for word in ("fuel", "land", "stock", "crash", "episode each"):
        assert word not in page
    assert "rate\\_pick\\_blue ≥ 0.9" in page and "data:image/gif" not in page


def test_a_page_of_an_objective_that_the_runs_do_not_know_is_refused(pair):
    with pytest.raises(InputError, match="do not know the objective 'thrift-5'"):
        Isolation(second="thrift-5").check(pair[0])
