"""Edits that make an agent want a colour that was never its target.

Four tracks, kept apart because they claim different things:

    input         the rows of two colours exchanged: the ceiling, and no finding
    weights       a goal found in training, carried to the new colour
    activations   no weight changed
    beyond-input  weights changed, the first layer left alone

None of them uses a reward, and none is trained: `transport` is a linear regression from
what the agent computes to what it would compute with two colours exchanged.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from telic.core import trees
from telic.core.trees import Tree
from telic.edits import Add, Edit, Relabel, Steer, Transport
from telic.policies import INPUT, Agent, Use, capture
from telic.rollouts import observations_of
from telic.training.imitate import imitate
from telic.trials.effects import Arm
from telic.vectors import difference_of_means, fit, regress, swap_inputs
from telic.worlds import Keys
from telic.worlds.grid import COLOURS, KEY

RIDGE = 1e-4
GOAL, CONTRAST = "goal vector, carried", "contrast of rows"
TRACKS = ("input", "weights", "activations", "beyond-input")


class Retarget(NamedTuple):
    """An agent that wants one colour and is to want another.

    Attributes:
        agent: The agent, trained last on `old`.
        goal: A task vector from wanting `old` to wanting `trained`.
        old: What it wants.
        trained: Another colour that it was trained on at times.
        new: The colour that was never its target.
        board: A world with keys of the old and the new colour on every board.
        strengths: Strengths of the vectors on the `weights` track.
        steps: Steps of imitation, where an edit imitates.
    """

    agent: Agent
    goal: Tree
    old: str
    trained: str
    new: str
    board: Keys
    strengths: tuple[float, ...] = (1.0, 1.5)
    steps: int = 3000


def edits(case: Retarget, key: jax.Array) -> list[tuple[Arm, Edit]]:
    """All edits, track by track; the key decides which observations are looked at."""
    seen_key, key = jax.random.split(key)
    seen = _observations(case, seen_key)
    made = [*_input(case), *_weights(case)]
    return [*made, *_activations(case, seen), *_beyond(case, seen, key)]


def carried(case: Retarget) -> Tree:
    """The goal vector, with the rows of the trained and the new colour exchanged."""
    world, uses = case.board, case.agent.units[INPUT]
    goal = trees.at(case.goal, case.agent.actor)
    return swap_inputs(
        goal, uses, world.channels(case.trained), world.channels(case.new)
    )


def _input(case: Retarget) -> list[tuple[Arm, Edit]]:
    """The ceiling."""
    pair = case.board.channels(case.old), case.board.channels(case.new)
    return [(Arm("relabel", "input", None), Relabel(*pair))]


def _weights(case: Retarget) -> list[tuple[Arm, Edit]]:
    """The goal vector carried over, and the contrast of two colours' rows."""
    vectors = {GOAL: carried(case), CONTRAST: _row_contrast(case)}
    return [
        (Arm(f"{s:g} × {name}", "weights", s), Add(vector, strength=s))
        for name, vector in vectors.items()
        for s in case.strengths
    ]


def _row_contrast(case: Retarget) -> Tree:
    """What the old colour's rows have over the trained one's, given to the new one's.

    It is taken from the old colour's, so that the old colour counts as the trained one.
    """
    use = _reads_input(case.agent)
    kernel = case.agent[use.leaf]
    old, trained, new = (
        _rows(case.board, colour, use, kernel)
        for colour in (case.old, case.trained, case.new)
    )
    more = kernel[old] - kernel[trained]
    change = jnp.zeros_like(kernel).at[new].add(more).at[old].add(-more)
    return {use.leaf: change}


def _reads_input(agent: Agent) -> Use:
    """The axis of the actor's leaf that reads the input."""
    actor = agent.actor
    return next(use for use in agent.units[INPUT] if use.leaf in actor)


def _rows(world: Keys, colour: str, use: Use, kernel: Array) -> tuple:
    """The index of a colour's weights in a leaf that reads the input."""
    count = kernel.shape[use.axis] // use.places
    starts = np.arange(use.places) * count
    rows = (starts[:, None] + np.array(world.channels(colour))[None]).ravel()
    return (slice(None),) * use.axis + (jnp.array(rows),)


def _activations(case: Retarget, seen: Array) -> list[tuple[Arm, Edit]]:
    """Maps and directions at sites of the actor."""
    made: list[tuple[Arm, Edit]] = []
    first, second = case.agent.layers[:2]
    before = _linear_site(case.agent, 0)
    for site, rank in (
        (before, None),
        (before, 3),
        (first.site, None),
        (second.site, None),
    ):
        found = fit(*_pairs(case, seen, site), ridge=RIDGE, rank=rank)
        name = f"transport at {site}" + (f", rank {rank}" if rank else "")
        edit = Transport(site, found.matrix, found.shift)
        made.append((Arm(name, "activations", None), edit))
    only_new = seen[_shows(case, seen, case.new) & ~_shows(case, seen, case.old)]
    for site in (first.site, second.site):
        is_, ought = _pairs(case, only_new, site)
        edit = Steer(site, difference_of_means(ought, is_))
        made.append((Arm(f"steer at {site}", "activations", None), edit))
    return made


def _beyond(case: Retarget, seen: Array, key: jax.Array) -> list[tuple[Arm, Edit]]:
    """Later layers refitted to take one colour for the other; the goal's later part."""
    layers = len(case.agent.layers)
    refit = _refitted(case, seen, (1,))
    later = trees.at(case.goal, _later(case.agent))
    made: list[tuple[str, Edit]] = [
        ("refit layer 1", Add(refit)),
        ("refit layers 1 on", Add(_refitted(case, seen, tuple(range(1, layers))))),
        ("refit, then imitate", Add(_imitated(case, seen, refit, key))),
        ("1.5 × goal vector, layers 1 on", Add(later, strength=1.5)),
    ]
    return [(Arm(name, "beyond-input", None), edit) for name, edit in made]


def _refitted(case: Retarget, seen: Array, layers: tuple[int, ...]) -> Tree:
    """What to add to some layers so that they read the new colour as the old one.

    Layer by layer, from what now arrives there: the ridge regression of what is missing
    from the output that the agent has on the exchanged observations.
    """
    other = case.board.exchanged(seen, case.old, case.new)
    edited, change = case.agent, {}
    for number in layers:
        layer = case.agent.layers[number]
        inner, site = (
            case.agent.layers[number - 1].site,
            _linear_site(case.agent, number),
        )
        ought = capture(case.agent, other, site)[site]
        now = capture(edited, seen, inner, site)
        found = regress(now[inner], ought - now[site], ridge=RIDGE)
        matrix = np.vstack([found.matrix, found.shift[None]])
        parts = {p: jnp.asarray(x) for p, x in layer.split(matrix, edited).items()}
        change |= parts
        moved = {path: edited[path] + part for path, part in parts.items()}
        edited = edited.replace({**edited, **moved})
    return change


def _linear_site(agent: Agent, number: int) -> str:
    """The site of a layer's output, before its activation function."""
    sites = list(agent.sites)
    if number == 0:
        return sites[0]
    return sites[sites.index(agent.layers[number - 1].site) + 1]


def _later(agent: Agent) -> tuple[str, ...]:
    """The leaves of the actor but those of its first layer."""
    first = [path for path, _ in agent.layers[0].leaves]
    return tuple(path for path in agent.actor if path not in first)


def _imitated(case: Retarget, seen: Array, begin: Tree, key: jax.Array) -> Tree:
    """What moves the later layers to act as the agent does with the colours exchanged.

    No reward: the agent is its own teacher. It begins where `begin` leads.
    """
    other = case.board.exchanged(seen, case.old, case.new)
    start = Add(begin)(case.agent)
    moved = imitate(
        key,
        start,
        seen,
        case.agent.logits(other),
        paths=_later(start),
        steps=case.steps,
    )
    return {path: start[path] + step - case.agent[path] for path, step in moved.items()}


def _observations(case: Retarget, key: jax.Array) -> Array:
    """What the agent sees on the board, as it is and with the two colours exchanged."""
    pair = case.board.channels(case.old), case.board.channels(case.new)
    agents = (case.agent, Relabel(*pair)(case.agent))
    keys = jax.random.split(key, 2)
    return jnp.concatenate(
        [
            observations_of(k, agent, case.board, steps=512)
            for k, agent in zip(keys, agents, strict=True)
        ]
    )


def _pairs(case: Retarget, seen: Array, site: str) -> tuple[Array, Array]:
    """A site's activations as they are, and with the two colours exchanged."""
    other = case.board.exchanged(seen, case.old, case.new)
    is_, ought = (capture(case.agent, views, site)[site] for views in (seen, other))
    return is_, ought


def row_norms(agent: Agent, world: Keys) -> dict[str, float]:
    """The norm of each colour's input rows: 0 means that it cannot be seen."""
    use = _reads_input(agent)
    kernel = agent[use.leaf]
    return {
        colour: float(trees.norm({"rows": kernel[_rows(world, colour, use, kernel)]}))
        for colour in COLOURS
    }


def _shows(case: Retarget, seen: Array, colour: str) -> Array:
    """(batch,) whether a key of a colour is in view."""
    there = seen == KEY + COLOURS.index(colour)
    return there.reshape(len(seen), -1).any(axis=1)
