"""Variants: the same edits on agents that were trained in several ways.

A study of variants trains several variants of the alternation study, does studies of
edits on the runs of each, and compares the variants edit by edit. All variants have a
goal to move; the study asks whether the difference between them matters.
"""

import dataclasses
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.trials import Effects, Table, effects

Value = TypeVar("Value")


class Comparison(NamedTuple):
    """The effects of some edits, each over all variants.

    Attributes:
        edits: By edit, its effects on the agents of each variant.
        sites: By place, the name of the site at which activations were edited.
    """

    edits: dict[Hashable, Effects]
    sites: dict[str, str]


def compare(
    tables: Mapping[Any, Table],
    edits: Iterable[Hashable],
    *,
    measure: str = "aim",
    sites: Mapping[str, str] | None = None,
) -> Comparison:
    """The effects of some edits over all variants.

    Args:
        tables: By variant, its trials over seeds.
        edits: The edits, each present in every table.
        measure: The measure of the verdicts.
        sites: As in `Comparison`.

    Raises:
        InputError: If the tables are not of the same seeds, or one lacks an edit.
    """
    found = {edit: effects(across(tables, edit), measure=measure) for edit in edits}
    return Comparison(found, dict(sites or {}))


def chosen(only: Sequence[str], variants: Mapping[str, Value]) -> dict[str, Value]:
    """The named variants, in the order of `variants`; all if none is named.

    Raises:
        InputError: If a name is that of no variant.

    Example:
        >>> chosen(["b"], {"a": 1, "b": 2}), chosen([], {"a": 1})
        ({'b': 2}, {'a': 1})
    """
    for name in only:
        check_name(name, variants, kind="variant")
    return {k: v for k, v in variants.items() if k in only or not only}


def across(tables: Mapping[Any, Table], edit: Hashable) -> Table:
    """One edit of many tables as one table, with a row for each table and null.

    Raises:
        InputError: If the tables are not of the same seeds, or one lacks the edit.

    Example:
        >>> rows = (("add", ""), ("add", "noise"))
        >>> one = Table((0,), rows, ("aim",), np.array([[[0.9]], [[0.1]]]))
        >>> across({"tanh": one}, "add").rows
        (('tanh', ''), ('tanh', 'noise'))
    """
    first = _alike(tables.values())
    rows, values = [], []
    for name, table in tables.items():
        if (edit, "") not in table.rows:
            raise InputError(f"no edit {edit!r} of {name}", why="it was not tried")
        for null in ("", *table.nulls(edit)):
            rows.append((name, null))
            values.append(table.values[table.rows.index((edit, null))])
    return Table(first.seeds, tuple(rows), first.measures, np.array(values))


def averaged(tables: Sequence[Table]) -> Table:
    """The mean of some tables, seed by seed, over the rows that all of them have.

    Raises:
        InputError: If the tables are not of the same seeds.

    Example:
        >>> rows = (("add", ""), ("add", "noise"))
        >>> one, two = (
        ...     Table((0,), rows, ("aim",), np.array([[[x]], [[0.1]]]))
        ...     for x in (0.9, 0.7)
        ... )
        >>> averaged([one, two]).values_of("aim", "add").tolist()
        [0.8]
    """
    first = _alike(tables)
    rows = [row for row in first.rows if all(row in t.rows for t in tables)]
    values = [[t.values[t.rows.index(row)] for row in rows] for t in tables]
    return dataclasses.replace(first, rows=tuple(rows), values=np.mean(values, axis=0))


def _alike(tables: Iterable[Table]) -> Table:
    """The first of some tables, once all are found to share its seeds and measures."""
    first, *rest = tables
    for table in rest:
        if (table.seeds, table.measures) != (first.seeds, first.measures):
            raise InputError(
                f"tables of the seeds {first.seeds} and {table.seeds} in one",
                why="variants are compared on the same seeds and measures",
            )
    return first
