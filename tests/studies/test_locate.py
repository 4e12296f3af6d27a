"""The locate study on natural agents: curves, agreement, and what runs must offer."""

import dataclasses

import jax
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.locate import LOCATORS
from telic.locate.probe import OBSERVATION, probes
from telic.locate.toys import toy
from telic.runs.source import RunSource
from telic.studies import Locate, answers, locate
from telic.studies import plane as plane_
from telic.studies.planting import fetching
from telic.studies.sought import sought
from telic.trials import Bench, boards
from tests.studies import examined
from tests.studies.trained import copies, done

NAMES = ("magnitude", "low rank", "random")
SETTINGS = Locate(switches=3, episodes=64, locators=NAMES, least=1e-6)
OPTIONS = answers.settings_of(SETTINGS)


@pytest.fixture(scope="module")
def answer(pair, tmp_path_factory):
    """The answer on seed 0, beside seed 1; the plane has a test of its own."""
    runs = copies(pair, tmp_path_factory.mktemp("located"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locate, "plane", lambda *_: {})
        told = done(locate.job, runs[0], OPTIONS)
    assert told == sorted(told) and told[0] == 0.0
    return answers.read(runs[0], "locate", OPTIONS)


def test_every_goal_has_a_curve_and_a_time_of_every_locator(answer):
    assert answer["goals"]
    for goal in answer["goals"]:
        assert set(goal["curves"]) == set(goal["seconds"]) == set(NAMES)
        for curve in goal["curves"].values():
            assert curve["top"][-1] == pytest.approx(1.0)
            assert curve["rest"][-1] == pytest.approx(0.0)


def test_a_method_agrees_with_itself_and_others_are_set_beside_it(answer):
    for goal in answer["goals"]:
        for name in NAMES:
            assert goal["agreement"][name][name] == pytest.approx([1.0, 1.0])
        pair = goal["agreement"]["magnitude"]["random"]
        assert abs(pair[0]) < 0.1 and pair[1] < 0.2
        assert goal["agreement"]["magnitude"]["low rank"][0] > 0.1


def test_random_agrees_with_itself_at_another_switch_or_seed_by_chance(answer):
    for where in ("between_switches", "between_seeds"):
        assert set(answer[where]) == set(NAMES)
        for correlation, shared in answer[where]["random"]:
            assert abs(correlation) < 0.1 and shared < 0.2


def test_agents_that_do_not_differ_in_what_they_do_are_left_out(pair):
    source = RunSource(pair[0])
    assert list(sought(source, switches=1, episodes=8, least=2.0)) == []


def test_a_run_that_offers_no_goal_is_refused(tmp_path):
    run = examined.begun(tmp_path, "layer-1")
    with pytest.raises(InputError, match="offers no goal to be found"):
        next(sought(RunSource(run), switches=1, episodes=8))


@pytest.mark.parametrize("bad", [{"locators": ("oracle",)}, {"episodes": 0}])
def test_impossible_settings_are_refused(bad):
    with pytest.raises(InputError):
        Locate(**bad)
    assert set(locate.NATURAL) == set(LOCATORS) - {"oracle"}


@pytest.fixture(scope="module")
def told():
    """The plane of the toy, whose agents differ in their first biases alone."""
    found = toy()
    on = Bench(
        found.recipient,
        found.donor,
        boards(jax.random.key(0), found.world, 16),
        fetching("blue"),
        {},
        {},
        found.network,
        found.world,
    )
    on = on._replace(mine=on.rates(on.recipient), theirs=on.rates(on.donor))
    # The share of a made-up rise: these agents fetch nothing on purpose.
    measure = fetching("blue")._replace(behaviour=lambda rates: rates["length"])
    sites = (OBSERVATION, "actor/0/post")
    with pytest.MonkeyPatch.context() as patch:
        # One site: each compiles two programs.
        patch.setattr(plane_, "probes", lambda *a: {s: probes(*a)[s] for s in sites})
        return plane_.plane(jax.random.key(1), found, on._replace(measure=measure))


@pytest.mark.known
def test_filling_a_layer_as_the_donors_brings_all_of_a_difference_in_it(told):
    assert list(told) == ["actor/0/post"]
    for site in told.values():
        assert site["patch"] == pytest.approx(1.0)
        assert all(np.isfinite(list(site.values())))
        assert 0 <= site["shuffled"] <= 1 and 0 <= site["observation"] <= 1


@pytest.mark.known
def test_two_agents_are_told_apart_by_a_layer_that_differs(told):
    assert told["actor/0/post"]["accuracy"] > told["actor/0/post"]["shuffled"]


def test_settings_come_back_from_their_plain_form():
    assert answers.restored(Locate, OPTIONS) == SETTINGS
    assert dataclasses.replace(SETTINGS, switches=4) != SETTINGS
