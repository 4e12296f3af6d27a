"""Weight attribution: the first-order effect of each weight's change.

To first order, grafting Δθ_i changes the preference m by Δθ_i · ∂m/∂θ_i. Where m is
curved, the gradient at the recipient is misleading; integrated gradients average it
along the straight line from the recipient to the donor, so that all attributions sum to
m(donor) - m(recipient).

Reference:
    Syed, Rager & Conmy 2023, "Attribution Patching Outperforms Automated Circuit
    Discovery", arXiv 2310.10348; Sundararajan, Taly & Yan 2017, "Axiomatic Attribution
    for Deep Networks", arXiv 1703.01365.
"""

import jax
import jax.numpy as jnp
import numpy as np

from telic.core.trees import Tree
from telic.locators.behaviour import Behaviour, grad_logit_gap
from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair
from telic.locators.sites import scores_of
from telic.policies import Agent

STEPS = 16
"""Points on the line from the recipient to the donor: midpoints of equal parts."""


def attribution(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|Δθ · ∂m/∂θ| at the recipient."""
    gradient = grad_logit_gap(evidence.behaviour, evidence.recipient)
    return _product(evidence, gradient)


def integrated(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|Δθ · mean ∂m/∂θ| along the line to the donor."""
    recipient, donor = evidence.recipient, evidence.donor
    return _product(evidence, _mean_slope(evidence.behaviour, recipient, donor))


@jax.jit
def _mean_slope(behaviour: Behaviour, recipient: Agent, donor: Agent) -> Tree:
    """The mean gradient along the line, one point after another."""

    def add_gradient(total: Tree, share: jax.Array) -> tuple[Tree, None]:
        agent = {p: r + share * (donor[p] - r) for p, r in recipient.items()}
        found = grad_logit_gap(behaviour, recipient.replace(agent))
        return {p: total[p] + found[p] / STEPS for p in total}, None

    zeros = {p: jnp.zeros_like(leaf) for p, leaf in recipient.items()}
    return jax.lax.scan(add_gradient, zeros, (jnp.arange(STEPS) + 0.5) / STEPS)[0]


def _product(evidence: ContrastPair, gradient: Tree) -> Locus:
    """|Δθ · gradient|."""
    vector, slopes = scores_of(evidence.vector), scores_of(gradient)
    return Locus("weights", {p: np.abs(v * slopes[p]) for p, v in vector.items()})
