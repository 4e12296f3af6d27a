"""The plane: at each site, how well a probe decodes, and how far edits move behaviour.

A probe tells the recipient from the donor by what each computes on the same states.
That it succeeds is no news: it tells two networks apart. So the same is asked of a
*same-goal pair*, the recipient and another agent that wants what it does, on the same
states; what counts is the first accuracy less the second. A site's *controllability* is
the fraction of the donor's behaviour reached by patching the site with the donor's
activations, or steering along what tells the two apart.

Reference:
    Hewitt & Liang 2019, arXiv 1909.03368, for probes beside a control; Hase et al.
    2023, "Does Localization Inform Editing?", arXiv 2301.04213, for the gap.
"""

import jax
import jax.numpy as jnp

from telic.edits import Patch
from telic.locators.pair import ContrastPair
from telic.policies import Agent
from telic.studies.probing import boards_of, features_of, steered, tell_apart
from telic.trials import GraftEvaluator

DIFFERENT, SAME = "accuracy", "same goal"
ACCURACIES = (DIFFERENT, SAME, "shuffled")
"""Accuracies of probes on boards held out: recipient and donor, recipient and an agent
of the same goal, and recipient and donor with shuffled labels."""

MOVES = ("patch", "steer", "means", "null")
"""Fractions of the donor's behaviour: the site patched from the donor; steered along
the probe, along the difference of means, and along a random direction as long."""


def plane_of(
    key: jax.Array,
    evidence: ContrastPair,
    on: GraftEvaluator,
    kin: Agent | None,
    *,
    copies: int,
) -> dict[str, dict[str, float]]:
    """The measures of `ACCURACIES` and of `MOVES`, by site.

    Args:
        key: The random key of the boards held out, and of the nulls.
        evidence: The contrast pair.
        on: The episodes in which edits are tried.
        kin: Another agent that wants what the recipient does; None if there is none:
            that accuracy is then NaN.
        copies: The copies of the world in which the pair acted.
    """
    seen = evidence.behaviour
    boards = boards_of(seen, copies)
    mine, theirs = (features_of(seen, a) for a in (evidence.recipient, evidence.donor))
    alike = None if kin is None else features_of(seen, kin.actor)
    held_out, drawn = jax.random.split(key)
    told: dict[str, dict[str, float]] = {}
    for number, site in enumerate(mine):
        found = tell_apart(held_out, mine[site], theirs[site], boards)
        same = None
        if alike is not None:
            same = tell_apart(held_out, mine[site], alike[site], boards)
        told[site] = {
            DIFFERENT: found.accuracy,
            SAME: same.accuracy if same else float("nan"),
            "shuffled": found.shuffled,
        }
        whole = Patch(site, on.donor, jnp.ones(len(found.means)))
        told[site]["patch"] = _fraction(whole(on.recipient), on)
        at = jax.random.fold_in(drawn, number)
        told[site] |= steered(
            at, site, found, on.recipient, lambda agent: _fraction(agent, on)
        )
    return told


def _fraction(agent: Agent, on: GraftEvaluator) -> float:
    """The fraction of the donor's behaviour that an edited agent shows."""
    return on.share(on.rates(agent))
