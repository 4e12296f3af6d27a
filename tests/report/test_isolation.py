"""The pages of the lander studies: every number from the answers, nothing hidden."""

import numpy as np
import pytest
from telic.report import effects

from telic.core.errors import InputError
from telic.render.heat import heat
from telic.render.page import markdown
from telic.studies import isolation
from telic.studies.landing.page import page as learned_page
from telic.studies.landing.page import table, words
from tests.studies.landed import ISOLATION, SNR
from tests.studies.trained import copies, done


def test_the_isolation_study_ends_in_a_page_with_films_tables_and_figures(
    isolated_landers,
):
    texts = effects.texts("isolation", isolated_landers, ISOLATION, command="telic x")
    page = texts["report.md"]
    assert "subtracting the plain update changes fuel per episode by" in page
    assert "another seed" in page and "continuation" in page
    assert texts["report.html"].count("data:image/gif") == 4
    assert "Learning to land" in page and "Training on" in page
    assert "the-update-1.svg" in texts and "learning-to-land-1.svg" in texts
    assert texts["the-update-1.svg"].startswith("<svg")


def test_where_no_agent_passes_the_gate_the_page_says_so(landers, tmp_path):
    runs = copies(landers, tmp_path)
    options = {**ISOLATION, "gate": True}
    for run in runs:
        done(isolation.job, run, options)
    page = effects.texts("isolation", runs, options)["report.md"]
    assert "No agent passed the gate" in page and "0 of 2 seeds edited" in page


def test_the_snr_study_ends_in_a_page(isolated_landers):
    texts = effects.texts("snr", isolated_landers, SNR, command="telic y")
    assert "signal over noise" in texts["report.md"]
    assert "reward-specific part, mean of all repeats" in texts["report.md"]
    assert "signal-and-noise-1.svg" in texts


def test_the_runs_themselves_have_a_page(landers):
    page = learned_page(landers, command="telic train landing")
    text = markdown(page)
    assert "landing per episode" in text and "return: stock" in text
    assert words("rate_side") == "side per episode"
    found = {"rate_side": np.array([[1.0, 2.0], [3.0, np.nan]])}
    assert table(landers, found).rows[1] == ("1", "nan")


def test_a_heat_map_needs_a_kernel():
    with pytest.raises(InputError, match="no kernel to draw"):
        heat({"actor/0/bias": np.zeros(2)}, label="x")
    figure = heat({"actor/0/kernel": np.zeros((2, 2))}, label="x")
    assert figure.axes[0].images
