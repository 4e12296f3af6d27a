"""The retarget study over seeds: by kind of board, with strengths chosen on others."""

import pytest

from telic.core.errors import InputError
from telic.stats.rows import Row
from telic.studies import Retarget, results
from telic.studies.base import settings_of
from telic.studies.pages import study_files
from telic.studies.retarget.case import CONTRAST, GOAL
from telic.studies.retarget.summary import CHOSEN, summarise, tables_of
from telic.trials import Condition
from tests.studies.handmade import trial
from tests.studies.splice.measured import seeds
from tests.studies.trained import PLAN, RETARGET

WEAK, STRONG = (Condition(GOAL, strength) for strength in (1.0, 2.0))
PLAIN = Condition(CONTRAST, 1.0)
BEST = Condition(GOAL, CHOSEN)


def rows(weak, strong, *, phase=5, board="beside"):
    """A trial in which the goal vector at two strengths has these shares."""
    shares = {WEAK: weak, STRONG: strong, PLAIN: 0.5}
    extra = {WEAK: ("not carried",), STRONG: ("not carried",)}
    name = (phase, "purple", "blue", board)
    return trial(shares, name=name, extra=extra)


@pytest.fixture
def found(retargeted):
    """What the small study of two seeds found."""
    settings = settings_of(RETARGET)
    return RETARGET.summarise(results.together(retargeted, "retarget", settings), PLAN)


def test_there_is_a_table_for_each_kind_of_boards_and_agents_are_averaged():
    every = [
        *rows(0.2, 0.0),
        *rows(0.8, 0.0, board="without"),
        *rows(0.4, 0.0, phase=4),
    ]
    tables = tables_of(seeds({1: every}))
    assert list(tables) == ["beside", "without"]
    assert tables["beside"].values_of("aim", WEAK).tolist() == pytest.approx([0.3])
    assert tables["without"].values_of("old", WEAK).tolist() == pytest.approx([0.2])


def test_the_strength_that_is_told_was_chosen_on_the_other_seeds():
    every = seeds({0: rows(0.9, 0.2), 1: rows(0.1, 0.6), 2: rows(0.2, 0.7)})
    (effects,) = summarise(every, "yellow", PLAN).boards.values()
    # Seed 0 takes the strong one, as the others would have it; so does seed 1 the weak.
    assert effects[BEST].values.tolist() == pytest.approx([0.2, 0.1, 0.2])
    assert "not carried" in {null.null for null in effects[BEST].verdict.against}


def test_one_seed_has_no_others_to_choose_on():
    (effects,) = summarise(seeds({0: rows(0.9, 0.2)}), "yellow", PLAN).boards.values()
    assert BEST not in effects and STRONG in effects


def test_both_vectors_have_a_chosen_strength_on_both_kinds_of_boards(found):
    assert found.new == "yellow" and found.seeds == (0, 1)
    for effects in found.boards.values():
        assert {BEST, Condition(CONTRAST, CHOSEN)} <= {
            each.condition for each in effects.edits
        }


def test_the_norm_of_each_goals_input_is_a_mean_over_seeds():
    norms = {
        seed: [*rows(0.5, 0.5), Row("norms", "blue", float(seed))] for seed in (1, 2)
    }
    assert summarise(seeds(norms), "yellow", PLAN).norms["blue"].estimate == 1.5


def test_a_run_without_rows_is_an_error_and_no_page(pair):
    with pytest.raises(InputError, match="no results of retarget"):
        study_files("retarget", Retarget(new="yellow", PLAN), pair)
