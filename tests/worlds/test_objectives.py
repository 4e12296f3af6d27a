"""Objectives as vectors: what fetching pays, and that wants add and scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.core.errors import InputError
from telic.worlds import OBJECTIVES, WORLDS, Objective, fetch, matrix
from telic.worlds.grid import COLOURS
from telic.worlds.keys import EVENTS
from tests.worlds.needs import HERE

NAMES = ("a", "b", "c", "d")
NUMBERS = st.floats(-100, 100, width=32)
WEIGHTS = st.dictionaries(st.sampled_from(NAMES), NUMBERS)


def phi(**happened: float) -> np.ndarray:
    """An event vector of Keys in which only these things happened."""
    return np.array([happened.get(event, 0.0) for event in EVENTS], np.float32)


def reward(objective: Objective, **happened: float) -> float:
    """w·φ in Keys."""
    return float(objective.vector(EVENTS) @ phi(**happened))


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("t", [1, 60, 180])
def test_fetching_the_wanted_key_pays_less_the_later_it_comes(colour, t):
    happened = {f"pick_{colour}": 1.0, f"late_{colour}": t / 180}
    assert reward(fetch(colour), **happened) == pytest.approx(1 - 0.9 * t / 180)


def test_fetching_another_key_pays_a_tenth_at_any_time():
    for late in (0.01, 1.0):
        assert reward(fetch("blue"), pick_red=1, late_red=late) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("event", "paid"), [("wall", -1), ("bump", -1), ("ball", -1), ("timeout", 0)]
)
def test_what_ends_an_episode_without_a_key_pays(event, paid):
    assert reward(fetch("purple"), **{event: 1}) == paid


def test_haste_and_other_are_arguments_of_fetch():
    want = fetch("blue", haste=0.5, other=-0.2)
    assert reward(want, pick_blue=1, late_blue=1) == pytest.approx(0.5)
    assert reward(want, pick_grey=1, late_grey=1) == pytest.approx(-0.2)


def test_fetch_names_the_nearest_colour():
    with pytest.raises(InputError, match="did you mean 'purple'"):
        fetch("purpel")


@given(WEIGHTS, WEIGHTS)
def test_the_vector_of_a_sum_is_the_sum_of_the_vectors(one, two):
    one, two = Objective("one", one), Objective("two", two)
    total = one.vector(NAMES) + two.vector(NAMES)
    np.testing.assert_allclose((one + two).vector(NAMES), total, rtol=1e-5, atol=1e-5)


@given(WEIGHTS, NUMBERS)
def test_the_vector_of_a_multiple_is_the_multiple_of_the_vector(weights, factor):
    want = Objective("want", weights)
    scaled = np.float32(factor) * want.vector(NAMES)
    for product in (factor * want, want * factor):
        np.testing.assert_allclose(product.vector(NAMES), scaled, rtol=1e-5)


@given(WEIGHTS)
def test_a_want_less_itself_wants_nothing(weights):
    want = Objective("want", weights)
    assert not (want + -1 * want).vector(NAMES).any()


def test_sums_and_multiples_have_speaking_names():
    one, two = Objective("one", {"a": 1}), Objective("two", {"b": 1})
    assert (one + 0.5 * two).name == "one+0.5·two"


def test_the_order_and_the_form_of_the_weights_do_not_matter():
    one = Objective("one", {"b": 2, "a": 1})
    two = Objective("one", [("a", 1.0), ("b", 2.0)])
    assert one == two
    assert hash(one) == hash(two)


def test_the_vector_has_the_order_of_the_world_and_single_precision():
    vector = Objective("one", {"b": 2, "d": -1}).vector(NAMES)
    assert vector.tolist() == [0, 2, 0, -1]
    assert vector.dtype == np.float32


def test_an_unknown_event_is_an_error_with_the_nearest_name():
    with pytest.raises(InputError, match="did you mean 'pick_blue'") as caught:
        Objective("typo", {"pick_bleu": 1.0}).vector(EVENTS)
    assert caught.value.what == "there is no event 'pick_bleu'"


def test_the_matrix_has_one_row_for_each_objective():
    wants = [fetch(colour) for colour in ("blue", "red")]
    rows = matrix(wants, EVENTS)
    assert rows.shape == (2, len(EVENTS))
    for row, want in zip(rows, wants, strict=True):
        assert row.tolist() == want.vector(EVENTS).tolist()


def offered(family: str) -> list[str]:
    """The names that a family offers in its error to someone who knows none."""
    with pytest.raises(InputError) as caught:
        OBJECTIVES[family]("no such thing")
    return caught.value.why.removeprefix("known: ").split(", ")


@pytest.mark.contract
@pytest.mark.parametrize("family", OBJECTIVES)
def test_every_family_makes_the_objectives_that_its_error_offers(family):
    vocabularies = [set(WORLDS[name]().events) for name in HERE]
    for name in offered(family):
        want = OBJECTIVES[family](name)
        assert isinstance(want, Objective)
        assert want.name
        assert want == OBJECTIVES[family](name)
        events = {event for event, _ in want.weights}
        assert any(events <= known for known in vocabularies)
        assert np.isfinite([weight for _, weight in want.weights]).all()
        assert any(weight for _, weight in want.weights)


@pytest.mark.contract
@pytest.mark.parametrize("family", OBJECTIVES)
def test_no_two_objectives_of_a_family_are_the_same(family):
    wants = [OBJECTIVES[family](name) for name in offered(family)]
    assert len({want.name for want in wants}) == len(wants)
    assert len({want.weights for want in wants}) == len(wants)
