"""The card of an exported agent: what it is, what it does, and how sure that is."""

from typing import Any

import jax
import numpy as np

from telic.adapters import certificate
from telic.adapters.export import Exported
from telic.core import trees
from telic.edits import Add
from telic.edits.expression import difference
from telic.policies import Agent
from telic.rollouts import Episodes, Rates, episode_seeds, play
from telic.runs import inside
from telic.runs.source import RunSource
from telic.runs.versions import versions
from telic.stats import bootstrap
from telic.studies.expression_edit import AgentEdit, try_edit
from telic.trials import Result
from telic.worlds import World
from telic.worlds.gym import GymWorld, make_copy
from telic.worlds.objectives import matrix

FRONT = """---
library_name: telic
tags: [reinforcement-learning, {world}]
---
"""
"""What a hub reads at the head of a card."""

CITE = "To cite telic: see CITATION.cff in its repository."


def described(
    source: RunSource, phase: int, *, edit: str = "", episodes: int = 256
) -> Exported:
    """An agent of a run, or an edit of one, with its card.

    Args:
        source: The run.
        phase: The phase whose agent is exported, if there is no edit.
        edit: An expression; the agent that it gives is exported.
        episodes: Episodes for the card; 0: none.

    Raises:
        InputError: If there is no such phase, or the expression changes nothing.
        ExpressionError: If the expression cannot be evaluated.
    """
    plan, delta, made = source.plan, None, None
    if edit:
        before, delta = difference(edit, source)
        assert isinstance(before, Agent)
        made = AgentEdit(before, Add(delta), edit)
        agent = before.replace(made.edit(before))
    else:
        agent = source.agent(phase)
    lines = [FRONT.format(world=type(plan.world).__name__.lower())]
    lines += [f"# {source.run.name}, phase {phase}" if not edit else f"# {edit}", ""]
    lines += _history(source, phase, edit)
    if episodes:
        lines += ["", "## What it does", "", *_behaviour(source, agent, episodes)]
        if made:
            results = try_edit(source.run, made, episodes=episodes, also=_ends)
            lines += ["", "## The edit beside its nulls", ""]
            lines += _nulls(results, episodes)
    lines += [
        "",
        "## Made with",
        "",
        ", ".join(f"{k} {v}" for k, v in versions().items()),
    ]
    lines += ["", f"Weights: {trees.digest(agent)} (SHA-256 of all arrays).", CITE, ""]
    space = None
    if isinstance(plan.world, GymWorld):
        env = make_copy(plan.world)
        space = env.observation_space
        env.close()
    return Exported(agent, plan.ppo, plan.rollout, "\n".join(lines), delta, space)


def _history(source: RunSource, phase: int, edit: str) -> list[str]:
    """What the agent was trained on, and what was edited."""
    plan = source.plan
    last = phase if not edit else len(plan.schedule) - 1
    done = [f"{p.objective} ({p.rollouts} rollouts)" for p in plan.schedule[: last + 1]]
    told = [f"World: `{plan.world}`. Network: `{plan.policy}`."]
    imported = source.run.path / inside.CERTIFICATE
    if imported.exists():
        told += _imported(certificate.read(imported)["phases"][: last + 1])
    else:
        told.append(
            f"Trained by PPO, seed {source.run.seed()}, for: {', then '.join(done)}; "
            f"{plan.rollout.batch:,} steps a rollout."
        )
    if edit:
        told.append(
            f"Edited: `{edit}`. `delta.safetensors` is what was added to the first "
            "agent that the expression names."
        )
    told.append("One agent, n = 1: what is said below is not said of others.")
    return told


def _imported(phases: list[dict[str, Any]]) -> list[str]:
    """Which files the agents of a run were imported from."""
    return [
        f"Imported from `{each['file']}` ({each['library']} {each['algorithm']}); its "
        f"training was not seen. Goal, as the importer named it: {each['goal']}."
        for each in phases
    ]


def _behaviour(source: RunSource, agent: Agent, episodes: int) -> list[str]:
    """What the agent does, sampled and greedy."""
    plan = source.plan
    seeds = episode_seeds(plan.world, episodes, key=jax.random.key(0))
    weights = matrix(plan.objectives, plan.world.events).astype(np.float64)
    columns: dict[str, list[str]] = {}
    for way, greedy in (("sampled", False), ("greedy", True)):
        done = play(agent, plan.world, seeds, greedy=greedy)
        events = np.asarray(done.events, np.float64)
        table = np.concatenate([events @ weights.T, events], axis=1)
        columns[way] = [str(bootstrap(table[:, k])) for k in range(table.shape[1])]
    names = [f"return {o.name}" for o in plan.objectives] + list(plan.world.events)
    rows = [
        f"| {name} | {columns['sampled'][k]} | {columns['greedy'][k]} |"
        for k, name in enumerate(names)
    ]
    head = ["| per episode | sampled | greedy |", "|---|---|---|"]
    told = f"Mean and 95 % interval over {episodes} episodes of this agent, n = 1."
    return [*head, *rows, "", told]


def _nulls(results: list[Result], episodes: int) -> list[str]:
    """The edit, and additions as long that mean nothing."""
    names = [name for name in results[0].rates if f"{name} low" in results[0].rates]
    rows = []
    for each in results:
        edited = not each.null and each.edit != "no edit"
        row = ["edit" if edited else each.null or "no edit"]
        row += [_value(each.rates, name) for name in names]
        rows.append(f"| {' | '.join(row)} |")
    head = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    told = (
        f"Mean and 95 % interval over the same {episodes} episodes; n = 1 agent, no "
        "verdict."
    )
    return [*head, *rows, "", told]


def _value(rates: Rates, name: str) -> str:
    """A mean and its interval, if there were episodes enough for one."""
    low, high = rates[f"{name} low"], rates[f"{name} high"]
    ends = "" if np.isnan(low) else f" [{low:.3g}, {high:.3g}]"
    return f"{rates[name]:.3g}{ends}"


def _ends(played: Episodes, world: World) -> dict[str, float]:
    """The ends of the interval of each event, over episodes."""
    found = {}
    for name, values in zip(world.events, np.asarray(played.events).T, strict=True):
        over = bootstrap(values.astype(np.float64))
        ends = {f"{name} low": over.low, f"{name} high": over.high}
        found |= {end: np.nan if x is None else x for end, x in ends.items()}
    return found
