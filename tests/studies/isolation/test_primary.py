"""What the page begins with: who is left out by the gate, with both numbers."""

import dataclasses

from telic.studies.isolation.lander_metrics import LANDER
from telic.studies.isolation.metrics import returns_and_events
from telic.studies.isolation.primary import left_out
from telic.studies.isolation.summary import IsolationEffects
from telic.worlds import Keys, Lander

ABLE = {"return_stock": 270.0, "landing": 0.97}
SHORT, LOW = {**ABLE, "landing": 0.894}, {**ABLE, "return_stock": 188.74}


def effects_of(checks, metrics=LANDER):
    """The effects of a study in which nothing was edited."""
    able = tuple(seed for seed, found in checks.items() if metrics.is_competent(found))
    return IsolationEffects(
        metrics=metrics,
        first="land",
        world=Lander(),
        main=1,
        steps=1,
        learning={},
        checks=checks,
        competent=able,
        edited=None,
    )


def test_everybody_who_fails_the_gate_is_named_with_both_numbers():
    said = left_out(effects_of({1: ABLE, 4: SHORT, 7: LOW}))
    assert said == (
        "1 of 3 agents pass the gate (stock return ≥ 200, landings (share) ≥ 0.9, "
        "over 100 fresh episodes). Those that do not: seed 4 (stock return 270.00, "
        "landings (share) 0.89); seed 7 (stock return 188.74, landings (share) 0.97)."
    )


def test_where_all_pass_the_page_says_that_nobody_is_left_out():
    said = left_out(effects_of({1: ABLE, 2: ABLE}))
    assert said == "2 of 2 agents pass the gate; nobody is left out."


def test_a_world_that_requires_nothing_has_no_gate():
    metrics = returns_and_events(Keys(), "blue", "purple")
    bare = dataclasses.replace(metrics, required={})
    assert left_out(effects_of({1: {}}, bare)) == ""
