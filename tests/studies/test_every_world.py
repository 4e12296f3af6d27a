"""Every study on every kind of world whose needs it meets, small, from run to page.

Keys and an orchard can exchange their goals, a corridor has gymnax's functions, and a
pole is a Gymnasium environment; telic ships the first alone. `-m "slow or not slow"`
tries all of them.
"""

import dataclasses
from typing import ClassVar, NamedTuple

import pytest

from telic.core.errors import InputError
from telic.policies import Policy
from telic.render.files import files
from telic.runs import folder
from telic.runs.carry import carry_run
from telic.studies import STUDIES, Alternation, results
from telic.studies.alternation.report import report_files
from telic.studies.base import preset, settings_of
from telic.studies.splice.edits import MEAN
from telic.training import PPOConfig
from telic.worlds import WORLDS, Goal, GymWorld, Objective, World
from tests import small
from tests.studies.landed import few_parts
from tests.studies.trained import done
from tests.worlds.orchard import Orchard
from tests.worlds.test_gymnax import Line

pytestmark = [pytest.mark.contract, pytest.mark.e2e]


@dataclasses.dataclass(frozen=True)
class Pole(GymWorld):
    """A pole that is wanted on the left, or on the right."""

    id: str = "CartPole-v1"
    max_steps: int = 6
    events = ("left", "right", "fell")
    goals: ClassVar = {n: Goal(Objective(n, {n: 1.0}), n) for n in ("left", "right")}
    failures = ("fell",)

    def compute_events(self, block):
        left, fell = block.after[..., 0] < 0, block.terminated
        ends = fell | block.truncated
        return {"left": left & ends, "right": ~left & ends, "fell": fell}


class Case(NamedTuple):
    """A world, two goals of it, and a network."""

    world: World
    goals: tuple[str, str]
    policy: Policy


CASES = {
    "keys": Case(small.KEYS, ("blue", "purple"), small.POLICY),
    "orchard": Case(Orchard(), ("apple", "pear"), small.POLICY),
    "gymnax-style": Case(Line(), ("left", "right"), small.POLICY),
    "gymnasium": Case(Pole(), ("left", "right"), small.POLICY),
}
STEPS = small.SIZES.batch
CHANGES = {
    "locate": {"episodes": 64, "locators": ("magnitude", "random"), "least": -1.0},
    "splice": {"switches": 1, "episodes": 8, "groups": (MEAN,)},
    "donors": {"episodes": 8},
    "shifts": {"episodes": 8},
    "contested": {"episodes": 8},
    "retarget": {"episodes": 8, "steps": 2},
    "isolation": {"lengths": (STEPS,), "main": STEPS, "recovery": 2 * STEPS},
    "snr": {"rollout": STEPS, "lengths": (STEPS,)},
}
"""By study: what makes its small preset smaller. Planting and probes are
about agents that are told their goals."""

EXCHANGED = ("keys", "orchard")
"""The worlds whose goals can be exchanged."""

NEEDS = {"retarget": (EXCHANGED, "exchange"), "shifts": (("keys",), "boards but its")}
"""The worlds that have what a study needs, and the words of the others' error."""


def test_every_study_of_trained_agents_is_tried():
    assert {*CHANGES, "planting", "probes"} == set(STUDIES)


AGAIN = {
    ("gymnax-style", "locate"),
    ("gymnax-style", "isolation"),
    ("gymnax-style", "snr"),
    ("gymnax-style", "contested"),
    ("gymnasium", "contested"),
    ("gymnasium", "donors"),
    ("gymnasium", "splice"),
}
"""Studies that the other of the two worlds tries as well. Keys, a JAX world too, and
landers, of Gymnasium too, have tests of their own with them. The contested study, which
compiles a program for every site, is tried in none of them by default."""

EVERY = [
    # What telic ships, and an orchard, have tests of their own with each study.
    pytest.param(
        world,
        study,
        marks=pytest.mark.slow if world in EXCHANGED or (world, study) in AGAIN else (),
    )
    for world in CASES
    for study in CHANGES
]


@pytest.fixture(scope="module")
def trained(request, tmp_path_factory):
    """A run of five phases in a world."""
    case = CASES[request.param]
    plan = Alternation(
        objectives=case.goals,
        period=1,
        phases=5,
        world=case.world,
        policy=case.policy,
        ppo=PPOConfig(learning_rate=0.03),  # few rollouts, and agents that differ
        rollout=small.SIZES,
    ).plan()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(WORLDS, request.param, type(case.world))
        run = folder.create_run(tmp_path_factory.mktemp("worlds"), "one", 0, plan)
        carry_run(run)
        yield request.param, run


@pytest.mark.parametrize(("trained", "name"), EVERY, indirect=["trained"])
def test_a_study_ends_in_its_page_or_says_what_the_world_lacks(trained, name):
    world, run = trained
    study = dataclasses.replace(preset(STUDIES[name], "small"), **CHANGES[name])
    fit, lacks = NEEDS.get(name, (CASES, ""))
    if world not in fit:
        with pytest.raises(InputError, match=lacks):
            study.check(run)
        return
    study.check(run)
    with few_parts():
        done(run, name, study)
    rows = results.together([run], name, settings_of(study))
    made = files(study.page(study.summarise(rows, run.plan()), command="telic x"))
    assert list(made)[:2] == ["report.html", "report.md"] and len(made) > 2
    assert "telic x" in made["report.md"]


@pytest.mark.parametrize(
    "trained",
    [
        pytest.param(world, marks=pytest.mark.slow if world in EXCHANGED else ())
        for world in CASES
    ],
    indirect=True,
)
def test_the_page_of_its_runs_says_whether_each_switch_was_made_good(trained):
    world, run = trained
    made = report_files([run], command="telic x")
    text = made["report.md"]
    assert {"returns.svg", "switches.svg", "outcomes.svg", "phases.csv"} <= set(made)
    goals = " and ".join(CASES[world].goals)
    assert f"Alternating objectives: {goals}" in text and "telic x" in text
    assert "share of episodes that reach the wanted goal is" in text
    assert ("## Watch it" in text) == (world in ("keys", "gymnasium"))
    assert ("## Move its goal" in text) == (world in EXCHANGED)
    if world == "orchard":
        assert (
            "carried to fig" in text and "Boards with the goals apple and fig" in text
        )
