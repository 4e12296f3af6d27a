"""Studies: named questions that join the rooms. To add one: one file, one line here."""

from telic.studies.alternation import Alternation
from telic.studies.retarget import Retarget
from telic.studies.splice import Splice

STUDIES = {"alternation": Alternation}
"""Every study that `telic train` can run, by name."""

EDIT_STUDIES = {"splice": Splice, "retarget": Retarget}
"""Every study that `telic study` can run on trained agents, by name."""
