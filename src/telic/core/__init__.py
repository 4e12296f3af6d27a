"""The base layer: trees of arrays, names and errors, used by all other packages."""
