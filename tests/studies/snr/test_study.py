"""The SNR study end to end on small runs, to its page."""

import dataclasses

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.studies import Snr, results
from telic.studies.base import settings_of
from telic.studies.isolation.edits import CONTINUATION, PLAIN, SPECIFIC, VECTORS
from telic.studies.pages import study_files
from telic.studies.results import measure_if_missing
from telic.studies.snr.repeats import MEAN, ONE
from telic.studies.tables import table_of
from telic.trials import Condition
from tests.studies.landed import SNR, rows_of
from tests.studies.trained import copies, done

GATED = dataclasses.replace(SNR, gate=True)


@pytest.fixture(scope="module")
def found(isolated_landers):
    """What the small study found."""
    rows = results.together(isolated_landers, "snr", settings_of(SNR))
    return SNR.summarise(rows, isolated_landers[0].plan())


def test_every_vector_is_reported_at_every_length(found):
    assert found.seeds == (0, 1) and found.steps == (256,) and found.repeats == 2
    for vectors in found.curves.values():
        assert list(vectors) == [PLAIN, SPECIFIC, CONTINUATION]
        assert all(v.shape == (2, 1) and np.isfinite(v).all() for v in vectors.values())
    assert found.behaviour("fuel", None).shape == (2, 1)


def test_every_subtraction_stands_beside_more_of_the_old_training(isolated_landers):
    rows = rows_of(isolated_landers[0], "snr", SNR)
    tried = table_of(rows.where(part="trial", trial=256))
    assert tried.edits == tuple(Condition(n, k) for n in VECTORS for k in (ONE, MEAN))
    for edit in tried.edits:
        assert CONTINUATION in tried.nulls(edit)


def test_a_stopped_study_has_no_rows_and_a_measured_run_is_left_alone(
    isolated_landers, landers, tmp_path
):
    run = copies(landers, tmp_path)[0]
    how = {"report": lambda *_: None, "should_stop": lambda: True}
    measure_if_missing(run, "snr", SNR, **how)
    assert not results.kept(run)
    assert done(isolated_landers[0], "snr", SNR) == []


def test_settings_that_cannot_be_are_refused(landers):
    with pytest.raises(InputError, match="repeats = 1"):
        Snr(repeats=1)
    wrong = dataclasses.replace(SNR, rollout=100, lengths=(100,))
    with pytest.raises(InputError, match="multiple of 128"):
        wrong.check(landers[0])
    with pytest.raises(InputError, match="do not know the objective"):
        dataclasses.replace(SNR, second="thirft").check(landers[0])


def test_the_study_ends_in_a_page(isolated_landers):
    files = study_files("snr", SNR, isolated_landers, command="telic y")
    assert "signal over noise" in files["report.md"]
    assert "reward-specific part, mean of all repeats" in files["report.md"]
    assert "signal-and-noise-1.svg" in files


def test_where_no_agent_is_competent_the_page_says_so(landers, undrawn, tmp_path):
    runs = copies(landers, tmp_path)
    for run in runs:
        done(run, "snr", GATED)
    page = study_files("snr", GATED, runs)["report.md"]
    assert "No agent passed the gate." in page and "0 seeds" in page


@pytest.mark.slow
def test_agents_that_alternate_between_two_goals_have_a_page(pair, undrawn, tmp_path):
    runs = copies(pair[:1], tmp_path)
    study = dataclasses.replace(SNR, second="purple")
    for run in runs:
        done(run, "snr", study)
    page = study_files("snr", study, runs)["report.md"]
    assert "1 seed" in page and "Loss: purple, mean over seeds" in page
    assert "fuel" not in page
