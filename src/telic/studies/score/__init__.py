"""Score: planted pairs on which anybody's locator is tried, and ours beside it."""
