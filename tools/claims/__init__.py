"""The claims of the plan: their values from runs, their verdicts, their page."""
