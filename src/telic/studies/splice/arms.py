"""The arms of training on: what was done to the agent, and which objective trains."""

UNEDITED, EDITED, NOISE = "unedited", "edited", "noise"
OLD, NEW = "old", "new"

ARMS = ((UNEDITED, OLD), (EDITED, OLD), (NOISE, OLD), (UNEDITED, NEW))
