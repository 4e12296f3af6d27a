"""Every named fault of the numerical core turns a test red, and fits its file."""

import re

import pytest

from tests.mutants.harness import ROOT, Mutant, all_tried, mutants, mutated, report

NAMED = mutants()


def test_there_are_thirty_mutants_or_more_and_no_two_of_a_name():
    assert len({mutant.name for mutant in NAMED}) == len(NAMED) >= 30


@pytest.mark.parametrize("mutant", NAMED, ids=lambda mutant: mutant.name)
def test_a_mutant_fits_its_file_once_and_names_a_test_that_there_is(mutant):
    assert mutated(mutant) is not None, f"{mutant.path} has changed: mend `old`"
    assert mutant.old != mutant.new
    file, name = mutant.test.split("::")
    assert re.search(rf"^def {name}\(", (ROOT / "tests" / file).read_text(), re.M)


@pytest.mark.mutants
def test_what_changes_nothing_survives_and_what_fits_nowhere_is_stale():
    test = "stats/test_ranking.py::test_aurocs_that_are_known"
    same = Mutant("same", "stats/ranking.py", "1: all", "One: all", test)
    stale = Mutant("stale", "stats/ranking.py", "is not there", "", test)
    broken = Mutant("broken", "stats/ranking.py", "import numpy", "import nump", test)
    outcomes = [found.outcome for found in all_tried([same, stale, broken])]
    assert outcomes == ["survived", "stale", "broken"]


@pytest.mark.mutants
@pytest.mark.timeout(3600)
def test_every_mutant_is_killed():
    assert report(NAMED)
