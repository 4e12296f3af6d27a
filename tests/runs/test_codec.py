"""One codec for all that is kept: it gives back what it was given, trusting nothing."""

import dataclasses
import json
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core import trees
from telic.core.errors import DamagedError, InputError
from telic.edits import Add, Chain, Edit, Noise, Steer
from telic.locators import Locus
from telic.policies import MLP, POLICIES, Agent, Policy
from telic.runs import codec
from telic.studies import STUDIES, VARIANTS
from telic.studies.base import preset, restored, settings_of
from telic.training import PPOConfig, RolloutConfig
from telic.worlds import WORLDS, GoalKeys, Keys, Lander, Objective, Phase, World
from tests.edits import examples
from tests.edits.examples import AGENT


def again(value: Any, kind: Any) -> Any:
    """A value after a way through JSON."""
    arrays: dict[str, np.ndarray] = {}
    data = json.loads(json.dumps(codec.encode(value, arrays)))
    return codec.decode(data, kind, arrays)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Keys(size=5, view=3), World),
        (GoalKeys(("purple", "blue")), World),
        (Lander(wind=True), World),
        (MLP(width=8, goal_units=2), Policy),
        *((policy(), Policy) for policy in POLICIES.values()),
        (Objective("fly", {"height": 1.0, "fuel": -0.5}), Objective),
        (Phase("blue", 3), Phase),
        (PPOConfig(reward_scale=0.5), PPOConfig),
        (RolloutConfig(num_envs=3), RolloutConfig),
        ((Keys(), Lander()), tuple[World, ...]),
    ],
    ids=repr,
)
def test_a_value_comes_back_equal(value, kind):
    assert again(value, kind) == value


SETTINGS = [
    preset(kind, name)
    for kind in {**STUDIES, **VARIANTS}.values()
    for name in kind.presets
    if "world" not in {field.name for field in dataclasses.fields(kind)}
]


@pytest.mark.contract
@pytest.mark.parametrize("settings", SETTINGS, ids=repr)
def test_the_settings_of_every_study_come_back_from_their_plain_form(settings):
    assert restored(type(settings), settings_of(settings)) == settings
    assert again(settings, type(settings)) == settings


@pytest.mark.contract
@pytest.mark.parametrize(("name", "kind"), examples.ALL)
def test_every_edit_comes_back_and_does_the_same(name, kind):
    edit = examples.example(name, kind)
    found = again(edit, Edit)
    assert type(found) is type(edit)
    assert trees.digest(found(AGENT)) == trees.digest(edit(AGENT))


def test_an_edit_is_plain_json_data_and_its_arrays_have_readable_names():
    arrays: dict[str, np.ndarray] = {}
    chain = Chain(
        (Add({"actor/0/bias": jnp.ones(2)}), Steer("actor/0/post", jnp.ones(3)))
    )
    assert codec.encode(chain, arrays) == {
        "name": "chain",
        "edits": [
            {"name": "add", "strength": 1.0, "vector": {"tree": "edits/0/vector"}},
            {
                "name": "steer",
                "strength": 1.0,
                "site": "actor/0/post",
                "direction": {"array": "edits/1/direction"},
            },
        ],
    }
    assert list(arrays) == ["edits/0/vector/actor/0/bias", "edits/1/direction"]


def test_an_agent_a_key_and_scores_of_64_bits_come_back_bit_for_bit():
    class Case(NamedTuple):
        agents: tuple[Agent, ...]
        key: jax.Array
        locus: Locus
        none: dict[str, jax.Array] | None = None

    globals()["Case"] = Case
    locus = Locus("weights", {"actor/0/bias": np.array([0.1, 1e-300])})
    found = again(Case((AGENT, AGENT), jax.random.key(3), locus), Case)
    assert trees.digest(found.agents[1]) == trees.digest(AGENT)
    assert (found.agents[0].policy, found.agents[0].world) == (
        AGENT.policy,
        AGENT.world,
    )
    assert jnp.array_equal(
        jax.random.key_data(found.key), jax.random.key_data(jax.random.key(3))
    )
    assert found.locus.scores["actor/0/bias"].tolist() == [0.1, 1e-300]
    assert found.none is None


@pytest.mark.parametrize(
    ("data", "kind", "word"),
    [
        ({"name": "splise", "donor": {}, "layers": []}, Edit, "splice"),
        ({"name": "add", "vektor": {}}, Edit, "vector"),
        ({"name": "keys", "viewe": 3}, World, "view"),
        ({"name": "mpl"}, Policy, "mlp"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(data, kind, word):
    with pytest.raises(InputError) as caught:
        codec.decode(data, kind)
    assert f"did you mean {word!r}" in caught.value.fix


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "add"},
        {"name": "add", "vector": {"tree": "b"}},
        {"name": "add", "vector": {"a": 1}},
        {"name": "add", "vector": [1]},
        {"name": "steer", "site": "a", "direction": {"array": "b"}},
        {"name": "steer", "site": "a", "direction": {"array": "odd"}},
        {"name": "steer", "site": "a", "direction": {"key": "odd"}},
        {"name": "steer", "site": "a", "direction": {"array": "nan"}},
        {"name": "steer", "site": 3, "direction": {"array": "one"}},
        {"name": "chain", "edits": {"name": "add"}},
        {"name": "chain", "edits": [3]},
        {"name": "noise", "norm": 1e9},
        {"name": "relabel", "first": [0.5], "second": [1]},
        "add",
        None,
    ],
    ids=repr,
)
def test_what_is_no_edit_is_refused(data):
    arrays = {"odd": np.ones((2, 2)), "nan": np.array([np.nan]), "one": np.ones(1)}
    with pytest.raises((DamagedError, InputError)):
        codec.decode(data, Edit, arrays, largest=1e6)


def test_a_number_may_be_as_large_as_its_reader_allows():
    data = {"name": "noise", "norm": 1e9}
    assert codec.decode(data, Edit) == Noise(1e9)
    with pytest.raises(DamagedError, match=r"norm = 1000000000\.0"):
        codec.decode(data, Edit, largest=1e6)


def test_a_class_that_is_not_registered_is_not_written():
    @dataclasses.dataclass(frozen=True)
    class Mine(Noise):
        pass

    @dataclasses.dataclass(frozen=True)
    class Maze(Keys):
        pass

    for value, word in ((Mine(1.0), "edit Mine"), (Maze(), "world Maze")):
        with pytest.raises(InputError, match=word):
            codec.encode(value)


def test_a_world_of_somebodys_own_is_found_by_the_name_it_has_in_plans(monkeypatch):
    monkeypatch.setitem(WORLDS, "maze.py:Maze", Keys)
    monkeypatch.delitem(WORLDS, "keys")
    assert codec.encode(Keys())["name"] == "maze.py:Maze"
    with pytest.raises(InputError, match="not telic's"):
        codec.decode({"name": "other.py:Maze"}, World)
