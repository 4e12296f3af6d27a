"""The effects of the contested study over seeds, and the answer to every claim."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from telic.stats import Interval, bootstrap
from telic.stats.rows import Identity, Rows
from telic.studies.contested.branching import AGREE, BRANCH
from telic.studies.contested.branching import SEED as UNALIGNED
from telic.studies.contested.damage import FAIR, Predicted, predicted
from telic.studies.contested.off_principal import (
    BOTH,
    CHANGED,
    GAUSSIAN,
    JUDGED,
    PRINCIPAL,
)
from telic.studies.contested.shift import READ_NULL, TRAINED
from telic.studies.contested.verdicts import (
    Claim,
    as_trained,
    beaten,
    better,
    claim,
)
from telic.studies.goal_metrics import METRICS
from telic.studies.tables import table_of
from telic.trials import Condition, Effect, Effects, Verdict, effects, verdict
from telic.vectors.principal import PrincipalShares

SHIFT, TRANSFER, DOSED = "shift", "transfer", "doses"
"""The parts of the rows that are trials."""

GAP = "kl_donor"
"""Of shifts also: mean KL(donor ‖ edited) in nats on the states of the imitation, which
is what a trained shift lowers."""


class MovedWeights(NamedTuple):
    """How many weights a switch moves by more than a threshold, over seeds.

    Attributes:
        threshold: The threshold, or the name of a format.
        share: The fraction of weights.
        noise: The same of Gaussian noise as long.
    """

    threshold: Identity
    share: Interval
    noise: Interval


class ContestedEffects(NamedTuple):
    """The effects over seeds; what was not measured is empty or None.

    Attributes:
        seeds: The seeds, in ascending order.
        shifts: Trained shifts and read directions, by site.
        further: Trained shifts beside the read direction of their site.
        agreement: By measure, how far branches agree, beside the nulls.
        transfer: The vectors of branches, by the agent they are added to.
        principal: By kernel and fraction, and by side, the energy of switches there.
        moved: The weights that switches move, by threshold.
        damage: By set of changes, what predicts their damage.
        claims: The claims and their answers.
    """

    seeds: tuple[int, ...]
    shifts: Effects | None
    further: dict[str, Verdict]
    agreement: dict[str, Verdict]
    transfer: Effects | None
    principal: dict[Condition, dict[str, Verdict]]
    moved: tuple[MovedWeights, ...]
    damage: dict[str, Predicted]
    claims: tuple[Claim, ...]


def summarise(rows: Rows) -> ContestedEffects:
    """The effects over seeds; the value of a seed is the mean over its trials."""
    seeds = tuple(sorted(int(str(seed)) for seed in rows.names("seed")))
    weights = rows.among("part", (TRANSFER, DOSED))
    found = ContestedEffects(
        seeds=seeds,
        shifts=_trials(_without(rows.where(part=SHIFT), READ_NULL), GAP),
        further=_further(rows.where(part=SHIFT)),
        agreement=_agreement(rows.where(part=AGREE)),
        transfer=_trials(rows.where(part=TRANSFER)),
        principal=_principal(rows.where(part=PRINCIPAL)),
        moved=_moved(rows.where(part=CHANGED)),
        damage=predicted(weights) if len(weights) else {},
        claims=(),
    )
    claims = (each for rule in RULES for each in rule(found))
    return found._replace(claims=tuple(claims))


def _shift_claims(found: ContestedEffects) -> tuple[Claim, ...]:
    """What a trained constant does."""
    if found.shifts is None:
        return ()
    trained = {_value(e): e for e in found.shifts.edits if _group(e) == TRAINED}
    moves = beaten({site: effect.verdict for site, effect in trained.items()})
    matches = as_trained(found.shifts, trained)
    claims = [
        claim("A trained constant at one site moves the goal", moves, place="site")
    ]
    if found.further:
        words = (
            "A trained constant moves the goal further than a direction that is read"
        )
        claims.append(claim(words, beaten(found.further), place="site"))
    words = "A trained constant does what training does"
    return (*claims, claim(words, matches, place="site"))


def _branch_claims(found: ContestedEffects) -> tuple[Claim, ...]:
    """Whether branches of one base agree, and whether their vectors transfer."""
    claims = []
    if found.agreement:
        words = "Branches of one base that learn the same goal from other data agree"
        claims.append(claim(words, beaten(found.agreement), place="measure"))
    every = found.transfer.edits if found.transfer else ()
    judged = [e for e in every if _value(e) != UNALIGNED]
    if judged:
        marks = beaten({_value(e): e.verdict for e in judged})
        words = "A branch’s vector moves the goal of other agents"
        claims.append(claim(words, marks, place="agent"))
    return tuple(claims)


def _principal_claims(found: ContestedEffects) -> tuple[Claim, ...]:
    """Whether switches go off the principal directions."""
    judged = {
        kernel.group: sides[BOTH]
        for kernel, sides in found.principal.items()
        if kernel.value == JUDGED
    }
    words = "Switches change weights off the principal directions"
    return (claim(words, beaten(judged), place="kernel"),) if judged else ()


def _damage_claims(found: ContestedEffects) -> tuple[Claim, ...]:
    """Whether KL predicts damage better than norm."""
    if FAIR not in found.damage:
        return ()
    words = "KL on visited states predicts collateral damage better than the norm does"
    return (claim(words, {FAIR: better(found.damage[FAIR])}, place="set of changes"),)


RULES: tuple[Callable[[ContestedEffects], tuple[Claim, ...]], ...] = (
    _shift_claims,
    _branch_claims,
    _principal_claims,
    _damage_claims,
)


def _trials(rows: Rows, *also: str) -> Effects | None:
    """The effects of trials on the rate of reaching the aim."""
    if not len(rows):
        return None
    return effects(table_of(rows), measure="aim", also=(*METRICS, *also))


def _without(rows: Rows, null: str) -> Rows:
    """The rows that are not of a null."""
    return rows.among("null", [name for name in rows.names("null") if name != null])


def _further(rows: Rows) -> dict[str, Verdict]:
    """By site, the trained shift beside the read direction; sites that have both."""
    beside = rows.where(null=READ_NULL)
    if not len(beside):
        return {}
    edits = beside.names("condition")
    some = rows.among("condition", edits).among("null", ("", READ_NULL))
    table = table_of(some)
    return {
        str(edit.value): verdict(table, edit, "aim")
        for edit in table.edits
        if isinstance(edit, Condition)
    }


def _agreement(rows: Rows) -> dict[str, Verdict]:
    """The verdict on each measure of agreement."""
    if not len(rows):
        return {}
    table = table_of(rows)
    return {measure: verdict(table, BRANCH, measure) for measure in table.measures}


def _principal(rows: Rows) -> dict[Condition, dict[str, Verdict]]:
    """For each kernel and fraction, the verdict that its energy lies below chance."""
    if not len(rows):
        return {}
    table = table_of(rows)
    return {
        kernel: {
            side: verdict(table, kernel, side, more=False)
            for side in PrincipalShares._fields
        }
        for kernel in table.edits
        if isinstance(kernel, Condition)
    }


def _moved(rows: Rows) -> tuple[MovedWeights, ...]:
    """The weights that are moved, by threshold."""
    found = []
    for threshold in rows.names("at"):
        each = (rows.where(at=threshold, null=null) for null in ("", GAUSSIAN))
        mine, noise = (
            bootstrap(some.pivot("seed"), np.mean, support=(0.0, 1.0)) for some in each
        )
        found.append(MovedWeights(threshold, mine, noise))
    return tuple(found)


def _group(effect: Effect) -> str:
    """The group of an effect's condition."""
    assert isinstance(effect.condition, Condition)
    return effect.condition.group


def _value(effect: Effect) -> str:
    """The value of an effect's condition."""
    assert isinstance(effect.condition, Condition)
    return str(effect.condition.value)
