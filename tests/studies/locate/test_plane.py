"""The plane: a site that holds the difference brings it; nulls have equal chances."""

import jax
import numpy as np
import pytest

from telic.locators.probe import OBSERVATION, Probed, probes
from telic.locators.toys import toy
from telic.rollouts import episode_seeds
from telic.studies.locate import plane as plane_
from telic.trials import GraftEvaluator, reaching
from telic.worlds import Keys, fetch

SITES = (OBSERVATION, "actor/0/post")


@pytest.fixture(scope="module")
def told():
    """The plane of the toy, whose agents differ in their first biases alone."""
    found = toy()
    world = found.recipient.world
    on = GraftEvaluator(
        found.recipient,
        found.donor,
        episode_seeds(world, 8, key=jax.random.key(0)),
        reaching(Keys(), fetch("blue")),
        {},
        {},
        world,
    )
    on = on._replace(
        recipient_rates=on.rates(on.recipient), donor_rates=on.rates(on.donor)
    )
    # The share of a made-up rise: these agents fetch nothing on purpose.
    measure = reaching(Keys(), fetch("blue"))._replace(
        behaviour=lambda rates: rates["length"]
    )
    with pytest.MonkeyPatch.context() as patch:
        # One site: each compiles two programs.
        patch.setattr(plane_, "probes", lambda *a: {s: probes(*a)[s] for s in SITES})
        return plane_.plane_of(jax.random.key(1), found, on._replace(measure=measure))


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

    def rates(_: GraftEvaluator, agent: dict) -> dict:
        """A made-up behaviour: how far an agent is steered."""
        seen.append(float(np.linalg.norm(agent.get(f"at/{site}/0/shift", 0.0))))
        return {"steered": seen[-1]}

    told = {name: Probed(1.0, 0.5, np.ones(8), np.ones(8)) for name in SITES}
    monkeypatch.setattr(plane_, "probes", lambda *_: dict(told))
    monkeypatch.setattr(GraftEvaluator, "rates", rates)
    measure = reaching(Keys(), fetch("blue"))._replace(
        behaviour=lambda rates: rates["steered"]
    )
    world = found.recipient.world
    given = episode_seeds(world, 1, key=jax.random.key(0))
    parts = (given, measure, {"steered": 0.0}, {"steered": 1.0})
    on = GraftEvaluator(found.recipient, found.donor, *parts, world)
    shares = plane_.plane_of(jax.random.key(1), found, on)[site]
    patch, dose, *others = seen
    assert patch == 0 < dose and others == pytest.approx(
        [2 * dose, 4 * dose, dose, 2 * dose, 4 * dose], rel=1e-5
    )
    assert shares["steer"] == pytest.approx(4 * dose, rel=1e-5)
    assert shares["null"] == pytest.approx(4 * dose, rel=1e-5)
