"""The rules by which each contested claim holds, does not, or depends on something.

They were written before the data. A claim is marked at each of several places (sites,
agents, kernels, sets); it *holds* if it is marked at all of them, *does not hold* if at
none, and else *depends on* the place, and the places are named. With fewer than ten
seeds nothing is said. The places of a claim, and when one is marked:

- *A trained constant moves the goal*, by site: the trained shift beats the same
  training towards an agent of the same goal, and random shifts of its norm
  (`telic.trials.verdict`; p by Holm over nulls, then over sites).
- *… further than a direction that is read*, by site: it beats the read direction at the
  best of its strengths.
- *A trained constant does what training does*, by site: the interval over seeds of its
  share less .9 of the donor's lies above 0, and its sign-flip p is at most .05 (Holm
  over sites). At `logits` a constant prefers actions whatever the state.
- *Branches of one base agree*, by measure (cosine; overlap of the 2.5 % of weights that
  move most): above that of a branch with a branch of the other goal, and above chance.
- *A branch's vector moves other agents*, by agent: it beats all nulls, as above. Those
  agents are an earlier one of the run, and another seed's with its units in the order
  that fits; the same as it is, whose units have another order, is a control.
- *Switches go off the principal directions*, by kernel: the share of energy in the
  first 10 % of left and right directions at once lies below both rotations'.
- *KL predicts damage better than norm*, among edits alone, where both may rank: the
  interval of the paired difference of rank correlations lies above 0, and its sign-flip
  p is at most .05.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from telic.stats import Interval, holm, paired_difference, permutation_test
from telic.studies.contested.damage import Predicted
from telic.trials import Effect, Effects, Verdict
from telic.trials.trial import DONOR
from telic.trials.verdict import ALPHA

FEWEST = 10
"""The fewest seeds for an answer."""

AS_TRAINED = 0.9
"""The fraction of the donor's share at which a shift does what training does."""


class Mark(NamedTuple):
    """What was found at one place of a claim.

    Attributes:
        there: Whether the claim is marked at this place.
        value: The value over seeds.
        beside: The name of what it is compared with: the strongest null.
        other: The value of that over seeds.
    """

    there: bool
    value: Interval
    beside: str
    other: Interval


class Claim(NamedTuple):
    """A contested claim and its answer.

    Attributes:
        words: What others say of training, in a sentence without its full stop.
        answer: `holds`, `does not hold`, `depends on the …`, or that nothing is said.
        marks: What was found, by place.
    """

    words: str
    answer: str
    marks: dict[str, Mark]


def claim(words: str, marks: Mapping[str, Mark], *, place: str) -> Claim:
    """A claim, answered from its marks.

    Args:
        words: The claim.
        marks: What was found at each place; at least one.
        place: The name for its places: `site`.

    Example:
        >>> sure = Interval(1.0, 1.0, 1.0, n=10, method="bootstrap", level=0.95)
        >>> marks = {"a": Mark(True, sure, "", sure), "b": Mark(False, sure, "", sure)}
        >>> claim("X", marks, place="site").answer
        'depends on the site: at a, not at b'
    """
    at = [name for name, mark in marks.items() if mark.there]
    elsewhere = [name for name in marks if name not in at]
    seeds = min(mark.value.n for mark in marks.values())
    if seeds < FEWEST:
        answer = f"nothing is said from fewer than {FEWEST} seeds"
    elif not elsewhere:
        answer = "holds"
    elif not at:
        answer = "does not hold"
    else:
        answer = f"depends on the {place}: at {', '.join(at)}"
        answer += f", not at {', '.join(elsewhere)}"
    return Claim(words, answer, dict(marks))


def beaten(verdicts: Mapping[str, Verdict]) -> dict[str, Mark]:
    """By place, whether an edit beats all nulls; p by Holm over places too."""
    p = np.array([max(a.corrected for a in v.against) for v in verdicts.values()])
    return {
        place: Mark(
            each.beats_all and bool(q <= ALPHA),
            each.rate,
            each.strongest.null,
            each.strongest.rate,
        )
        for (place, each), q in zip(verdicts.items(), holm(p), strict=True)
    }


def as_trained(effects: Effects, shifts: Mapping[str, Effect]) -> dict[str, Mark]:
    """By site, whether a shift reaches `AS_TRAINED` of the donor's share."""
    (reference,) = (each for each in effects.references if each.name == DONOR)
    donor = reference.measured[effects.measure]
    assert donor.interval is not None
    due = AS_TRAINED * donor.values
    p = holm(np.array([permutation_test(s.values - due) for s in shifts.values()]))
    found = {}
    for (site, effect), q in zip(shifts.items(), p, strict=True):
        there = _above(paired_difference(effect.values, due)) and bool(q <= ALPHA)
        found[site] = Mark(there, effect.verdict.rate, "the donor", donor.interval)
    return found


def better(found: Predicted) -> Mark:
    """Whether KL predicts damage better than the norm does."""
    there = _above(found.difference) and found.p <= ALPHA
    return Mark(there, found.kl, "norm", found.norm)


def _above(interval: Interval) -> bool:
    """True if a whole interval lies above 0."""
    return interval.low is not None and interval.low > 0
