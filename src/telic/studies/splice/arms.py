"""The arms of further training: the edit that was applied, and the objective."""

UNEDITED, EDITED, NOISE = "unedited", "edited", "noise"
OLD, NEW = "old", "new"

ARMS = ((UNEDITED, OLD), (EDITED, OLD), (NOISE, OLD), (UNEDITED, NEW))
