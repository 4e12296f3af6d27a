"""The rules: when a claim holds, does not, depends on something, or is not answered."""

import numpy as np
import pytest

from telic.stats import Interval, bootstrap, paired_difference
from telic.studies.contested.damage import Predicted
from telic.studies.contested.verdicts import Mark, as_trained, beaten, better, claim
from telic.trials import Table, effects, verdict
from telic.trials.trial import DONOR, UNEDITED

TEN = tuple(range(10))
SPREAD = np.linspace(-0.02, 0.02, 10)


def mark(there, n=10):
    """A mark at some place."""
    value = Interval(0.5, 0.4, 0.6, n=n, method="bootstrap", level=0.95)
    return Mark(there, value, "noise", value)


@pytest.mark.parametrize(
    ("marks", "answer"),
    [
        ((True, True), "holds"),
        ((False, False), "does not hold"),
        ((False, True), "depends on the site: at b, not at a"),
    ],
)
def test_a_claim_is_answered_from_all_of_its_places(marks, answer):
    places = dict(zip("ab", map(mark, marks), strict=True))
    assert claim("X", places, place="site").answer == answer


def test_nothing_is_said_from_nine_seeds():
    answer = claim("X", {"a": mark(True, n=9)}, place="site").answer
    assert answer == "nothing is said from fewer than 10 seeds"


def table(edits, measure="aim"):
    """A trial over ten seeds: for each edit, its mean and that of its one null."""
    rows = [(UNEDITED, ""), (DONOR, "")]
    values = [0 * SPREAD, 0.9 + SPREAD]
    for edit, (mine, null) in edits.items():
        rows += [(edit, ""), (edit, "noise")]
        values += [mine + SPREAD, null + 0 * SPREAD]
    return Table(TEN, tuple(rows), (measure,), np.array(values)[:, :, None])


def test_an_edit_is_marked_where_it_beats_its_null():
    made = table({"pre": (0.3, 0.1), "post": (0.1, 0.1)})
    found = beaten({edit: verdict(made, edit, "aim") for edit in ("pre", "post")})
    assert [each.there for each in found.values()] == [True, False]
    assert found["pre"].beside == "noise" and found["pre"].other.estimate == 0.1
    below = beaten({"pre": verdict(made, "pre", "aim", more=False)})
    assert not below["pre"].there


def test_more_places_need_a_smaller_p():
    # 9 of 10 seeds on the right side: p alone passes, among twenty it does not.
    uneven = np.array([0.4] * 9 + [-0.3])
    values = np.array([uneven + 0.3, 0.3 + 0 * uneven])[:, :, None]
    made = Table(TEN, (("a", ""), ("a", "noise")), ("aim",), values)
    one = verdict(made, "a", "aim")
    assert one.beats_all and 0.05 / 20 < one.against[0].p < 0.05
    assert beaten({"a": one})["a"].there
    many = beaten({str(i): one for i in range(20)})
    assert not any(each.there for each in many.values())


def test_a_shift_does_what_training_does_only_near_the_donors_share():
    found = effects(table({"a": (0.88, 0.0), "b": (0.6, 0.0)}), measure="aim")
    shifts = {str(each.condition): each for each in found.edits}
    marks = as_trained(found, shifts)
    assert {site: each.there for site, each in marks.items()} == {"a": True, "b": False}
    assert marks["a"].other.estimate == pytest.approx(0.9)


def test_kl_is_marked_where_it_explains_more_than_the_norm():
    def compared(kl, norm):
        a, b = kl + SPREAD, norm - SPREAD
        p = 0.001 if kl > norm else 0.5
        first, second = (bootstrap(each, np.mean) for each in (a, b))
        return Predicted(20.0, first, second, paired_difference(a, b), p)

    assert better(compared(0.8, 0.4)).there
    assert not better(compared(0.4, 0.4)).there
    assert not better(compared(0.3, 0.6)).there
