"""The run of another seed: the next that is complete, and fit."""

import pytest

from telic.runs.folder import Run, create_run
from telic.studies import Alternation
from telic.studies.base import preset
from telic.studies.other_seed import other_seed


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Four runs, of which the third is not complete."""
    plan = preset(Alternation, "small").plan()
    made = [create_run(tmp_path, "some", seed, plan) for seed in range(4)]
    monkeypatch.setattr(
        Run,
        "status",
        lambda run: "interrupted" if run.path == made[2].path else "complete",
    )
    return made


def named(found):
    """The name of a source's run."""
    return found.run.path.name


def test_it_is_the_next_complete_run_and_after_the_last_the_first(runs):
    assert named(other_seed(runs[0])) == "seed-0001"
    assert named(other_seed(runs[1])) == "seed-0003"
    assert named(other_seed(runs[3])) == "seed-0000"


def test_a_run_that_is_not_fit_is_passed_over(runs):
    def fit(other):
        return named(other) != "seed-0001"

    assert named(other_seed(runs[0], fit=fit)) == "seed-0003"
    assert other_seed(runs[0], fit=lambda _: False) is None
