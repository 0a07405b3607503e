# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Values that the settings list as missing."""

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.ingest.base.raw_table import STORAGE_TYPES, RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.listed_values import listed_values_sql
from pipeweave_dagster.core.ingest.types.stacked_columns import counted_values
from pipeweave_dagster.core.ingest.types.type_decisions import (
    MAX_MISMATCHES,
    TypeDecision,
    described_texts,
)
from pipeweave_dagster.core.ingest.types.value_parsers import LONG_NUMBER, Parser

_NUMBERS = {"integer", "number"}


def without_given_missing(
    raw: RawTable,
    values: Mapping[int, str],
    decisions: dict[int, TypeDecision],
    missing: Mapping[int, frozenset[str]],
    space: Workspace,
) -> dict[int, TypeDecision]:
    """Return the decisions on columns with values such as -200 that are set to be missing.

    Texts that are listed are missing as they are written, numbers in any form: -200 is -200.0.
    Columns of texts lose them, too: whoever lists `n.d.` finds no category of that name anywhere.

    Args:
        raw: The table as text.
        values: SQL of each column's text as its parser sees it, over `v`, by column index.
        decisions: How the columns are read, by column index.
        missing: Texts that the settings list as missing, by column index.
        space: DuckDB workspace.
    """
    found = {}
    for i, texts in missing.items():
        decision = decisions.get(i)
        if decision is None:
            continue
        condition = _is_listed(decision.parser, texts)
        counts = counted_values(space, raw.table, [i], values[i], condition, MAX_MISMATCHES)
        listed = {t: n for t, n in counts.get(i, {}).items() if t not in decision.mismatches}
        if listed:
            found[i] = replace(decision, null_tokens=decision.null_tokens | listed)
    return decisions | found


def remove_given_missing(
    raw: RawTable, missing: Mapping[int, frozenset[str]], space: Workspace
) -> None:
    """Store listed values as missing in the columns that a file gives a type, as Parquet does.

    Args:
        raw: The table; its DuckDB table and notes are changed.
        missing: Texts that the settings list as missing, by column index.
        space: DuckDB workspace.
    """
    for i, texts in missing.items():
        type_ = STORAGE_TYPES[raw.sql_types[i]]
        name = raw.names[i]
        column = SnapshotColumn(name=name, original_name=name, type=type_, missing=0)
        values = [] if type_ == "text" else listed_values_sql(texts, column)
        if not values:
            continue
        listed = f"IN ({', '.join(values)})"
        found = counted_values(space, raw.table, [i], "v", f"v {listed}", MAX_MISMATCHES).get(i)
        if found:
            space.db.execute(f"UPDATE {raw.table} SET c{i} = NULL WHERE c{i} {listed}")
            raw.notes.append(
                f"{name}: Stored as missing in a column of type {type_}: {described_texts(found)}."
            )


def _is_listed(parser: Parser, texts: frozenset[str]) -> str:
    """Return the SQL condition that `v` is a listed text, or a number equal to one."""
    condition = f"v IN ({', '.join(map(literal, sorted(texts)))})"
    numbers = sorted({float(t) for t in texts if LONG_NUMBER.matches(t) and isfinite(float(t))})
    if parser.type not in _NUMBERS or not numbers:
        return condition
    typed = f"CASE WHEN {parser.match_sql('v')} THEN CAST({parser.cast_sql('v')} AS DOUBLE) END"
    return f"({condition} OR coalesce({typed} IN ({', '.join(map(repr, numbers))}), false))"
