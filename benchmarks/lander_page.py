"""The page of the lander's benchmark: tables and sentences, from what was measured."""

import math
import statistics
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from benchmarks import landing
from benchmarks.train_keys import machine

if TYPE_CHECKING:
    from benchmarks.train_lander import Settings

SB3, LOOP = "SB3, gymnasium", "torch loop, gymnasium"
"""With these two all others are compared."""

VERSIONS = (
    "telic",
    "jax",
    "torch",
    "stable-baselines3",
    "gymnasium",
    "box2d",
    "envpool",
    "numpy",
)

Record = dict[str, Any]
Records = Mapping[str, Mapping[str, list[Record]]]


def page(records: Records, settings: "Settings") -> str:
    """Everything that was found, in Markdown."""
    parts = [
        "# Training speed on the lander, beside peers",
        f"`{command(settings)}`",
        setting(settings),
    ]
    if found := records.get("training"):
        parts += ["## Steps a second, rollout and update"]
        parts += [speed_table(found, leads=(SB3, LOOP)), TRAINING_NOTE]
    if found := records.get("parts"):
        parts += ["## What bounds telic", part_table(found), PARTS_NOTE]
        parts += [bound(name, rows) for name, rows in found.items()]
    if found := records.get("worlds"):
        parts += ["## The simulator alone, with random actions", speed_table(found)]
    if found := records.get("learning"):
        parts += ["## Until it lands", learn_table(found), learn_note(settings)]
    return "\n\n".join(map(wrapped, [*parts, versions()]))


def wrapped(part: str) -> str:
    """A paragraph in lines of 88 characters; headings, tables and code as they are."""
    return part if part[0] in "#|`" else textwrap.fill(part, 88)


def command(settings: "Settings") -> str:
    """The command that makes this page.

    Example:
        >>> from benchmarks.train_lander import Settings
        >>> command(Settings(learn=True, repeats=5))
        'python benchmarks/train_lander.py --repeats 5 --learn --markdown FILE'
    """
    words = ["python benchmarks/train_lander.py"]
    for field in fields(settings):
        value = getattr(settings, field.name)
        if value == field.default or field.name in ("json", "markdown"):
            continue
        given = "" if value is True else f" {value}"
        if isinstance(value, tuple):
            given = "".join(f" {name!r}" for name in value)
        words.append(f"--{field.name}{given}")
    return " ".join([*words, "--markdown FILE"])


def setting(settings: "Settings") -> str:
    """What all contenders have in common."""
    task = landing
    width = " and ".join(map(str, task.WIDTHS))
    return (
        f"{task.ENV} with its stock reward, from the first observation to the last "
        f"gradient: {task.ENVS} copies × {task.STEPS:,} steps, {task.EPOCHS} epochs of "
        f"minibatches of {task.MINIBATCH}, actor and critic apart, each with hidden "
        f"layers of {width} units (tanh), γ = {task.GAMMA}, λ = {task.LAMBDA}, no "
        f"entropy bonus, Adam at {task.LEARNING_RATE:g}. All learn from rewards × "
        f"{task.SCALE} (telic: `PPOConfig.reward_scale`; SB3: a wrapper outside of its "
        "monitor; the loop multiplies), all take the critic's word for what time-outs "
        "cut off, and all returns are reported unscaled. One core each, one after the "
        "other, interleaved; the median over the iterations of one process "
        f"({settings.iterations}, after 2 of warm-up, in which telic compiles), and of "
        f"these the median and the range over n = {settings.repeats} processes, each "
        "with a seed of its own."
    )


TRAINING_NOTE = """\
The simulator stands behind the comma: gymnasium's copies are stepped one after another
from Python, envpool's in C++ by one thread. `torch loop` is one file of PyTorch in the
manner of CleanRL. `× SB3` and `× torch loop` say how many times as fast a contender is
as these two on gymnasium, in the same round: the median of the rounds' ratios, and
their range. `core` is the least share of its core that a process had: where it is far
below 100 %, something else ran on the machine, and the row is no measurement."""


def speed_table(records: Mapping[str, list[Record]], leads: Sequence[str] = ()) -> str:
    """Steps a second of every contender, and its lead over some of them."""
    names = [lead.split(",")[0] for lead in leads]
    head = ["", "steps/s", "range", "n", *(f"× {name}" for name in names), "core"]
    lines = [line(head), line(["---"] + ["--:"] * (len(head) - 1))]
    for name, rows in records.items():
        found = column(rows, "speed")
        if not found:
            blank = [""] * (len(head) - 3)
            lines.append(line([name, "–", rows[0]["note"], *blank]))
            continue
        ratios = [lead_of(rows, records.get(lead, [])) for lead in leads]
        core = f"{min(column(rows, 'core')):.0%}"
        cells = [f"{statistics.median(found):,.0f}", span(found, ",.0f")]
        lines.append(line([name, *cells, str(len(found)), *ratios, core]))
    return "\n".join(lines)


def lead_of(rows: Sequence[Record], others: Sequence[Record]) -> str:
    """How many times as fast as another: the median of the rounds, and their range.

    Example:
        >>> lead_of([{"speed": 6.0}, {"speed": 9.0}], [{"speed": 2.0}, {"speed": 3.0}])
        '3.00 (3.00 to 3.00)'
    """
    pairs = zip(rows, others, strict=False)
    found = [a["speed"] / b["speed"] for a, b in pairs if "speed" in a and "speed" in b]
    if not found:
        return ""
    return f"{statistics.median(found):.2f} ({span(found, '.2f')})"


def part_table(records: Mapping[str, list[Record]]) -> str:
    """What telic's iterations are made of, with every backend."""
    head = ["", "part", "share of an iteration", "range", "n", "steps/s of it alone"]
    lines = [line(head), line(["---", "---"] + ["--:"] * 4)]
    for name, rows in records.items():
        done = [row["parts"] for row in rows if "parts" in row]
        if not done:
            lines.append(line([name, rows[0]["note"], "", "", "0", ""]))
            continue
        for part in done[0]:
            shares = [row[part] / sum(row.values()) for row in done]
            alone = landing.BATCH / statistics.median(row[part] for row in done)
            middle = f"{statistics.median(shares):.0%}"
            cells = [middle, span(shares, ".0%"), str(len(done)), f"{alone:,.0f}"]
            lines.append(line([name, part, *cells]))
    return "\n".join(lines)


PARTS_NOTE = """\
`policy`: 1,024 compiled calls, one for each step of all copies, actions fetched, timed
without the simulator in between. `learner`: advantages and all gradient steps.
`bookkeeping`: what remains of a rollout, which keeps what happened, tells the events,
and rates the actions."""


def bound(name: str, rows: Sequence[Record]) -> str:
    """Which part of an iteration bounds telic, and how far.

    Example:
        >>> parts = {"simulator": 3.0, "policy": 0.5, "learner": 0.5}
        >>> bound("telic", [{"parts": parts}])
        'telic is bound by the simulator, 75% of its time: free of all else, ...'
    """
    done = [row["parts"] for row in rows if "parts" in row]
    if not done:
        return f"{name} was not measured, so what bounds it is unknown."
    shares = {
        part: statistics.median(row[part] / sum(row.values()) for row in done)
        for part in done[0]
    }
    largest = max(shares, key=lambda part: shares[part])
    share = shares[largest]
    return (
        f"{name} is bound by the {largest}, {share:.0%} of its time: free of all else, "
        f"it would be {1 / share:.2f} times as fast, and with a {largest} that costs "
        f"nothing {1 / (1 - share):.2f} times."
    )


def learn_table(records: Mapping[str, list[Record]]) -> str:
    """How long every contender took to reach the goal."""
    head = [
        "",
        "reached",
        "seconds",
        "range",
        "steps",
        "range",
        "× SB3",
        "× torch loop",
    ]
    lines = [line(head), line(["---"] + ["--:"] * (len(head) - 1))]
    middles = {name: median_of(rows, "seconds") for name, rows in records.items()}
    for name, rows in records.items():
        done = [row for row in rows if "reached" in row]
        if not done:
            lines.append(line([name, rows[0]["note"], *[""] * (len(head) - 2)]))
            continue
        cells = [f"{sum(row['reached'] for row in done)} of {len(done)}"]
        for key in ("seconds", "steps"):
            cells += [said(median_of(done, key)), span(until(done, key), ",.0f")]
        leads = [middles.get(lead, math.inf) / middles[name] for lead in (SB3, LOOP)]
        cells += [f"{lead:.2f}" if 0 < lead < math.inf else "" for lead in leads]
        lines.append(line([name, *cells]))
    return "\n".join(lines)


def learn_note(settings: "Settings") -> str:
    """What is counted, and how."""
    return (
        f"Training until the episodes of the last rollouts, as few as hold "
        f"{landing.EPISODES} episodes, return {settings.goal:g} on average; looked "
        f"at after every update, given up after {settings.cap:,} steps. Medians and "
        f"ranges over n = {settings.repeats} seeds; a seed that did not get there "
        "counts as longer than any other, and shows as ∞. Seconds are those of the "
        "clock, compiling included, imports not; the ratios are those of the medians."
    )


def until(rows: Sequence[Record], key: str) -> list[float]:
    """Seconds or steps of every seed, infinite if it did not get there."""
    done = [row for row in rows if "reached" in row]
    return [row[key] if row["reached"] else math.inf for row in done]


def median_of(rows: Sequence[Record], key: str) -> float:
    """The median seed's seconds or steps; infinite if there is none.

    Example:
        >>> seeds = [(True, 60.0), (True, 40.0), (False, 90.0)]
        >>> median_of([{"reached": r, "seconds": s} for r, s in seeds], "seconds")
        60.0
    """
    return statistics.median(until(rows, key) or [math.inf])


def column(rows: Sequence[Record], key: str) -> list[float]:
    """An entry of all records that have it."""
    return [row[key] for row in rows if key in row]


def span(values: Sequence[float], form: str) -> str:
    """The least to the largest value."""
    return f"{said(min(values), form)} to {said(max(values), form)}"


def said(value: float, form: str = ",.0f") -> str:
    """A number, or the sign of one that has no end."""
    return "∞" if value == math.inf else format(value, form)


def line(cells: Sequence[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def versions() -> str:
    """What was installed, and on what it ran."""
    found = machine(VERSIONS)
    names = ", ".join(f"{name} {found[name]}" for name in ("python", *VERSIONS))
    return f"Versions: {names}. Processor: {found['processor']}, one core of it."
