"""A locus: its ranks, its readings as weights and as units, and what is none."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.locators import Locus, check_locus
from telic.locators.locus import KINDS
from telic.locators.sites import scores_of
from telic.policies import MLP, Agent, Spec, create
from tests.locators.examples import EVIDENCE
from tests.small import KEYS

LIKE = Agent(
    {
        "actor/0/kernel": jnp.ones((3, 2)),
        "actor/0/bias": jnp.ones(2),
        "actor/1/kernel": jnp.ones((2, 4)),
        "actor/1/bias": jnp.ones(4),
    },
    MLP(width=2, actor_layers=2),
    Spec((3,), ("north", "east", "south", "west")),
)
"""An actor of three inputs, two hidden units and four actions."""

UNITS = Locus(
    "units",
    {"actor/0/post": np.array([1.0, 2.0]), "actor/logits": np.array([3.0, 4, 5, 6])},
)


def whole(**changed):
    """A locus over the weights of `LIKE`, with some leaves changed."""
    scores = {
        p: np.arange(x.size, dtype=float).reshape(x.shape) for p, x in LIKE.items()
    }
    return Locus(
        "weights", scores | {p.replace("_", "/"): x for p, x in changed.items()}
    )


def test_a_row_is_in_the_order_of_paths_whatever_the_order_of_the_scores():
    locus = Locus("weights", {"b": np.array([[1.0, 2.0]]), "a": np.array([3.0])})
    assert locus.flat.tolist() == [3, 1, 2]
    assert locus.ranks().tolist() == [0, 2, 1]


def test_the_top_has_its_flags_under_the_paths_of_the_scores():
    locus = Locus("weights", {"b": np.array([[1.0, 2.0]]), "a": np.array([3.0])})
    assert {p: x.tolist() for p, x in locus.highest(2).items()} == {
        "b": [[False, True]],
        "a": [True],
    }
    assert list(locus.highest(1)) == list(locus.scores)
    assert not any(x.any() for x in locus.highest(0).values())
    assert all(x.all() for x in locus.highest(3).values())


def test_ties_are_broken_by_a_chance_that_is_always_the_same():
    scores = np.zeros(200)
    scores[[7, 150]] = 1
    ranks = Locus("weights", {"a": scores}).ranks()
    assert sorted(ranks.tolist()) == list(range(200))
    assert {ranks[7], ranks[150]} == {0, 1}
    assert ranks.tolist() == Locus("weights", {"a": 2 * scores}).ranks().tolist()
    # The first places in a row of ties are not those of the first sites.
    tied = np.delete(ranks, [7, 150])
    assert abs(np.corrcoef(tied, np.arange(198))[0, 1]) < 0.3


def test_a_unit_gives_its_score_to_all_that_flows_into_it():
    found = UNITS.weights(LIKE).scores
    assert found["actor/0/kernel"].tolist() == [[1, 2]] * 3
    assert found["actor/0/bias"].tolist() == [1, 2]
    assert found["actor/1/kernel"].tolist() == [[3, 4, 5, 6]] * 2
    assert check_locus(UNITS.weights(LIKE), LIKE).kind == "weights"


def test_units_of_weights_of_units_are_the_units():
    again = UNITS.weights(LIKE).units(LIKE)
    for site, scores in UNITS.scores.items():
        np.testing.assert_allclose(again.scores[site], scores)
    assert UNITS.units(LIKE) is UNITS


def test_a_unit_is_worth_the_mean_of_its_weights():
    found = whole(actor_0_bias=np.array([8.0, -1.0])).units(LIKE).scores
    # Kernel [[0, 1], [2, 3], [4, 5]] and bias [8, -1], over four.
    assert found["actor/0/post"].tolist() == [3.5, 2.0]


def test_a_weight_has_the_scores_of_all_prefixes_above_it():
    locus = Locus(
        "layers",
        {
            "actor/0": np.array(1.0),
            "actor/0/bias": np.array(5.0),
            "actor/1": np.array(2.0),
        },
    )
    found = locus.weights(LIKE).scores
    assert [float(found[p].max()) for p in sorted(LIKE)] == [6, 1, 2, 2]
    assert all(np.ptp(x) == 0 for x in found.values())
    assert locus.units(LIKE).scores["actor/0/post"].tolist() == [9 / 4] * 2


def test_weights_under_no_prefix_of_a_locus_of_layers_score_nothing():
    found = Locus("layers", {"actor/0": np.array(1.0)}).weights(LIKE).scores
    assert all(x.dtype == np.float64 for x in found.values())
    assert {p for p, x in found.items() if x.any()} == {
        "actor/0/kernel",
        "actor/0/bias",
    }


def test_directions_are_worth_the_size_of_what_they_add_up_to():
    left, right = np.array([[1.0], [0], [-2], [3]]), np.array([[1.0, -1.0]])
    none = (np.zeros((3, 1)), np.ones((1, 4)))
    locus = Locus(
        "directions",
        {"actor/0": np.array([2.0]), "actor/1": np.array([0.0])},
        {"actor/0": (left, right), "actor/1": none},
    )
    found = check_locus(locus, LIKE).weights(LIKE).scores
    assert found["actor/0/kernel"].tolist() == [[1, 1], [0, 0], [2, 2]]
    assert found["actor/0/bias"].tolist() == [3, 3]
    assert not found["actor/1/kernel"].any()


def test_a_locus_of_weights_is_its_own_reading():
    locus = whole()
    assert locus.weights(LIKE) is locus


def test_a_layer_is_named_by_the_site_of_its_units_in_the_order_of_their_numbers():
    deep = create(jax.random.key(0), MLP(width=1, actor_layers=11), KEYS)
    assert [(layer.name, layer.site) for layer in deep.layers] == [
        *((f"actor/{i}", f"actor/{i}/post") for i in range(10)),
        ("actor/10", "actor/logits"),
    ]


def test_scores_are_in_double_precision():
    found = scores_of(EVIDENCE.recipient)
    assert all(x.dtype == np.float64 for x in found.values())


def test_there_are_four_kinds_and_others_are_refused():
    assert len(KINDS) == 4
    with pytest.raises(InputError, match="kind of site"):
        Locus("unit", {"a": np.ones(1)})


SHORT = {p: x for p, x in whole().scores.items() if p != "actor/1/bias"}
DIRECTION = {"actor/0": (np.ones((4, 1)), np.ones((1, 2)))}


@pytest.mark.parametrize(
    ("locus", "named"),
    [
        (whole(actor_0_bias=np.ones(3)), r"scores of shape \(3,\) at 'actor/0/bias'"),
        (whole(actor_9_bias=np.ones(3)), "differs from the agent in 'actor/9/bias'"),
        (Locus("weights", SHORT), "differs from the agent in 'actor/1/bias'"),
        (whole(actor_0_bias=np.array([1.0, np.nan])), "'actor/0/bias' are not finite"),
        (whole(actor_1_bias=np.full(4, np.inf)), "'actor/1/bias' are not finite"),
        (Locus("weights", {p: np.ones_like(x) for p, x in LIKE.items()}), "the same"),
        (Locus("units", {"actor/0/post": np.arange(2.0)}), "in 'actor/logits'"),
        (Locus("units", {"actor/0/pre": np.arange(2.0)}), "locus of units differs"),
        (Locus("layers", {"actor/7": np.array(1.0)}), r"\(\) at 'actor/7'"),
        (Locus("layers", {"actor/0": np.arange(2.0)}), r"\(2,\) at 'actor/0'"),
        (Locus("layers", {"actor/0": np.array(1.0)}), "all scores are the same"),
        (Locus("directions", {"actor/0": np.arange(2.0)}, DIRECTION), "of 'actor/1'"),
        (Locus("directions", {"actor/0": np.ones(1)}), r"shapes \(\) and \(\)"),
    ],
)
def test_what_is_no_locus_of_the_agent_is_refused_by_its_name(locus, named):
    with pytest.raises(InputError, match=named):
        check_locus(locus, LIKE)


def test_what_is_no_locus_at_all_is_refused():
    unchecked = check_locus.__wrapped__  # the tests' type checker would be first
    with pytest.raises(InputError, match="a locator gave a dict"):
        unchecked({"a": np.ones(1)}, LIKE)
