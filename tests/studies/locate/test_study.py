"""The locate study on natural agents: curves, agreement, and stopping."""

import dataclasses

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.locators import LOCATORS
from telic.policies import Conv, Recurrent
from telic.runs import folder
from telic.runs.carry import carry_run
from telic.stats.rows import Rows
from telic.studies import Alternation, Locate, results
from telic.studies.base import preset, restored, settings_of
from telic.studies.locate import study as study_
from telic.studies.pages import study_files
from telic.studies.results import measure_if_missing
from telic.training import PPOConfig
from tests.studies.trained import copies, done

NAMES = ("magnitude", "low rank", "random")
STUDY = Locate(switches=3, episodes=64, locators=NAMES, least=1e-6)


@pytest.fixture(scope="module")
def rows(pair, tmp_path_factory):
    """The rows of seed 0, beside seed 1; the plane has a test of its own."""
    runs = copies(pair, tmp_path_factory.mktemp("located"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study_, "plane_of", lambda *_, **__: {})
        told = done(runs[0], "locate", STUDY)
    assert told == sorted(told) and told[0] == 0.0
    return results.read(runs[0], "locate", settings_of(STUDY))


def alike(rows: Rows, metric: str, condition, where: str | None = None):
    """How alike two loci are: on every goal, or with one elsewhere."""
    found = rows.where(part="agreement", metric=metric, condition=condition).table()
    pairs = zip(found["trial"], found["value"], strict=True)
    return [value for trial, value in pairs if where in (None, trial[0])]


def test_every_goal_has_a_curve_and_a_time_of_every_locator(rows):
    goals = rows.where(part="goal", metric="gap").names("trial")
    assert goals and rows.where(part="run").values.tolist() == [len(goals)]
    for goal in goals:
        own = rows.where(trial=goal)
        for part in ("curve", "locator"):
            assert own.where(part=part).names("condition") == NAMES
        for name in NAMES:
            curve = own.where(part="curve", condition=name)
            assert curve.where(metric="top").values[-1] == pytest.approx(1.0)
            assert curve.where(metric="rest").values[-1] == pytest.approx(0.0)


def test_a_method_agrees_with_itself_and_others_are_set_beside_it(rows):
    for name in NAMES:
        for metric in ("correlation", "shared"):
            assert np.allclose(alike(rows, metric, (name, name)), 1.0)
    beside = ("magnitude", "random")
    assert max(map(abs, alike(rows, "correlation", beside))) < 0.1
    assert max(alike(rows, "shared", beside)) < 0.2
    assert min(alike(rows, "correlation", ("magnitude", "low rank"))) > 0.1


def test_random_agrees_with_itself_at_another_switch_or_seed_by_chance(rows):
    for where in ("switches", "seeds"):
        for name in NAMES:
            assert alike(rows, "shared", name, where)
        assert max(map(abs, alike(rows, "correlation", "random", where))) < 0.1
        assert max(alike(rows, "shared", "random", where)) < 0.2


def test_one_that_is_stopped_leaves_no_rows(pair, tmp_path):
    (run,) = copies(pair[:1], tmp_path)
    measure_if_missing(
        run, "locate", STUDY, report=lambda *_: None, should_stop=lambda: True
    )
    assert not (run.path / "studies").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "policy",
    [Conv(channels=(4,), width=8), Recurrent(width=8, memory=8)],
    ids=["conv", "recurrent"],
)
def test_agents_of_other_networks_are_asked_from_training_to_the_page(tmp_path, policy):
    # Learning fast, for agents of two phases must differ in what they do.
    more = {"phases": 4, "policy": policy, "ppo": PPOConfig(learning_rate=3e-3)}
    small = dataclasses.replace(preset(Alternation, "small"), **more)
    run = folder.create_run(tmp_path, "other", 0, small.plan())
    carry_run(run)
    names = ("magnitude", "activation patching", "random")
    study = Locate(switches=1, episodes=32, locators=names, least=0.0)
    study.check(run)
    done(run, "locate", study)
    found = results.read(run, "locate", settings_of(study))
    assert found.where(part="curve").names("condition") == names
    sites = found.where(part="plane").names("condition")
    assert len(sites) >= 2 and np.isfinite(found.where(part="plane").values).all()
    texts = study_files("locate", study, [run], command="telic study locate")
    assert "Located: 1 goals of 1 of 1 seeds" in texts["report.md"]


@pytest.mark.parametrize("bad", [{"locators": ("oracle",)}, {"episodes": 0}])
def test_impossible_settings_are_refused(bad):
    with pytest.raises(InputError):
        Locate(**bad)
    assert set(study_.NATURAL) == set(LOCATORS) - {"oracle"}


def test_settings_come_back_from_their_plain_form():
    assert restored(Locate, settings_of(STUDY)) == STUDY
    assert dataclasses.replace(STUDY, switches=4) != STUDY
