"""What `import telic` offers: names that complete, registries, reprs one can read."""

import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

import telic
from telic.core.errors import InputError
from telic.edits.expression.evaluate import Value
from telic.locators.toys import toy
from telic.training import init_state
from telic.worlds import Keys

REGISTRIES = {"EDITS": "graft", "LOCATORS": "magnitude", "WORLDS": "keys"}


def test_every_public_name_completes_and_can_be_loaded():
    assert {"play", "capture", "EDITS", "WORLDS", "difference_of_means"} <= set(
        telic.__all__
    )
    assert set(telic.__all__) <= set(dir(telic))
    assert len(set(telic.__all__)) == len(telic.__all__)
    for name in telic.__all__:
        assert getattr(telic, name) is not None


def test_to_list_the_public_names_loads_no_jax():
    code = (
        "import sys, telic; dir(telic), telic.__all__; assert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_type_checkers_are_told_that_the_package_is_typed():
    assert (Path(telic.__file__).parent / "py.typed").exists()


@pytest.mark.parametrize(("name", "known"), REGISTRIES.items())
def test_a_registry_names_the_nearest_name_and_is_a_dict_like_any_other(name, known):
    registry = getattr(telic, name)
    with pytest.raises(InputError, match=f"did you mean '{known}'") as caught:
        registry[known.title()]
    assert isinstance(caught.value, KeyError)  # for code that knows dicts alone
    assert isinstance(registry, dict) and registry.get("nothing") is None
    registry["mine"] = registry[known]  # a line that a user adds
    try:
        assert registry["mine"] is registry[known]
    finally:
        del registry["mine"]
    assert "mine" not in registry


def test_nothing_that_holds_an_agent_prints_its_numbers():
    found = toy()
    state = init_state(
        0, policy=telic.MLP(), world=Keys(), rollout=telic.RolloutConfig()
    )
    agent = state.agent
    locus = telic.LOCATORS["magnitude"](found, jax.random.key(0))
    edits = [
        telic.Add(agent),
        telic.Graft(agent, agent),
        telic.Steer("actor/0/post", jnp.ones(128)),
    ]
    values = [found, found.behaviour, locus, Value("agent", agent), state, agent]
    for value in (*values, *edits):
        text = repr(value)
        assert len(text) < 1200 and "Array(" not in text
        assert text.startswith(f"{type(value).__name__}(")
    assert "vector={14 arrays, 178,824 numbers}" in repr(edits[0])
    assert "strength=1.0" in repr(edits[0])
