"""Every phase of every seed as one CSV row: the numbers behind the page."""

import csv
import io

from telic.studies.alternation.summary import Summary


def phases_csv(summary: Summary) -> str:
    """Comma-separated rows, one for each seed and phase.

    Columns: `seed`; `phase`, from 0; `objective`, the one trained; `return_first` and
    `return_last`, under that objective, in the first and last rollout of the phase;
    `success_first` and `success_last`, the share of episodes that reach the wanted
    goal, empty without an event of success; and for each mark of the yardstick
    `updates_to_M`, empty if the phase never reached it.
    """
    found, text = summary.switches, io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    values = {
        f"{measure}_{when}": getattr(ends, when)
        for measure, ends in found.ends.items()
        for when in ends._fields
    }
    values |= {f"updates_to_{mark:g}": each for mark, each in found.needed.items()}
    writer.writerow(["seed", "phase", "objective", *values])
    for row, seed in enumerate(summary.runs.seeds):
        for phase, objective in enumerate(summary.runs.wanted):
            numbers = [_text(float(value[row, phase])) for value in values.values()]
            writer.writerow([seed, phase, spreadsheet_cell(objective), *numbers])
    return text.getvalue()


def spreadsheet_cell(cell: str) -> str:
    """A name as a cell that no spreadsheet takes for a formula.

    Example:
        >>> [spreadsheet_cell(name) for name in ("=cmd|calc", "blue", "-1.5")]
        ["'=cmd|calc", 'blue', '-1.5']
    """
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _text(value: float) -> str:
    """Five digits; nothing for what is not there or was never reached."""
    return f"{value:.5g}" if abs(value) < float("inf") else ""
