"""The names of the parts of the rows, of the arms of further training, of a film."""

TRIAL, GREEDY = "trial", "greedy"
"""The parts with trials of sampling agents and of greedy agents."""

FIRST, SECOND = "first", "second"
TWIN, OPPOSITE = "twin", "opposite"
"""The arms of the second phase: further training on the first or second objective, on
the first one again with other draws, or on the opposite of the second."""

NOISE = "noise"
"""An arm of recovery, beside the unedited agent and one for each vector subtracted:
Gaussian noise of the same norm as the reward-specific part."""

BASE = "base"
"""The condition of the agent's own norms, beside those of the vectors."""

FILMED = 3
"""The seed of the episode that is shown: the same for all agents."""
