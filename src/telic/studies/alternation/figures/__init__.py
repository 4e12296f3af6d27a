"""The report: figures (a summary in, a figure out) and pages. No statistics here.

To add a figure: one file here, and one line in `FIGURES`.
"""

from telic.studies.alternation.figures.outcomes import outcomes
from telic.studies.alternation.figures.returns import returns
from telic.studies.alternation.figures.seed import seed
from telic.studies.alternation.figures.switches import switches

FIGURES = {
    "returns": returns,
    "seed": seed,
    "switches": switches,
    "outcomes": outcomes,
}
"""Every figure by name: a function of a `telic.studies.alternation.summary.Summary`."""
