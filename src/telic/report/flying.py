"""Landers to look at: how they learned, and films of single episodes."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from telic.edits import Add
from telic.render.curves import recovery
from telic.render.gif import gif
from telic.render.page import Drawing, Image
from telic.report.learned import columns
from telic.rollouts import film
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.studies.isolated import Isolated
from telic.studies.updates import PLAIN, SPECIFIC
from telic.worlds.gym import GymWorld

LEARNED = {"return_stock": "stock return", "rate_landing": "landings per episode"}
EPISODE = 3
"""The seed of the episode that is filmed: the same for all agents."""


def learning(runs: Sequence[Run]) -> tuple[Drawing, ...]:
    """Return and landings over the first phase, each seed a curve of its own."""
    steps, found = runs[0].plan().sizes.batch, columns(runs)
    drawn = []
    for column, label in LEARNED.items():
        values = found[column]
        if not np.isfinite(values).any():
            continue
        figure = recovery(
            {"all seeds": values},
            label=label,
            steps_per_rollout=steps,
            axis="Steps of the first phase",
            each=True,
        )
        pairs = zip(runs, values[:, -1], strict=True)
        ends = ", ".join(f"{run.seed()}: {end:.2f}" for run, end in pairs)
        text = f"{label}, mean over a rollout’s episodes. At the end, by seed: {ends}."
        drawn.append(Drawing(figure, text))
    return tuple(drawn)


def films(found: Isolated, runs: Sequence[Run]) -> tuple[Image, ...]:
    """One episode of the first edited agent: before, after, and each subtraction."""
    seed, answer = next(iter(found.answers.items()))
    run = next(run for run in runs if run.seed() == seed)
    source = RunSource(run)
    plan, agent = source.plan, source.agent(len(source.schedule) - 1)
    if not isinstance(plan.world, GymWorld):
        return ()
    update = {
        name: {path: jnp.array(leaf, jnp.float32) for path, leaf in stored.items()}
        for name, stored in answer["update"].items()
    }
    agents = {
        "before": agent,
        "after the second phase": Add(update[PLAIN])(agent),
        f"minus the {PLAIN}": Add(update[PLAIN], strength=-1.0)(agent),
        f"minus the {SPECIFIC}": Add(update[SPECIFIC], strength=-1.0)(agent),
    }
    made = []
    for name, one in agents.items():
        frames = film(one, plan.world, seed=EPISODE)
        text = f"{name}: seed {seed}, episode {EPISODE}, most probable actions (n = 1)."
        made.append(Image(gif(frames, fps=8), text))
    return tuple(made)
