"""Labels in the margin keep their order and do not touch."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from telic.render.margin import spread_apart, wrapped

places = st.lists(st.floats(0, 1), min_size=1, max_size=7)


@given(places)
def test_labels_do_not_overlap_and_keep_their_order(wanted):
    found = spread_apart(wanted, [0.1] * len(wanted))
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    for below, above in itertools.pairwise(order):
        assert found[above] - found[below] > 0.099


@given(places)
def test_labels_with_room_stay_where_they_belong(wanted):
    assert spread_apart(wanted, [0.0] * len(wanted)) == wanted


def test_a_label_is_at_most_three_short_lines():
    lines = wrapped("many words " * 40 + "$x$").splitlines()
    assert len(lines) == 3
    assert all(len(line) <= 26 for line in lines)


def test_a_label_is_never_mathematics_or_control_characters():
    assert wrapped("a\x1b$b$ c$d$") == "a\\$b\\$ c\\$d\\$"
