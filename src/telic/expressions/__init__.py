"""Expressions as text: the grammar of `purple@23 + 1.5 * mean(blue - purple)`.

This package needs no agents: it parses an expression, and checks that the phases that
it names exist. `telic.edits.expression` evaluates one.
"""
