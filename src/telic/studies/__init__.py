"""Studies: named questions that join the rooms. To add one: a folder, one line here."""

from telic.studies.alternation import Alternation
from telic.studies.isolation import Isolation
from telic.studies.landing import Landing
from telic.studies.snr import Snr
from telic.studies.splice import Splice

EXPERIMENTS = {"alternation": Alternation, "landing": Landing}
"""Every study that trains, by name: `telic train NAME`."""

STUDIES = {
    "splice": Splice,
    "isolation": Isolation,
    "snr": Snr,
}
"""Every study of trained agents, by name: `telic study NAME EXPERIMENT`."""

VARIANTS = {}
"""Every study that trains agents in several ways, by name: `telic study NAME`."""
