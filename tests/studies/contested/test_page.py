"""The page: every row of the study from handmade numbers, with its answer and nulls."""

import pytest

from telic.render.page import markdown
from telic.stats.rows import Row, join, rows_of
from telic.studies.contested.branching import (
    AGREE,
    ALIGNED,
    BRANCH,
    EARLIER,
    OTHER_GOAL,
    SEED,
)
from telic.studies.contested.doses import KL, NORM
from telic.studies.contested.page import page
from telic.studies.contested.shift import READ_NULL, SAME_GOAL, TRAINED
from telic.studies.contested.summary import GAP, SHIFT, TRANSFER, summarise
from telic.studies.goal_metrics import METRICS
from telic.trials.trial import DONOR, UNEDITED


def arm(part, trial, condition, null, aim, seed):
    """One row of a trial; agents that do not fetch the aim fetch the old goal."""
    values = dict.fromkeys((*METRICS, "parameters", "norm"), 0.0)
    values |= {"aim": aim, "old": 0.9 - aim - 0.001 * seed, GAP: 1 - aim}
    values |= {KL: aim, NORM: 0.3}
    return [Row(part, m, value, trial, condition, null) for m, value in values.items()]


def rows(seed):
    """A shift that works at one site, less than one that is read; a branch’s vector.

    The vector moves all agents but one whose units have another order.
    """
    made = []
    for part, trial, edits in (
        (SHIFT, (5,), {(TRAINED, "pre"): 0.4, (TRAINED, "post"): 0.1}),
        (TRANSFER, (EARLIER, 0), {(BRANCH, EARLIER): 0.8}),
        (TRANSFER, (ALIGNED, 0), {(BRANCH, ALIGNED): 0.8}),
        (TRANSFER, (SEED, 0), {(BRANCH, SEED): 0.1}),
    ):
        for name, share in {UNEDITED: 0.0, DONOR: 0.9}.items():
            made += arm(part, trial, name, "", share, seed)
        for edit, share in edits.items():
            made += arm(part, trial, edit, "", share + seed / 1000, seed)
            made += arm(part, trial, edit, SAME_GOAL, 0.1 + seed / 500, seed)
            if part == SHIFT:
                made += arm(part, trial, edit, READ_NULL, 0.5 + seed / 500, seed)
    for measure in ("cosine", "overlap"):
        for null, value in (("", 0.6), (OTHER_GOAL, 0.2)):
            made.append(Row(AGREE, measure, value + seed / 99, (), BRANCH, null))
    return rows_of(made, seed)


@pytest.fixture(scope="module")
def found():
    """The effects over ten seeds."""
    return summarise(join([rows(seed) for seed in range(10)]))


def test_each_row_that_was_measured_has_its_answer(found):
    answers = {each.words: each.answer for each in found.claims}
    assert list(answers.values())[:5] == [
        "depends on the site: at pre, not at post",
        "does not hold",
        "does not hold",
        "holds",
        "holds",
    ]
    assert found.principal == {} and found.moved == ()


def test_the_page_shows_edits_nulls_and_what_was_left_of_the_imitation(found, undrawn):
    text = markdown(page(found, command="telic x"))
    assert "KL from the donor, nats" in text and "| trained shift, pre |" in text
    assert "to an agent of another seed, as it is" in text and "telic x" in text
    assert "beside read direction 0.5" in text and "overlap of the 2.5 %" in text
    # All changes here are as long, so their norm ranks nothing.
    assert found.damage == {} and "What predicts damage" not in text
