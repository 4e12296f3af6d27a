"""A recipe gives every edit back."""

import jax
import jax.numpy as jnp
import pytest

from telic.core import trees
from telic.core.errors import DamagedError, InputError
from telic.edits import Add, Chain, Noise, Steer
from telic.edits.recipe import from_recipe, to_recipe
from tests.small import AGENT


def test_a_chain_of_edits_comes_back_as_it_was():
    chain = Chain(
        (
            Add({"actor/0/bias": jnp.full(8, 0.5)}, strength=-2.0),
            Noise(1.5, seed=3),
            Steer("actor/logits", jnp.ones(7), strength=0.5),
        )
    )
    again = from_recipe(*to_recipe(chain))
    assert trees.digest(again(AGENT)) == trees.digest(chain(AGENT))
    assert trees.digest(again(AGENT)) != trees.digest(chain.scaled(0.5)(AGENT))


def test_a_recipe_is_plain_json_data():
    recipe, arrays = to_recipe(Add({"actor/0/bias": jnp.ones(2)}))
    assert recipe == {
        "kind": "add",
        "fields": {
            "strength": 1.0,
            "vector": {"tree": {"actor/0/bias": "vector/actor/0/bias"}},
        },
    }
    assert list(arrays) == ["vector/actor/0/bias"]


@pytest.mark.parametrize(
    "recipe",
    [{}, {"kind": "add"}, {"kind": "add", "fields": {"vector": {"tree": {"a": "b"}}}}],
)
def test_a_recipe_that_lacks_something_is_damaged(recipe):
    with pytest.raises(DamagedError, match="right form"):
        from_recipe(recipe, {})


def test_an_unknown_kind_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="splise") as caught:
        from_recipe({"kind": "splise", "fields": {}}, {})
    assert "splice" in str(caught.value.fix)


def test_an_array_that_is_missing_is_damage():
    recipe, _ = to_recipe(Steer("actor/logits", jax.numpy.ones(2)))
    with pytest.raises(DamagedError):
        from_recipe(recipe, {})
