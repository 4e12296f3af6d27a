"""Studies: named questions that join the rooms. To add one: one file, one line here."""

from telic.studies.alternation import Alternation
from telic.studies.calibrate import Calibrate
from telic.studies.held_out import HeldOut
from telic.studies.isolation import Isolation
from telic.studies.landing import Landing
from telic.studies.locate import Locate
from telic.studies.planting import Planting
from telic.studies.recipes import Recipes
from telic.studies.retarget import Retarget
from telic.studies.snr import Snr
from telic.studies.splice import Splice

STUDIES = {"alternation": Alternation, "landing": Landing}
"""Every study that `telic train` can run, by name."""

EDIT_STUDIES = {
    "locate": Locate,
    "splice": Splice,
    "retarget": Retarget,
    "isolation": Isolation,
    "snr": Snr,
}
"""Every study that `telic study` can run on trained agents, by name."""

INNER_STUDIES = {**EDIT_STUDIES, "planting": Planting}
"""Every study that a family can do on its runs, by name."""

FAMILIES = {"recipes": Recipes, "held-out": HeldOut, "calibrate": Calibrate}
"""Every study of edits that trains variants of its own and compares them, by name."""
