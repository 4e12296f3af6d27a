"""Planting: every locator is judged on every pair, and curves are kept where asked."""

import pytest

from telic.core.errors import InputError
from telic.studies import results
from telic.studies.base import settings_of
from telic.studies.planting import Planting
from telic.studies.results import measure_if_missing
from tests.studies import examined
from tests.studies.trained import done

NAMES = ("magnitude", "random", "oracle")
STUDY = Planting(rollouts=1, routing=1, apart=1, episodes=8, locators=NAMES)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose agent reads its goal in its second layer, with rows."""
    found = examined.begun(tmp_path_factory.mktemp("planted"), "layer-1", goals=3)
    STUDY.check(found)
    told = done(found, "planting", STUDY)
    assert told == sorted(told) and told[0] == 0.0
    return found


@pytest.fixture(scope="module")
def rows(run):
    """What was measured of every pair."""
    return results.read(run, "planting", settings_of(STUDY))


def test_all_ordered_pairs_of_colours_are_judged_by_every_locator(rows):
    pairs = rows.where(part="agent").names("trial")
    assert len({pair[2:] for pair in pairs}) == len(pairs) == 6
    for pair in pairs:
        own = rows.where(trial=pair)
        assert pair[0] == "layer 1"
        assert own.where(part="locator").names("condition") == NAMES
        assert len(own.where(part="agent").names("condition")) == 2
        (true,) = own.where(metric="true weights").values
        assert 0 < true <= 4


def test_the_oracle_and_magnitude_are_right_and_random_is_near_chance(rows):
    def mean(name, field):
        return rows.where(part="locator", condition=name, metric=field).values.mean()

    for field in ("weights", "units", "precision", "unit_precision"):
        assert mean("oracle", field) == 1.0
    # What was written into units that never fire is no goal, but it did change.
    assert mean("magnitude", "weights") > 0.999
    assert 0.3 < mean("random", "weights") < 0.7
    assert mean("random", "precision") < 0.1


def test_curves_are_kept_of_the_first_pair_if_its_agents_differ(rows):
    first = rows.where(part="agent").names("trial")[0]
    curves = rows.where(part="curve")
    assert set(curves.names("trial")) <= {first}
    for name in curves.names("condition"):
        own = curves.where(condition=name)
        assert own.where(metric="top").values[-1] == pytest.approx(1.0)
        assert own.where(metric="rest").values[-1] == pytest.approx(0.0)


def test_what_is_measured_is_not_measured_again(run):
    (path,) = (run.path / "studies").iterdir()
    before = path.read_bytes()
    assert done(run, "planting", STUDY) == []
    assert path.read_bytes() == before


def test_one_that_is_stopped_leaves_no_rows(tmp_path):
    run = examined.begun(tmp_path, "layer-1")
    measure_if_missing(
        run, "planting", STUDY, report=lambda *_: None, should_stop=lambda: True
    )
    assert not (run.path / "studies").exists()


def test_agents_that_read_no_goal_are_refused(pair):
    with pytest.raises(InputError, match="reads no goal"):
        STUDY.check(pair[0])


@pytest.mark.parametrize(
    "bad", [{"locators": ("magnitud",)}, {"rollouts": 0}, {"episodes": 0}]
)
def test_impossible_settings_are_refused(bad):
    with pytest.raises(InputError):
        Planting(**bad)
