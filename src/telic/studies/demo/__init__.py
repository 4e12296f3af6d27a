"""The demo: three edits that move the last agent's goal, and their pictures."""
