"""The nine claims of `docs/results/PLAN.md`, and what is said beside the fifth."""

import math

from telic.stats import iqm
from telic.studies.donors.pairs import SIBLING
from telic.studies.splice.edits import ALIGNED, GRAFT, LAYERS, MEAN
from telic.trials import Condition
from tools.claims.claim import KEYS, LANDERS, Claim
from tools.claims.values import alternation, carried, landers, located, of_table, trials

CLAIMS = (
    Claim(
        "1",
        "Agents become good at both goals, again and again",
        "return in the last rollout of a phase (each seed’s median over phases)",
        KEYS,
        alternation,
        least=0.90,
        middle=iqm,
        unit="return",
        explored=(0.948, 0.961),
    ),
    Claim(
        "2",
        "A vector of earlier switches moves the goal",
        "share of episodes that fetch the aim, 1.5 × the mean of earlier switches",
        KEYS,
        lambda runs: of_table(trials(runs, "splice"), Condition(MEAN, 1.5)),
        least=0.5,
        explored=(0.88, 0.96),
    ),
    Claim(
        "3",
        "It moves where the donor is no ancestor: a sibling’s first two layers",
        "the same share, layers 0 + 1 of the sibling",
        KEYS,
        lambda runs: of_table(
            trials(runs, "donors", SIBLING), Condition(LAYERS, "0+1")
        ),
        least=0.5,
        explored=(0.96, 0.98),
    ),
    Claim(
        "4",
        "The vector is not the seed’s own: a stranger’s, aligned, moves it too",
        "the same share, 1.5 × the aligned mean of another seed",
        KEYS,
        lambda runs: of_table(trials(runs, "splice"), Condition(ALIGNED, 1.5)),
        least=0.5,
    ),
    Claim(
        "5",
        "The weights that differ most carry it, by count",
        "the same share, a graft of the 20 % that differ most, of the sibling",
        KEYS,
        lambda runs: of_table(trials(runs, "donors", SIBLING), Condition(GRAFT, 20.0)),
        least=0.5,
        explored=(0.97, 1.00),
        against=("random",),
    ),
    Claim(
        "5b",
        "… and by norm: the 1 % that differ most, beside random ones as long",
        "the same share, a graft of the 1 % that differ most, of the sibling",
        KEYS,
        lambda runs: of_table(trials(runs, "donors", SIBLING), Condition(GRAFT, 1.0)),
        against=("random_scaled", "random_energy"),
        counts=False,
    ),
    Claim(
        "6",
        "A goal, not a reflex of the boards it was trained on",
        "the same share on boards of size 10, 1.5 × the mean of earlier switches",
        KEYS,
        lambda runs: of_table(trials(runs, "shifts", "size 10"), Condition(MEAN, 1.5)),
        of_donor=0.5,
    ),
    Claim(
        "7",
        "A new colour can be aimed at: yellow, a distractor worth .1",
        "share of episodes that fetch yellow, goal vector carried",
        KEYS,
        carried,
        least=0.5,
        explored=(0.73, 0.90),
    ),
    Claim(
        "8",
        "Locators: integrated attribution needs fewer weights than magnitude",
        "log2 of the least share of weights for 90 % of the donor’s behaviour",
        KEYS,
        located,
        more=False,
        unit="log2",
        explored=(math.log2(0.0217), math.log2(0.0284)),
    ),
    Claim(
        "9",
        "Landers: the reward-specific part of a thrifty phase, subtracted, raises fuel",
        "fuel per landing more than unedited, second phase of 393,216 steps",
        LANDERS,
        landers,
        explored=(3.8, 7.9),
        unit="fuel",
        alone=True,
    ),
)
