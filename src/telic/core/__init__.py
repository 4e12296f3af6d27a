"""The ground floor: trees of arrays, names and errors, used by every room above."""
