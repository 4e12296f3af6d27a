"""Shifts: every agent of a world can play on all of its boards, and they differ."""

import dataclasses

import pytest

from telic.core.errors import InputError, WorldError
from telic.worlds import GoalKeys, Keys, ShiftedKeys
from telic.worlds.shifts import shifts_of
from tests import small
from tests.worlds.test_gymnax import Line

WORLD = Keys(limit=20, others=("red",))


@pytest.mark.parametrize("aim", WORLD.colours)
def test_an_agent_of_keys_fits_all_of_its_shifts(aim):
    for name, shifted in shifts_of(WORLD, aim).items():
        assert isinstance(shifted, ShiftedKeys), name
        small.agent(world=WORLD).check_world(shifted)
        assert (shifted.limit, shifted.third) == (20, ("red",))
        assert shifted.goals == WORLD.goals


def test_every_shift_changes_one_thing():
    plain = dataclasses.asdict(ShiftedKeys(**dataclasses.asdict(WORLD)))
    changed = {
        name: {k for k, v in dataclasses.asdict(each).items() if v != plain[k]}
        for name, each in shifts_of(WORLD, "blue").items()
    }
    assert changed == {
        "size 7": {"size"},
        "size 8": {"size"},
        "size 10": {"size"},
        "doorway": {"size", "layout"},
        "behind the ball": {"behind"},
        "keys that move": {"moved"},
        "two keys": {"doubled"},
        "misread cells": {"blurred"},
    }


def test_what_is_wanted_is_what_is_guarded_and_doubled():
    for aim in WORLD.colours:
        found = shifts_of(WORLD, aim)
        assert found["behind the ball"].behind == found["two keys"].doubled == aim


def test_a_room_that_is_as_large_as_a_shift_is_not_shifted_to_it():
    found = shifts_of(dataclasses.replace(WORLD, size=8), "blue")
    assert "size 10" in found and not {"size 7", "size 8"} & set(found)


def test_a_world_says_its_own_shifts_and_one_without_is_refused():
    class Long(Line):
        """A corridor that can be longer."""

        def shifts(self, aim):
            return {f"longer, for {aim}": Line()}

    assert list(shifts_of(Long(), "left")) == ["longer, for left"]
    for world in (Line(), GoalKeys()):
        with pytest.raises(InputError, match="no boards but its own"):
            shifts_of(world, "left")


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        ({"far": 3}, InputError, "int"),
        ({3: Line()}, InputError, "worlds by name"),
        (7, WorldError, "failed in shifts"),
        (None, WorldError, "failed in shifts"),
    ],
    ids=["no world", "no name", "a number", "nothing"],
)
def test_what_a_worlds_own_shifts_are_not_is_one_error_that_names_it(
    answer, kind, says
):
    class Odd(Line):
        """A corridor whose other boards are none."""

        def shifts(self, aim):
            return answer

    with pytest.raises(kind, match=says):
        shifts_of(Odd(), "left")


def test_a_world_whose_shifts_raise_is_named_with_what_it_said():
    class Broken(Line):
        """A corridor that does not know its other boards."""

        def shifts(self, aim):
            raise KeyError(aim)

    with pytest.raises(WorldError, match="Broken failed in shifts") as told:
        shifts_of(Broken(), "left")
    assert "left" in told.value.why
