"""Studies: named questions with an answer each. To add one: a folder, one line here."""

from telic.studies.alternation import Alternation
from telic.studies.calibrate import Calibrate
from telic.studies.contested import Contested
from telic.studies.donors import Donors
from telic.studies.held_out import HeldOut
from telic.studies.isolation import Isolation
from telic.studies.landing import Landing
from telic.studies.locate import Locate
from telic.studies.planting import Planting
from telic.studies.probes import Probes
from telic.studies.recipes import Recipes
from telic.studies.retarget import Retarget
from telic.studies.shifts import Shifts
from telic.studies.snr import Snr
from telic.studies.splice import SpliceStudy

EXPERIMENTS = {"alternation": Alternation, "landing": Landing}
"""Every study that trains, by name: `telic train NAME`."""

STUDIES = {
    "locate": Locate,
    "splice": SpliceStudy,
    "donors": Donors,
    "shifts": Shifts,
    "contested": Contested,
    "retarget": Retarget,
    "isolation": Isolation,
    "snr": Snr,
    "planting": Planting,
    "probes": Probes,
}
"""Every study of trained agents, by name: `telic study NAME EXPERIMENT`."""

VARIANTS = {
    "recipes": Recipes,
    "held-out": HeldOut,
    "calibrate": Calibrate,
}
"""Every study that trains agents in several ways, by name: `telic study NAME`."""
