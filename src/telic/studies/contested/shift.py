"""Trained shifts: a constant vector at one site, trained or read, against its nulls.

A constant is added to the activations at a site, all weights frozen. It is *trained* by
imitation of the donor's action distribution, on states of both agents, with the same
states, minibatches and steps at every site; or *read*: the difference of the mean
activations of donor and recipient on the same states, at the best of a few strengths.
No reward is used: that PPO would find what imitation of an agent trained by PPO cannot
is not tested.

Reference:
    Sinii et al. 2025, "Steering LLM Reasoning Through Bias-Only Adaptation", arXiv
    2505.18706; Turner et al. 2023, "Activation Addition", arXiv 2308.10248.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.edits import Edit, Steer
from telic.edits.activations import units_at
from telic.policies import Agent, capture
from telic.training.imitate import imitate
from telic.trials import Condition
from telic.vectors import difference_of_means, matched, random_unit

TRAINED, READ = "trained shift", "read direction"
"""The groups of edits; the value of a condition is the site."""

READ_NULL, SAME_GOAL = "read direction", "same goal"
"""Nulls of a trained shift: the read direction; a shift trained to imitate an earlier
agent that wants what the recipient does, at the norm of the trained one."""

SEARCHED = "gaussian, best strength"
"""The null of a read direction that may choose among as many strengths."""

STRENGTHS = (1.0, 2.0, 4.0)
"""The strengths of a read direction; one more brings it to the trained shift's norm."""

BATCH, LEARNING_RATE = 256, 0.03

Edits = dict[Condition, Edit]
Nulls = dict[Condition, dict[str, Edit]]


class ShiftCase(NamedTuple):
    """A recipient and a donor, with what shifts are fitted to and chosen by.

    Attributes:
        agent: The recipient.
        donor: The agent that wants the aim.
        same: An earlier agent with the recipient's goal, if there is one.
        states: Observations of the recipient and of the donor.
        score: The rate of reaching the aim, on boards that serve this choice alone.
        steps: The steps of imitation, at every site.
    """

    agent: Agent
    donor: Agent
    same: Agent | None
    states: Array
    score: Callable[[Agent], float]
    steps: int


def shifts_at(site: str, case: ShiftCase, key: jax.Array) -> tuple[Edits, Nulls]:
    """The trained shift and the read direction at a site, with their further nulls.

    Args:
        site: A site of the actor.
        case: The agents and the states.
        key: The random key of minibatches and nulls; with the same key at all sites,
            they see the same minibatches.
    """
    fit_key, draw_key = jax.random.split(key)
    shift = trained_shift(fit_key, case, case.donor, site)
    edits: Edits = {Condition(TRAINED, site): Steer(site, shift)}
    extra: dict[str, Edit] = {}
    if case.same is not None:
        back = trained_shift(fit_key, case, case.same, site)
        extra[SAME_GOAL] = Steer(site, matched({"d": back}, {"d": shift})["d"])
    direction = read_direction(case.agent, case.donor, site, case.states)
    size = jnp.linalg.norm(direction)
    if not size > 0:
        return edits, {Condition(TRAINED, site): extra}
    strengths = (*STRENGTHS, float(jnp.linalg.norm(shift) / size))
    drawn = size * random_unit(draw_key, len(direction))
    read, searched = (
        best_strength(Steer(site, each), strengths, case) for each in (direction, drawn)
    )
    edits[Condition(READ, site)] = read
    return edits, {
        Condition(TRAINED, site): {**extra, READ_NULL: read},
        Condition(READ, site): {SEARCHED: searched},
    }


def trained_shift(
    key: jax.Array, case: ShiftCase, teacher: Agent, site: str
) -> Float[Array, " units"]:
    """The constant at a site with which the recipient best imitates a teacher.

    Args:
        key: The random key of the minibatches.
        case: The recipient, whose weights are frozen; the states; the number of steps.
        teacher: The agent whose action distribution is imitated.
        site: The site.
    """
    still = Steer(site, jnp.zeros(units_at(site, case.agent)))
    (path,) = still.touches(case.agent)
    moved = imitate(
        key,
        still(case.agent),
        case.states,
        teacher.logits(case.states),
        paths=(path,),
        steps=case.steps,
        batch=BATCH,
        learning_rate=LEARNING_RATE,
    )
    return moved[path]


def read_direction(
    agent: Agent, donor: Agent, site: str, states: Array
) -> Float[Array, " units"]:
    """The donor's mean activations at a site less the agent's, on the same states."""
    theirs, mine = (
        found.reshape(-1, found.shape[-1])
        for found in (capture(each, states, site)[site] for each in (donor, agent))
    )
    return difference_of_means(theirs, mine)


def best_strength(edit: Edit, strengths: tuple[float, ...], case: ShiftCase) -> Edit:
    """The edit at the strength with the best score on the boards of the choice."""
    tried = [edit.scaled(strength) for strength in strengths]
    return max(tried, key=lambda each: case.score(each(case.agent)))
