"""The locate study on natural agents: curves, agreement, and what runs must offer."""

import dataclasses

import jax
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.locate import LOCATORS
from telic.locate.probe import OBSERVATION, Probed, probes
from telic.locate.toys import toy
from telic.rollouts import episode_seeds
from telic.runs.source import RunSource
from telic.studies import Locate, answers, locate
from telic.studies import plane as plane_
from telic.studies import sought as sought_
from telic.studies.planting import reaching
from telic.studies.sought import sought
from telic.trials import Bench
from telic.worlds import Keys
from tests.studies import examined
from tests.studies.trained import copies, done

NAMES = ("magnitude", "low rank", "random")
SETTINGS = Locate(switches=3, episodes=64, locators=NAMES, least=1e-6)
OPTIONS = answers.settings_of(SETTINGS)
SITES = (OBSERVATION, "actor/0/post")


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


def test_the_donor_is_the_agent_before_the_switch_and_other_switches_hold_neither(
    pair, monkeypatch
):
    # Nobody plays: what locators are shown does not depend on it.
    monkeypatch.setattr(sought_, "bench", lambda *agents, **_: agents)
    source = RunSource(pair[0])
    phases = {digest(source.agent(k).actor): k for k in range(len(source.schedule))}
    shown = {
        goal.name: [
            (phases[digest(mine)], phases[digest(theirs)])
            for mine, theirs in goal.evidence.switches
        ]
        for goal in sought(source, switches=2, episodes=8)
    }
    assert source.schedule == ("blue", "purple") * 3
    # Recipient and donor come first; after them, nothing of their own two phases.
    assert shown == {
        "blue → purple": [(4, 3), (0, 1), (2, 1)],
        "purple → blue": [(5, 4), (1, 0), (1, 2), (3, 2)],
    }


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
    world = found.recipient.world
    on = Bench(
        found.recipient,
        found.donor,
        episode_seeds(world, 16, key=jax.random.key(0)),
        reaching(Keys(), "blue"),
        {},
        {},
        world,
    )
    on = on._replace(mine=on.rates(on.recipient), theirs=on.rates(on.donor))
    # The share of a made-up rise: these agents fetch nothing on purpose.
    measure = reaching(Keys(), "blue")._replace(behaviour=lambda rates: rates["length"])
    with pytest.MonkeyPatch.context() as patch:
        # One site: each compiles two programs.
        patch.setattr(plane_, "probes", lambda *a: {s: probes(*a)[s] for s in SITES})
        return plane_.plane(jax.random.key(1), found, on._replace(measure=measure))


def test_filling_a_layer_as_the_donors_brings_all_of_a_difference_in_it(told):
    assert list(told) == ["actor/0/post"]
    for site in told.values():
        assert site["patch"] == pytest.approx(1.0)
        assert all(np.isfinite(list(site.values())))
        assert 0 <= site["shuffled"] <= 1 and 0 <= site["observation"] <= 1


def test_two_agents_are_told_apart_by_a_layer_that_differs(told):
    assert told["actor/0/post"]["accuracy"] > told["actor/0/post"]["shuffled"]


def test_the_null_of_steering_is_tried_at_as_many_doses_as_the_edit(monkeypatch):
    found, site, seen = toy(), "actor/0/post", []

    def rates(_: Bench, agent: dict) -> dict:
        """A made-up behaviour: how far an agent is steered."""
        seen.append(float(np.linalg.norm(agent.get(f"at/{site}/0/shift", 0.0))))
        return {"steered": seen[-1]}

    told = {name: Probed(1.0, 0.5, np.ones(8), np.ones(8)) for name in SITES}
    monkeypatch.setattr(plane_, "probes", lambda *_: dict(told))
    monkeypatch.setattr(Bench, "rates", rates)
    measure = reaching(Keys(), "blue")._replace(
        behaviour=lambda rates: rates["steered"]
    )
    world = found.recipient.world
    given = episode_seeds(world, 1, key=jax.random.key(0))
    parts = (given, measure, {"steered": 0.0}, {"steered": 1.0})
    on = Bench(found.recipient, found.donor, *parts, world)
    shares = plane_.plane(jax.random.key(1), found, on)[site]
    patch, dose, *others = seen
    assert patch == 0 < dose and others == pytest.approx(
        [2 * dose, 4 * dose, dose, 2 * dose, 4 * dose], rel=1e-5
    )
    assert shares["steer"] == pytest.approx(4 * dose, rel=1e-5)
    assert shares["null"] == pytest.approx(4 * dose, rel=1e-5)


def test_settings_come_back_from_their_plain_form():
    assert answers.restored(Locate, OPTIONS) == SETTINGS
    assert dataclasses.replace(SETTINGS, switches=4) != SETTINGS
