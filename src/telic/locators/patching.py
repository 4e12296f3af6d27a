"""Activation patching: the donor's activations in the recipient, unit by unit.

One unit (or one whole layer) of the recipient gets the donor's activations on the same
observations; the score is the resulting change of the preference. Attribution patching
is its first-order estimate, for all units in one backward pass.

Reference:
    Vig et al. 2020, "Investigating Gender Bias in Language Models Using Causal
    Mediation Analysis", arXiv 2004.12265; Meng et al. 2022, arXiv 2202.05262; Syed,
    Rager & Conmy 2023, arXiv 2310.10348.
"""

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.locators.behaviour import Behaviour, forward, logit_gap_from_logits
from telic.locators.inside import unit_activations
from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair
from telic.locators.sites import scores_of
from telic.policies import Agent


def patching(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|change of preference| when one unit is patched from the donor."""
    found = {}
    for layer in evidence.recipient.layers:
        sides = _sides(evidence, layer.site)
        moved, start = _units(*sides, evidence.recipient, site=layer.site)
        found[layer.site] = jnp.abs(moved - start)
    return Locus("units", scores_of(found))


def layer_patching(evidence: ContrastPair, key: jax.Array) -> Locus:
    """The increase of the preference by each layer, beyond the layers before it.

    A patched layer includes the effect of all the donor's earlier layers, so a layer's
    own effect is the difference from the layer before.
    """
    found, before = {}, None
    for layer in evidence.recipient.layers:
        behaviour, mine, theirs = _sides(evidence, layer.site)
        part = {"agent": evidence.recipient, "site": layer.site}
        start = float(_whole(behaviour, mine, **part)) if before is None else before
        before = float(_whole(behaviour, theirs, **part))
        found[layer.name] = before - start
    return Locus("layers", scores_of(found))


def attribution_patching(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|Σ (x_D - x_R) · ∂m/∂x| of each unit, the gradient at the recipient."""
    return Locus(
        "units",
        scores_of(
            {
                layer.site: _slopes(
                    *_sides(evidence, layer.site), evidence.recipient, site=layer.site
                )
                for layer in evidence.recipient.layers
            }
        ),
    )


Side = Float[Array, "rows ..."]


def _sides(evidence: ContrastPair, site: str) -> tuple[Behaviour, Side, Side]:
    """The behaviour, and the activations of recipient and donor at a site."""
    behaviour = evidence.behaviour
    mine, theirs = (
        unit_activations(behaviour, agent)
        for agent in (evidence.recipient, evidence.donor)
    )
    return behaviour, mine[site], theirs[site]


def _after(behaviour: Behaviour, agent: Agent, site: str, x: Side) -> Array:
    """The preference of an agent with given activations at a site."""
    seen = behaviour.observations, behaviour.first
    return logit_gap_from_logits(behaviour, agent, forward(agent, *seen, {site: x})[0])


@functools.partial(jax.jit, static_argnames="site")
def _units(
    behaviour: Behaviour, mine: Side, theirs: Side, agent: Agent, *, site: str
) -> tuple[Float[Array, " units"], Float[Array, ""]]:
    """The preference with each unit patched, and with none."""

    def patched(unit: Array) -> Array:
        x = jnp.where(jnp.arange(mine.shape[-1]) == unit, theirs, mine)
        return _after(behaviour, agent, site, x)

    start = _after(behaviour, agent, site, mine)
    return jax.lax.map(patched, jnp.arange(mine.shape[-1])), start


@functools.partial(jax.jit, static_argnames="site")
def _whole(
    behaviour: Behaviour, x: Side, *, agent: Agent, site: str
) -> Float[Array, ""]:
    """The preference of an agent with given activations at a site, compiled."""
    return _after(behaviour, agent, site, x)


@functools.partial(jax.jit, static_argnames="site")
def _slopes(
    behaviour: Behaviour, mine: Side, theirs: Side, agent: Agent, *, site: str
) -> Float[Array, " units"]:
    """The first-order effect of patching each unit."""
    slope = jax.grad(lambda x: _after(behaviour, agent, site, x))(mine)
    return jnp.abs(_summed(slope * (theirs - mine)))


def _summed(x: Side) -> Float[Array, " units"]:
    """The sum over rows, and over places where there are any."""
    return x.sum(axis=tuple(range(x.ndim - 1)))
