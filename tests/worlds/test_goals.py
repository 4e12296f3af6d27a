"""What a world says can be wanted in it, and which event plays which part."""

import dataclasses
from typing import ClassVar

import pytest

from telic.core.errors import InputError
from telic.worlds import (
    WORLDS,
    Goal,
    GymWorld,
    Keys,
    Lander,
    Objective,
    contrast_of,
    goals_of,
    objective_of,
    present_goals,
    roles,
    success_of,
)
from tests.worlds.needs import EVERY


@dataclasses.dataclass(frozen=True)
class Pole(GymWorld):
    id: str = "CartPole-v1"
    events = ("left", "right", "fell")
    goals: ClassVar = {
        name: Goal(Objective(name, {name: 1.0}), name) for name in ("left", "right")
    }
    failures = ("fell",)


def test_an_opposite_is_an_objective_of_another_name_over_the_worlds_events():
    @dataclasses.dataclass(frozen=True)
    class Turned(Pole):
        contrasts: ClassVar = {
            "left": Objective("not left", {"left": -1.0}),
            "right": Objective("right", {"right": -1.0}),
            "fell": "left",
        }

    assert contrast_of(Turned(), "left") == Turned.contrasts["left"]
    assert contrast_of(Turned(), "up") is None and contrast_of(Pole(), "left") is None
    for wrong in ("right", "fell"):
        with pytest.raises(InputError, match=f"the contrast of '{wrong}' in Turned"):
            contrast_of(Turned(), wrong)
    with pytest.raises(InputError, match="event 'lfet'"):
        wrong = {"left": Objective("not left", {"lfet": -1.0})}
        contrast_of(type("Typo", (Pole,), {"contrasts": wrong})(), "left")


@pytest.mark.parametrize("name", EVERY)
def test_what_a_registered_world_declares_is_of_its_own_events(name):
    world = WORLDS[name]()
    for goal, (objective, success) in goals_of(world).items():
        assert objective.name == goal and objective.vector(world.events).any()
        assert success is None or success in world.events
    some = next(iter(goals_of(world)))
    part = roles(world, aim=some, old=some)
    assert set(part.failures) <= set(world.events)


def test_the_parts_of_keys_are_those_of_its_colours():
    part = roles(Keys(), aim="blue", old="purple")
    assert (part.aim, part.old) == ("pick_blue", "pick_purple")
    assert part.other == ("pick_red", "pick_green", "pick_yellow", "pick_grey")
    assert part.failures == ("wall", "bump", "ball") and part.timeout == "timeout"


def test_goals_without_successes_of_their_own_are_told_apart_by_their_returns():
    part = roles(Lander(), aim="thrift-5", old="land")
    assert (part.aim, part.old) == ("return_thrift-5", "return_land")
    assert part.other == () and part.failures == ("crash",)


def test_a_world_of_ones_own_declares_its_goals_as_class_attributes():
    assert present_goals(Pole()) == ("left", "right")
    assert success_of(Pole(), "left") == "left"
    part = roles(Pole(), aim="left", old="right")
    assert (part.aim, part.old, part.failures) == ("left", "right", ("fell",))


def test_a_plain_environment_has_one_goal_its_reward():
    assert dict(goals_of(GymWorld())) == {
        "reward": Goal(Objective("reward", {"reward": 1.0}))
    }


def test_an_unknown_goal_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="goal of Keys 'bleu'") as found:
        objective_of(Keys(), "bleu")
    assert "blue" in found.value.fix


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (Goal(Objective("up", {"left": 1.0}), "wins"), "wins"),
        (Goal(Objective("down", {"left": 1.0}), "left"), "down"),
        (Goal(Objective("up", {"nothing": 1.0})), "nothing"),
    ],
)
def test_a_goal_that_does_not_fit_its_world_is_named(goal, said):
    class Odd(Pole):
        goals: ClassVar = {"up": goal}

    with pytest.raises(InputError, match=said):
        goals_of(Odd())


def test_a_failure_that_the_world_does_not_have_is_named():
    class Odd(Pole):
        failures = ("fel",)

    with pytest.raises(InputError, match="fel"):
        goals_of(Odd())


def test_keys_are_chosen_and_left_out_by_their_colours():
    some = Keys().with_goals(("green",), without=("red",))
    assert some.present == ("green",) and "red" not in some.others
    assert "green" not in some.others and "yellow" in some.others
