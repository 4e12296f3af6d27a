"""The demo's edits: the last agent's goal moved, with what its own training left."""
