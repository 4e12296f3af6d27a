"""Planting: every locator is judged on every pair, and curves are kept where asked."""

import json

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.studies import Calibrate, answers, planting
from telic.studies.planting import Planting, base_of
from tests.studies import examined
from tests.studies.trained import done

NAMES = ("magnitude", "random", "oracle")
SETTINGS = Planting(rollouts=1, routing=1, episodes=8, locators=NAMES)
OPTIONS = answers.settings_of(SETTINGS)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose agent reads the wish in its second layer, with an answer."""
    found = examined.begun(tmp_path_factory.mktemp("planted"), "layer-1")
    done(planting.job, found, OPTIONS)
    return found


@pytest.fixture(scope="module")
def pairs(run):
    """What was kept of each pair."""
    return answers.read(run, "planting", OPTIONS)["pairs"]


def test_all_ordered_pairs_of_colours_are_judged_by_every_locator(pairs):
    assert len({(pair["wants"], pair["aim"]) for pair in pairs}) == len(pairs) == 12
    for pair in pairs:
        assert pair["rung"] == "layer 1" and set(pair["locators"]) == set(NAMES)
        assert len(set(pair["agents"])) == 2 and 0 < pair["true"] <= 4


def test_the_oracle_and_magnitude_are_right_and_random_is_near_chance(pairs):
    def mean(name, field):
        return np.mean([pair["locators"][name][field] for pair in pairs])

    for field in ("weights", "units", "precision", "unit_precision"):
        assert mean("oracle", field) == 1.0
    # What was written into units that never fire is no goal, but it did change.
    assert mean("magnitude", "weights") > 0.999
    assert 0.3 < mean("random", "weights") < 0.7
    assert mean("random", "precision") < 0.1


def test_curves_are_kept_of_the_first_pair_if_its_agents_differ(pairs):
    assert not any(pair["curves"] for pair in pairs[1:])
    for curve in pairs[0]["curves"].values():
        assert curve["top"][-1] == pytest.approx(1.0)
        assert curve["rest"][-1] == pytest.approx(0.0)


def test_an_answer_is_not_found_again(run):
    (path,) = (run.path / "studies").iterdir()
    before = json.loads(path.read_text())
    assert done(planting.job, run, OPTIONS) == []
    assert json.loads(path.read_text()) == before


def test_one_that_is_stopped_leaves_no_answer(tmp_path):
    run = examined.begun(tmp_path, "layer-1")
    planting.job(run, OPTIONS, tell=lambda *_: None, stop=lambda: True)
    assert not (run.path / "studies").exists()


def test_agents_that_read_no_wish_are_refused(pair):
    with pytest.raises(InputError, match="reads no wish"):
        base_of(pair[0], SETTINGS)


@pytest.mark.parametrize(
    "bad", [{"locators": ("magnitud",)}, {"rollouts": 0}, {"episodes": 0}]
)
def test_impossible_settings_are_refused(bad):
    with pytest.raises(InputError):
        Planting(**bad)


def test_every_layer_needs_its_units_and_lengths():
    with pytest.raises(InputError, match="lengths"):
        Calibrate(layers=(0, 1))
    assert list(Calibrate().plans()) == ["layer-0", "layer-1", "layer-2"]
