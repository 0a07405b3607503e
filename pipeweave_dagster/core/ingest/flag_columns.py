# ruff: noqa: S608 - names of columns in SQL are made here, texts go through `literal`
"""Columns with the flags behind numbers: `p` of `106.1 p`, for a column whose numbers have some."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.flagged_numbers import (
    FLAG_OF,
    FLAGGED_NUMBERS,
    FLAGS,
)
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision, trimmed
from pipeweave_dagster.core.model.column_names import fold_name

_TABLE = "flagged"
SUFFIX = " flag"
"""Behind the name of the column of numbers; `_2` … follows if a column has that name."""
_NOTE = "What stands behind the numbers (such as p or *) is in a column of its own, {!r}."
_SAME = "Behind every number stands {!r}, which is left out like a unit."


class Flags(NamedTuple):
    """A column of flags to add: the column of numbers that has them, and its name."""

    source: int
    name: str


def with_flags(
    raw: RawTable, decisions: Mapping[int, TypeDecision], space: Workspace
) -> tuple[RawTable, dict[int, TypeDecision]]:
    """Return a table with a column of flags, at its end, for each column of numbers with flags.

    One flag behind every number is like a unit: it tells no two rows apart, and has no column.

    Args:
        raw: The table, which is replaced.
        decisions: How its columns are read.
        space: DuckDB workspace.
    """
    flagged = [i for i, d in decisions.items() if d.parser in FLAGGED_NUMBERS]
    if not flagged:
        return raw, {**decisions}
    same = {i: flag for i in flagged if (flag := _only_flag(raw, i, space)) is not None}
    names, _ = unique_names(raw.names)
    taken = {fold_name(name) for name in names}
    added = [Flags(i, _free_name(names[i], taken)) for i in flagged if i not in same]
    noted = {i: decisions[i].with_note(_SAME.format(flag)) for i, flag in same.items()}
    noted |= {i: decisions[i].with_note(_NOTE.format(name)) for i, name in added}
    first = len(raw.names)
    flags = {first + k: TypeDecision(FLAGS, verified=FLAGS) for k in range(len(added))}
    return with_flag_columns(raw, added, space), {**decisions, **noted, **flags}


def _only_flag(raw: RawTable, column: int, space: Workspace) -> str | None:
    """Return the flag behind every number of a column, if there is one and no other."""
    text = trimmed(f"c{column}")
    flags, least, most, bare = space.query_row(
        f"SELECT count(flag), min(flag), max(flag),"
        f" count(*) FILTER (flag IS NULL AND regexp_matches(text, '[0-9]'))"
        f" FROM (SELECT {text} AS text, {_flag_sql(column)} AS flag FROM {raw.table})"
    )
    return str(least) if flags and least == most and not bare else None


def _free_name(base: str, taken: set[str]) -> str:
    """Return a name for the flags of a column that no other column has, and take it."""
    name, count = f"{base}{SUFFIX}", 1
    while fold_name(name) in taken:
        count += 1
        name = f"{base}{SUFFIX}_{count}"
    taken.add(fold_name(name))
    return name


def _flag_sql(column: int) -> str:
    return f"nullif(regexp_extract({trimmed(f'c{column}')}, {literal(FLAG_OF)}, 1), '')"


def with_flag_columns(raw: RawTable, flags: Sequence[Flags], space: Workspace) -> RawTable:
    """Return a table with columns of flags at its end, for those of them whose source is text.

    Args:
        raw: The table, which is replaced.
        flags: The columns to add.
        space: DuckDB workspace.
    """
    texts = [flag for flag in flags if raw.sql_types[flag.source] == "VARCHAR"]
    if not texts:
        return raw
    first = len(raw.names)
    columns = [f"c{i}" for i in range(first)]
    columns += [f"{_flag_sql(flag.source)} AS c{first + k}" for k, flag in enumerate(texts)]
    space.db.execute(
        f"CREATE TABLE {_TABLE} AS SELECT {', '.join(columns)} FROM {raw.table} ORDER BY rowid"
    )
    space.db.execute(f"DROP TABLE {raw.table}")
    return replace(
        raw,
        table=_TABLE,
        names=[*raw.names, *(flag.name for flag in texts)],
        sql_types=[*raw.sql_types, *["VARCHAR"] * len(texts)],
    )
