"""The outcome of a tried edit: a table, intervals, and rows for programs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from telic.cli.terminal import say, text_table

SHOWN = ("wall", "bump", "ball", "timeout")
NO_EDIT = "no edit"


def objects(results: Mapping[int, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """The rows of all seeds: each measure, and its change from no edit.

    `steps` has the mean length of an episode before and after the edit.
    """
    for seed, rows in results.items():
        before = next(row.rates for row in rows if row.edit == NO_EDIT)
        for row in rows:
            change = {name: rate - before[name] for name, rate in row.rates.items()}
            steps = {"before": before.get("length"), "after": row.rates.get("length")}
            yield {"seed": seed, **row._asdict(), "change": change, "steps": steps}


def show_outcome(
    plan: Any, results: Mapping[int, Sequence[Any]], board: Sequence[str], episodes: int
) -> None:
    """Print the table; one run has intervals over episodes, many over seeds.

    Args:
        plan: The runs' plan.
        results: By seed, the rows of its trial.
        board: The goals on every board, if they were given.
        episodes: Episodes of each agent.
    """
    from telic.trials import tabulate

    found = tabulate({seed: [rows] for seed, rows in results.items()})
    columns, counted = _columns(plan, board)
    short = _short_names(plan.world)
    if not set(counted) <= set(short):  # measured by returns
        short = {}
    rows = [_cells(found, row, columns, counted, short) for row in found.rows]
    say(text_table(rows, list(rows[0])))
    seeds = len(found.seeds)
    count = f"{seeds} seed{'s' * (seeds > 1)}"
    say(f"\nrates per episode; n = {count}, {episodes} episodes each")
    say("Δ: change against no edit; steps: mean length of an episode, before → after")
    edited = next(edit for edit, null in found.rows if null == "" and edit != NO_EDIT)
    for measure in counted:
        _interval(found, edited, measure, episodes, rate=measure in short)


def _cells(
    found: Any,
    row: tuple[Any, str],
    columns: Sequence[str],
    counted: Sequence[str],
    short: Mapping[str, str],
) -> dict[str, Any]:
    """One row: the measures, their changes, and the mean lengths."""
    edit, null = row

    def mean(measure: str, *row: Any) -> float:
        return float(found.values_of(measure, *row).mean())

    kind = f"  null: {null}" if null else "edited"
    cells: dict[str, Any] = {"agent": NO_EDIT if edit == NO_EDIT else kind}
    for measure in counted:
        cells[short.get(measure, measure)] = mean(measure, *row)
    for measure in counted:
        change = mean(measure, *row) - mean(measure, NO_EDIT)
        cells[f"Δ {short.get(measure, measure)}"] = (
            None if edit == NO_EDIT else f"{change:+.3f}"
        )
    for measure in columns:
        cells[short.get(measure, measure)] = mean(measure, *row)
    before, after = mean("length", NO_EDIT), mean("length", *row)
    arrow = f"{before:.1f} → {after:.1f}"
    return {**cells, "steps": f"{before:.1f}" if edit == NO_EDIT else arrow}


def _short_names(world: Any) -> dict[str, str]:
    """The goal of each success event, used as the name of its column."""
    from telic.worlds import goals_of

    return {g.success: name for name, g in goals_of(world).items() if g.success}


def _columns(plan: Any, board: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns without intervals, and those with a change and an interval."""
    from telic.worlds import present_goals, roles, success_of

    world, successes = plan.world, list(_short_names(plan.world))
    wanted = [success_of(world, objective.name) for objective in plan.objectives]
    if not successes or None in wanted:
        ends = [f"return_{objective.name}" for objective in plan.objectives]
        return list(world.events), ends
    names = board or present_goals(world)
    counted = [event for name in names if (event := success_of(world, name))]
    part = roles(world, aim=names[0], old=names[0])
    ends = [*part.failures, *([part.timeout] if part.timeout else [])]
    return [*(s for s in successes if s not in counted), *ends], counted


def _interval(
    found: Any, edit: Any, measure: str, episodes: int, *, rate: bool
) -> None:
    """One rate with its interval: over seeds, or over the episodes of one agent."""
    from telic.stats import wilson
    from telic.trials import verdict

    values = found.values_of(measure, edit)
    if len(values) == 1 and not rate:
        return  # a mean over one agent's episodes is no evidence on other seeds
    if len(values) == 1:
        counted = wilson(round(float(values[0]) * episodes), episodes)
        say(f"{measure}: {counted} episodes of one agent: says nothing of other seeds")
        return
    before = found.values_of(measure, NO_EDIT).mean()
    ruled = verdict(found, edit, measure, more=bool(values.mean() >= before))
    say(f"{measure}: {ruled.rate}, before {before:.2f}; {ruled.summary}")
