"""Worlds of other people's are checked before anybody acts in them."""

import types

import gymnasium
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError, WorldError
from telic.rollouts import HostCollector
from telic.worlds import Goal, GymnaxWorld, GymWorld, Lander, Objective
from telic.worlds.check import check_world
from tests.small import GOAL_KEYS, KEYS
from tests.worlds.simulators import Stairway
from tests.worlds.walk import WALK

MODULE = types.ModuleType("walk")
exec(WALK, vars(MODULE))
Walk = MODULE.Walk


def wants(**weights):
    """Goals of a world, as a broken one may declare them."""
    return {name: Goal(Objective(name, given)) for name, given in weights.items()}


def changed(**parts):
    """A walk of which some parts are others."""
    return type("Walk", (Walk,), parts)()


def stepped(**parts):
    """A walk whose step gives something else."""

    def step(self, *given):
        after = Walk.step(self, *given)
        return after._replace(**{k: f(after) for k, f in parts.items()})

    return changed(step=step)


def without(*parts):
    """A walk that lacks some parts."""
    held = {k: v for k, v in vars(Walk).items() if k not in (*parts, "__dict__")}
    return type("Walk", (), held)()


def failing(*_):
    """What raises, like code with a slip in it."""
    raise KeyError("a slip")


@pytest.mark.parametrize("world", [Walk(), KEYS, GOAL_KEYS, Lander(), Stairway()])
def test_worlds_that_keep_to_the_contract_pass(world):
    check_world(world)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("events", (), r"events = \(\)"),
        ("events", ("left", "left"), "each once"),
        ("events", ("left", 3), "a tuple of names"),
        ("events", ["left"], "a tuple of names"),
        ("events", "left", "a tuple of names"),
        ("actions", (), r"actions = \(\)"),
        ("actions", 4, "actions = 4"),
        ("observation", (), "the shape of what is seen"),
        ("observation", [2], "the shape of what is seen"),
        ("observation", (2, 0), "the shape of what is seen"),
        ("observation", property(failing), "the observation of Walk cannot be read"),
        ("encoding", [[1.0]], "encoding = "),
        ("encoding", np.full((2, 2), np.nan, np.float32), "encoding = "),
        ("goals", ["left"], "goals = "),
        ("goals", {"left": "left"}, "the goal 'left' of Walk is 'left'"),
        ("goals", {"left": Objective("left", {})}, "the goal 'left' of Walk is"),
        ("goals", {"left": Goal(Objective("lft", {}))}, "has the objective 'lft'"),
        ("goals", {"a": Goal(Objective("a", {}), "up")}, "event of success of 'a' 'up"),
        ("goals", wants(a={"up": 1.0}), "no event 'up'"),
        ("goals", wants(a={"left": float("nan")}), "finite weights"),
        ("failures", "left", "failures = 'left'"),
        ("failures", None, "failures = None"),
        ("failures", ("up",), "no event of failure 'up'"),
        ("timeout", "late", "no event of failure 'late'"),
        ("timeout", 3, "timeout = 3"),
    ],
)
def test_a_part_that_is_declared_wrongly_is_named(part, value, said):
    with pytest.raises(InputError, match=said):
        check_world(changed(**{part: value}))


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, None])
def test_a_world_without_a_limit_is_refused(limit):
    with pytest.raises(InputError, match=f"limit = {limit}"):
        check_world(Walk(limit=limit))


def test_goals_without_failures_and_timeout_would_be_overlooked():
    with pytest.raises(InputError, match="declares goals alone") as found:
        check_world(without("failures", "timeout"))
    assert "failures = (), timeout = None" in found.value.fix


def test_a_world_in_which_nobody_can_act_is_refused():
    with pytest.raises(InputError, match="nobody can act"):
        check_world(without("step", "reset"))


@pytest.mark.parametrize("part", ["sample_noise", "reset", "step", "observe"])
def test_code_that_raises_is_said_with_its_place(part):
    with pytest.raises(WorldError, match=f"failed in {part}") as found:
        check_world(changed(**{part: failing}))
    assert "KeyError: 'a slip'" in found.value.why


def test_python_that_looks_at_values_is_said_to_fail():
    world = changed(observe=lambda self, state: np.ones(2) if state.x > 0 else None)
    with pytest.raises(WorldError, match="failed in observe"):
        check_world(world)


@pytest.mark.parametrize(
    ("world", "said"),
    [
        (changed(observe=lambda *_: jnp.ones(3)), r"the shape \(3,\) after a reset"),
        (changed(observe=lambda *_: None), "no array after a reset"),
        (changed(encoding=np.eye(2, dtype=np.float32)), "shows float32 after a reset"),
        (changed(step=lambda *_: (1, 2)), "a step gives a tuple"),
        (stepped(state=lambda t: t.state.x), "its state is float32"),
        (
            stepped(state=lambda t: t.state._replace(x=jnp.ones(3))),
            r"its state.x is float32\[3\]",
        ),
        (
            stepped(state=lambda t: t.state._replace(time=t.state.x)),
            r"its state.time is float32\[\]",
        ),
        (stepped(events=lambda _: jnp.ones(5)), "tells the events"),
        (stepped(events=lambda _: None), "tells the events None"),
        (stepped(terminated=lambda t: t.terminated * 1.0), "terminated is"),
        (stepped(truncated=lambda _: jnp.ones(2, bool)), "truncated is"),
    ],
)
def test_a_step_that_gives_what_is_not_promised_is_said(world, said):
    with pytest.raises(WorldError, match=said):
        check_world(world)


def test_what_is_seen_may_not_change_its_shape_from_a_reset_to_a_step():
    def observe(self, state):
        return jnp.ones(2 if isinstance(state, tuple) and len(state) == 2 else 3)

    def step(self, state, action, noise):
        return Walk.step(self, state, action, noise)._replace(state=state.x)

    with pytest.raises(WorldError, match="after a step"):
        check_world(changed(step=step, observe=observe))


class Broken(GymWorld):
    """A simulator whose licence has run out."""

    def make(self, render_mode=None):
        raise SystemExit("no licence")


class Nothing(GymnaxWorld):
    """An environment that is none."""

    def make(self):
        return None, None


@pytest.mark.parametrize(
    ("world", "said"),
    [(Broken(), "SystemExit: no licence"), (Nothing(), "AttributeError: 'NoneType'")],
)
def test_an_environment_that_cannot_be_made_is_said(world, said):
    with pytest.raises(InputError, match="cannot be read") as found:
        check_world(world)
    assert said in found.value.why


class Quitting(gymnasium.Wrapper):
    """An environment whose step ends the program."""

    def step(self, action):
        raise SystemExit(3)


class Quits(GymWorld):
    """A pole that ends the program."""

    def make(self, render_mode=None):
        return Quitting(super().make())


def test_a_simulator_that_ends_the_program_is_said_to_fail():
    vector_env = HostCollector(Quits(), [0]).vector_env
    with pytest.raises(WorldError, match="failed in step 1"):
        vector_env.step(np.zeros(1, np.int32), np.arange(1))
