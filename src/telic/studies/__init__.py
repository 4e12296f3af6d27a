"""Studies: named questions that join the rooms. To add one: one file, one line here."""

from telic.studies.alternation import Alternation

STUDIES = {"alternation": Alternation}
"""Every study that `telic train` can run, by name."""
