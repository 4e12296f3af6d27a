"""Names that are known, names that are nearly known, and names that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.core.errors import InputError
from telic.core.names import check_name, lookup, nearest

COLOURS = {"purple": 3, "blue": 2, "grey": 5}


@pytest.mark.parametrize("slip", ["purpel", "purp", "purple ", "urple"])
def test_the_nearest_name_is_found_behind_a_slip(slip):
    assert nearest(slip, COLOURS) == "purple"


def test_a_name_like_no_other_has_no_nearest_one():
    assert nearest("xyzzy", COLOURS) is None


def test_nothing_is_near_where_nothing_is_allowed():
    assert nearest("blue", []) is None


@given(st.sampled_from(sorted(COLOURS)))
def test_a_known_name_is_returned_and_looked_up(name):
    assert check_name(name, COLOURS, kind="colour") == name
    assert lookup(name, COLOURS, kind="colour") == COLOURS[name]


def test_names_may_come_from_a_generator():
    assert check_name("blue", (name for name in COLOURS), kind="colour") == "blue"


def test_the_error_holds_the_kind_the_names_in_order_and_the_nearest_one():
    with pytest.raises(InputError) as caught:
        lookup("bleu", COLOURS, kind="colour")
    assert caught.value.what == "there is no colour 'bleu'"
    assert caught.value.why == "known: purple, blue, grey"
    assert caught.value.fix == "did you mean 'blue'?"


def test_the_error_suggests_no_name_that_is_far_away():
    with pytest.raises(InputError) as caught:
        check_name("xyzzy", COLOURS, kind="colour")
    assert caught.value.fix == "choose one of these"


def test_the_error_says_when_no_name_is_known():
    with pytest.raises(InputError, match="known: none"):
        check_name("blue", [], kind="colour")
