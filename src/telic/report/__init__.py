"""The report: figures (a summary in, a figure out) and pages. No statistics here.

To add a figure: one file here, and one line in `FIGURES`.
"""

from telic.report.outcomes import outcomes
from telic.report.returns import returns
from telic.report.seed import seed
from telic.report.switches import switches

FIGURES = {
    "returns": returns,
    "seed": seed,
    "switches": switches,
    "outcomes": outcomes,
}
"""Every figure by name: a function of a `telic.studies.summary.Summary`."""
