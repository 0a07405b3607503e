# ruff: noqa: S608 - names of columns in SQL are made here, texts go through `literal`
"""Columns with the flags behind numbers: `p` of `106.1 p`, for a column whose numbers have some."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

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
_SUFFIX = " flag"


def with_flags(
    raw: RawTable, decisions: Mapping[int, TypeDecision], space: Workspace
) -> tuple[RawTable, dict[int, TypeDecision]]:
    """Return a table with a column of flags, at its end, for each column of numbers with flags.

    Args:
        raw: The table, which is replaced.
        decisions: How its columns are read.
        space: DuckDB workspace.
    """
    flagged = [i for i, d in decisions.items() if d.parser in FLAGGED_NUMBERS]
    first = len(raw.names)
    added = _with_columns(raw, flagged, space)
    flags = {first + i: TypeDecision(FLAGS, verified=FLAGS) for i in range(len(flagged))}
    return added, {**decisions, **flags}


def with_flags_of_training(raw: RawTable, names: Sequence[str], space: Workspace) -> RawTable:
    """Return a batch with the columns of flags that the training table has, where it lacks them.

    Args:
        raw: The batch, which is replaced.
        names: Names of the columns of flags.
        space: DuckDB workspace.
    """
    places = {fold_name(name): i for i, name in enumerate(raw.names)}
    wanted = [name for name in names if fold_name(name) not in places]
    sources = [places.get(fold_name(name.removesuffix(_SUFFIX))) for name in wanted]
    return _with_columns(raw, [i for i in sources if i is not None], space)


def _with_columns(raw: RawTable, sources: Collection[int], space: Workspace) -> RawTable:
    texts = [i for i in sources if raw.sql_types[i] == "VARCHAR"]
    if not texts:
        return raw
    first = len(raw.names)
    columns = [f"c{i}" for i in range(first)]
    columns += [
        f"nullif(regexp_extract({trimmed(f'c{i}')}, {literal(FLAG_OF)}, 1), '') AS c{first + k}"
        for k, i in enumerate(texts)
    ]
    space.db.execute(
        f"CREATE TABLE {_TABLE} AS SELECT {', '.join(columns)} FROM {raw.table} ORDER BY rowid"
    )
    space.db.execute(f"DROP TABLE {raw.table}")
    names = [f"{raw.names[i].strip() or f'column_{i + 1}'}{_SUFFIX}" for i in texts]
    return replace(
        raw,
        table=_TABLE,
        names=[*raw.names, *names],
        sql_types=[*raw.sql_types, *["VARCHAR"] * len(texts)],
    )
