"""Expressions as text: the grammar of `purple@23 + 1.5 * mean(blue - purple)`.

What is said here of an expression needs no agent: whether it can be read, and whether
the phases that it names are there. `telic.edits.expression` works one out.
"""
