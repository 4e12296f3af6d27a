"""The contested study: its rows, its settings, and a page with every claim."""

import dataclasses

import pytest

from telic.core.errors import InputError
from telic.policies import Recurrent
from telic.runs import folder
from telic.stats.rows import Row, join, rows_of
from telic.studies import Contested, results
from telic.studies.base import preset, settings_of
from telic.studies.contested import page as pages
from telic.studies.contested.branching import ALIGNED, EARLIER, SEED
from telic.studies.contested.shift import READ, SAME_GOAL, TRAINED
from telic.studies.contested.study import OFF, ROWS
from telic.studies.contested.summary import DOSED, SHIFT, TRANSFER, summarise
from telic.studies.pages import study_files
from tests.small import AGENT
from tests.studies.trained import PLAN, copies, done

SMALL = preset(Contested, "small")


def test_unknown_rows_and_too_few_branches_are_refused():
    with pytest.raises(InputError, match="principle"):
        Contested(only=("principle",))
    with pytest.raises(InputError, match="branches = 1"):
        Contested(branches=1)


def test_agents_with_memory_are_refused(tmp_path):
    plan = dataclasses.replace(PLAN, policy=Recurrent(width=8))
    run = folder.create_run(tmp_path, "memory", 0, plan)
    with pytest.raises(InputError, match="memory"):
        SMALL.check(run)


@pytest.mark.slow
def test_one_row_alone_has_its_claim_and_no_other(pair, tmp_path, undrawn):
    runs = copies(pair, tmp_path)
    study = dataclasses.replace(SMALL, only=(OFF,))
    for run in runs:
        assert done(run, "contested", study) == []
    text = study_files("contested", study, runs)["report.md"]
    assert "nothing is said from fewer than 10 seeds" in text
    assert text.count("nothing is said from") == 1
    assert "off the principal directions" in text and "trained shift" not in text


def test_a_claims_sentence_has_its_answer_values_and_nulls():
    rows = [
        rows_of(
            [
                Row("principal", side, value, (5,), ("k", 0.1), null)
                for side in ("left", "right", "both")
                for null, value in (("", 0.15 + (seed - 4.5) / 100), ("rotated", 0.5))
            ],
            seed,
        )
        for seed in range(10)
    ]
    (found,) = summarise(join(rows)).claims
    words = pages.claim_sentence(found)
    assert words.startswith("Switches change weights off the principal directions: ")
    assert "holds. k 0.15" in words and "(n=10)" in words
    assert "beside rotated 0.50" in words


@pytest.mark.slow
def test_the_study_ends_in_a_page_with_every_row(pair, tmp_path):
    runs = copies(pair, tmp_path)
    for run in runs:
        told = done(run, "contested", SMALL)
        assert told == sorted(told) and told[-1] <= 1
    rows = results.read(runs[0], "contested", settings_of(SMALL))
    edits = rows.where(part=SHIFT).names("condition")
    sites = {site for site in AGENT.actor.sites if (TRAINED, site) in edits}
    assert sites == set(AGENT.actor.sites) and (READ, "actor/0/pre") in edits
    trained = rows.where(part=SHIFT, condition=(TRAINED, "actor/0/pre"))
    assert {SAME_GOAL, READ} <= set(trained.names("null"))
    trials = rows.where(part=TRANSFER).names("trial")
    assert set(trials) == {
        (target, i, 5, "purple", "blue")
        for target in (EARLIER, SEED, ALIGNED)
        for i in (0, 1)
    }
    assert "kl" in rows.where(part=DOSED).names("metric")
    made = study_files("contested", SMALL, runs)
    assert made["report.md"].count("nothing is said from fewer than 10 seeds") == 6
    assert len(ROWS) == 4 and len(made) > 2
