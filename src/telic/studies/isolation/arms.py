"""The names of what is measured: parts of the rows, arms of training on, a film."""

TRIAL, GREEDY = "trial", "greedy"
"""The trials of agents that draw their actions, and that take the most probable one."""

FIRST, SECOND = "first", "second"
"""The arms of the second phase: trained on under the first objective, or the second."""

NOISE = "noise"
"""An arm of recovery, beside the unedited agent and one for each vector subtracted:
Gaussian noise as long as the reward-specific part."""

BASE = "base"
"""The agent itself, beside the vectors whose norms are measured."""

FILMED = 3
"""The seed of the episode that is shown: the same for all agents."""
