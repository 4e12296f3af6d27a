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
from jaxtyping import Array

from telic.activations import capture, difference_of_means, fit, gather, regress
from telic.agents import Network, logits
from telic.core import trees
from telic.core.trees import Tree
from telic.edits import Add, Edit, Relabel, Steer, Transport, actor
from telic.studies.arms import Arm
from telic.training.imitate import imitate
from telic.vectors import carry
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
        network: The shape of the agent.
        strengths: Strengths of the vectors on the `weights` track.
        steps: Steps of imitation, where an edit imitates.
    """

    agent: Tree
    goal: Tree
    old: str
    trained: str
    new: str
    board: Keys
    network: Network
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
    world = case.board
    return carry(actor(case.goal), world.rows(case.trained), world.rows(case.new))


def _input(case: Retarget) -> list[tuple[Arm, Edit]]:
    """The ceiling."""
    rows = case.board.rows(case.old), case.board.rows(case.new)
    return [(Arm("relabel", "input", None), Relabel(*rows))]


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
    kernel = case.agent["actor/0/kernel"]
    old, trained, new = (
        jnp.array(case.board.rows(colour))
        for colour in (case.old, case.trained, case.new)
    )
    more = kernel[old] - kernel[trained]
    change = jnp.zeros_like(kernel).at[new].add(more).at[old].add(-more)
    return {"actor/0/kernel": change}


def _activations(case: Retarget, seen: Array) -> list[tuple[Arm, Edit]]:
    """Maps and directions at sites of the actor."""
    made: list[tuple[Arm, Edit]] = []
    for site, rank in (
        ("actor/0/pre", None),
        ("actor/0/pre", 3),
        ("actor/0/post", None),
        ("actor/1/post", None),
    ):
        found = fit(*_pairs(case, seen, site), ridge=RIDGE, rank=rank)
        name = f"transport at {site}" + (f", rank {rank}" if rank else "")
        edit = Transport(site, found.matrix, found.shift)
        made.append((Arm(name, "activations", None), edit))
    only_new = seen[_shows(case, seen, case.new) & ~_shows(case, seen, case.old)]
    for site in ("actor/0/post", "actor/1/post"):
        is_, ought = _pairs(case, only_new, site)
        edit = Steer(site, difference_of_means(ought, is_))
        made.append((Arm(f"steer at {site}", "activations", None), edit))
    return made


def _beyond(case: Retarget, seen: Array, key: jax.Array) -> list[tuple[Arm, Edit]]:
    """Later layers refitted to take one colour for the other; the goal's later part."""
    layers = case.network.actor_layers
    refit = _refitted(case, seen, (1,))
    later = {p: v for p, v in actor(case.goal).items() if p.split("/")[1] != "0"}
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
    edited, change = dict(case.agent), {}
    last = case.network.actor_layers - 1
    for layer in layers:
        inner, outer = f"actor/{layer - 1}/post", f"actor/{layer}/pre"
        site = "actor/logits" if layer == last else outer
        ought = capture(case.agent, case.network, case.board, other, site)[site]
        now = capture(edited, case.network, case.board, seen, inner, site)
        found = regress(now[inner], ought - now[site], ridge=RIDGE)
        parts = {"kernel": found.matrix, "bias": found.shift}
        for name, part in parts.items():
            change[f"actor/{layer}/{name}"] = part
            edited[f"actor/{layer}/{name}"] = edited[f"actor/{layer}/{name}"] + part
    return change


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
        logits(case.agent, case.network, case.board, other),
        paths=tuple(p for p in actor(start) if p.split("/")[1] != "0"),
        network=case.network,
        world=case.board,
        steps=case.steps,
    )
    return {path: start[path] + step - case.agent[path] for path, step in moved.items()}


def _observations(case: Retarget, key: jax.Array) -> Array:
    """What the agent sees on the board, as it is and with the two colours exchanged."""
    rows = case.board.rows(case.old), case.board.rows(case.new)
    agents = (case.agent, Relabel(*rows)(case.agent))
    keys = jax.random.split(key, 2)
    return jnp.concatenate(
        [
            gather(k, agent, case.network, case.board, steps=512)
            for k, agent in zip(keys, agents, strict=True)
        ]
    )


def _pairs(case: Retarget, seen: Array, site: str) -> tuple[Array, Array]:
    """A site's activations as they are, and with the two colours exchanged."""
    other = case.board.exchanged(seen, case.old, case.new)
    is_, ought = (
        capture(case.agent, case.network, case.board, views, site)[site]
        for views in (seen, other)
    )
    return is_, ought


def row_norms(agent: Tree, world: Keys) -> dict[str, float]:
    """The norm of each colour's input rows: 0 means that it cannot be seen."""
    kernel = agent["actor/0/kernel"]
    return {
        colour: float(trees.norm({"rows": kernel[jnp.array(world.rows(colour))]}))
        for colour in COLOURS
    }


def _shows(case: Retarget, seen: Array, colour: str) -> Array:
    """(batch,) whether a key of a colour is in view."""
    return (seen == KEY + COLOURS.index(colour)).any(axis=1)
