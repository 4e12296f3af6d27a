"""Adapters: agents that other libraries trained, read as data and never run.

load("PPO.zip")                 a file of Stable-Baselines3, torch or the JAX world
from_sb3(model)                 a model in memory
from_torch(net.state_dict())    weights in memory
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from telic.adapters import sb3
from telic.adapters.files import read_file
from telic.adapters.layers import Layout as Layout
from telic.adapters.state_dict import from_state
from telic.core.errors import InputError
from telic.policies import Agent
from telic.runs import source
from telic.worlds import World


def load(
    name: str | Path,
    root: str | Path | None = None,
    *,
    world: World | None = None,
    normaliser: str | Path | None = None,
    layout: Layout | None = None,
    greedy: bool = False,
) -> Any:
    """The stored agents of a run, or the agent in a file of another library.

    Args:
        name: A run, as in `load("demo/seed-0000").agent(5)`; or a file, as in
            `load("PPO.zip")`.
        root: The folder of experiments; None: $TELIC_ROOT, or telic_runs.
        world: The world in which the agent of a file acts; None: it knows none.
        normaliser: A `vecnormalize.pkl`, through which the agent of a file sees.
        layout: Where the layers of a state dict are, if telic does not know.
        greedy: Whether the agent of a file always takes its most probable action.

    Returns:
        A `RunSource` for the name of a run, an `Agent` for a file.

    Raises:
        InputError: If there is no such run or file, or it is nothing that telic reads.
        DamagedError: If a file is cut off or altered.
    """
    if not Path(name).is_file():
        return source.load(name, root)
    found = read_file(name, normaliser=normaliser, layout=layout)
    return (found.acting_greedily() if greedy else found).agent(world)


def from_sb3(model: Any, *, world: World | None = None) -> Agent:
    """The agent of a model of Stable-Baselines3, or in its zip.

    Args:
        model: A model, with its method `save`; or the path of its zip.
        world: The world in which the agent acts; None: it knows none.

    Raises:
        InputError: If a part of it is nothing that telic understands.
    """
    if isinstance(model, str | Path):
        return read_file(model).agent(world)
    if not callable(getattr(model, "save", None)):
        raise InputError(
            f"a {type(model).__name__} is no model of Stable-Baselines3",
            why="a model has a method save",
            fix="give the model, or the path of its zip",
        )
    kept = io.BytesIO()
    model.save(kept)
    return sb3.read(kept.getvalue(), what="the model").agent(world)


def from_torch(
    state: Mapping[str, Any],
    layout: Layout | None = None,
    *,
    world: World | None = None,
    bounds: tuple[tuple[float, float], ...] = (),
) -> Agent:
    """The agent of a state dict: of torch, or a tree of flax.

    Args:
        state: Arrays by name, nested or not.
        layout: Where its layers are; None: as in one of `state_dict.KNOWN`.
        world: The world in which the agent acts; None: it knows none.
        bounds: The ends of each entry of a continuous action.

    Raises:
        InputError: If no layout fits, or some arrays belong to none of the layers.

    Example:
        >>> import numpy as np
        >>> held = {"pi.weight": np.ones((2, 4)), "v.weight": np.ones((1, 4))}
        >>> agent = from_torch(held, Layout(actor=("pi",), critic=("v",)))
        >>> agent(np.ones((1, 4), "f")).value.tolist()
        [4.0]
    """
    return from_state(state, layout, bounds=bounds).agent(world)
