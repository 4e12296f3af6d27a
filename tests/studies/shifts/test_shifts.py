"""The shifts study: which worlds each agent plays in, and a page of every kind."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.runs.source import RunSource
from telic.studies import Shifts, results
from telic.studies.base import preset, settings_of
from telic.studies.pages import study_files
from telic.studies.shifts import study
from telic.studies.shifts.study import GREEDY, TRAINED
from telic.studies.splice.edits import GRAFT, LAYERS, MEAN, RANK
from telic.worlds import Keys, ShiftedKeys
from tests.pages import undrawn
from tests.studies.trained import copies, done

SMALL = preset(Shifts, "small")


@pytest.fixture(scope="module")
def measured(pair, tmp_path_factory):
    """Two runs, once the small study is done on each."""
    runs = copies(pair, tmp_path_factory.mktemp("shifts"))
    for run in runs:
        done(run, "shifts", SMALL)
    return runs


def test_every_kind_of_boards_has_every_edit_with_its_hard_nulls(measured):
    rows = results.read(measured[0], "shifts", settings_of(SMALL)).where(part="trial")
    late = (5, "purple", "blue")
    assert rows.names("trial") == ((TRAINED, *late), ("doorway", *late))
    nulls = {"same goal", "labels flipped", "no switch", "continuation", "another seed"}
    edits = [c for c in rows.names("condition") if isinstance(c, tuple)]
    assert [group for group, _ in edits] == [MEAN, LAYERS, GRAFT, RANK]
    for edit in edits:
        found = set(rows.where(condition=edit).names("null"))
        assert nulls <= found


def test_regret_is_what_optimal_play_has_more_on_the_same_boards(measured):
    rows = results.read(measured[0], "shifts", settings_of(SMALL)).where(part="trial")
    for kind in rows.names("trial"):
        each = rows.where(trial=kind)
        regret, got = (
            each.where(metric=m).pivot("condition", "null", "seed").ravel()
            for m in ("regret", "return_aim")
        )
        best = (regret + got)[np.isfinite(regret)]
        assert len(best) > 40 and np.ptp(best) < 1e-9  # one optimum for all rows
        assert 0.9 < best[0] < 0.985 and (regret[np.isfinite(regret)] > 0).all()


def test_the_page_has_every_kind_of_boards_beside_what_unedited_agents_do(measured):
    with undrawn():
        text = study_files("shifts", SMALL, measured)["report.md"]
    assert text.count("| as trained |") == text.count("| doorway |") == 2
    assert "donor: aim" in text and text.count("| regret |") == 2


@pytest.mark.slow
def test_all_kinds_of_boards_stand_on_one_page(pair, tmp_path):
    every = Shifts(switches=1, episodes=4)
    runs = copies(pair, tmp_path)
    for run in runs:
        done(run, "shifts", every)
    with undrawn():
        text = study_files("shifts", every, runs)["report.md"]
    for kind in ("size 10", "keys that move", "misread cells"):
        assert f"| {kind} |" in text


def test_agents_play_in_the_world_of_each_kind_of_boards(pair, monkeypatch):
    asked = []

    def trial(agent, edits, seeds, *, world, greedy, donor, **_):
        asked.append((agent, world, greedy, donor))
        raise StopIteration

    monkeypatch.setattr(study, "trial", trial)
    monkeypatch.setattr(study, "continued", lambda *_, **__: None)
    monkeypatch.setattr(study, "directions", lambda *_, **__: {})
    source = RunSource(pair[0])
    for name in (TRAINED, GREEDY, "size 10", "behind the ball"):
        with pytest.raises(RuntimeError):
            done(pair[0], "shifts", Shifts(switches=1, episodes=4, only=(name,)))
    agents, worlds, greedy, donors = zip(*asked, strict=True)
    assert {digest(agent) for agent in agents} == {digest(source.agent(5))}
    assert {digest(donor) for donor in donors} == {digest(source.agent(4))}
    assert greedy == (False, True, False, False)
    assert worlds[0] == worlds[1] == source.plan.world and type(worlds[0]) is Keys
    assert isinstance(worlds[2], ShiftedKeys) and worlds[2].size == 10
    assert worlds[3].behind == "blue"  # the aim: the purple agent's donor wants it


def test_a_kind_of_boards_that_there_is_not_is_refused(pair):
    with pytest.raises(InputError, match="size 9"):
        Shifts(switches=1, only=("size 9",)).check(pair[0])
