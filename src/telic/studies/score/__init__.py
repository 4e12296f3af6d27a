"""Score: a benchmark of planted pairs for any user's locator, with ours beside it."""
