# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Cast and write a text file in a single query, which the first value that does not match ends."""

import logging
from pathlib import Path

import duckdb

from pipeweave_dagster.core.ingest.base.sql_quoting import identifier, literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.text import bulk_load, read_plan
from pipeweave_dagster.core.ingest.types.text_forms import is_unusual
from pipeweave_dagster.core.ingest.types.type_decisions import trimmed
from pipeweave_dagster.core.ingest.types.value_parsers import INTEGER, TEXT, Parser

_log = logging.getLogger(__name__)


def write_strictly(
    plan: read_plan.ReadPlan,
    first_line: int,
    names: list[str],
    parsers: list[Parser],
    path: Path,
    space: Workspace,
) -> bool:
    """Cast and write the file; False if a row is empty or a value does not match its parser."""
    source = bulk_load.source_sql(
        space.paths.sql(plan.text.path), plan.dialect, len(names), first_line
    )
    selected = ", ".join(
        f"{_strict_cast(f'c{i}', parser)} AS {identifier(name)}"
        for i, (name, parser) in enumerate(zip(names, parsers, strict=True))
    )
    empty = " AND ".join(f"c{i} IS NULL" for i in range(len(names)))
    repeats = " AND ".join(f"c{i} = {literal(name)}" for i, name in enumerate(names))
    try:
        space.db.execute(
            f"COPY (SELECT {selected} FROM {source}"
            f" WHERE CASE WHEN {empty} THEN error('empty row')"
            f" WHEN {repeats} THEN error('repeated header') ELSE true END)"
            f" TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        _log.info("not a clean file (%s); reading thoroughly", str(error).splitlines()[0][:150])
        path.unlink(missing_ok=True)
        return False
    return True


def _strict_cast(column: str, parser: Parser) -> str:
    """Return the SQL of a column's typed value, an error where the text does not match."""
    if parser is TEXT:
        error = f"error('another form of text in {column}')"
        return f"CASE WHEN {is_unusual(column)} THEN {error} ELSE {trimmed(column)} END"
    if parser is INTEGER:  # the number written back equals the text, so nothing is lost
        matches = f"CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR) = {column}"
    else:
        matches = parser.match_sql(column)
    return (
        f"CASE WHEN {column} IS NULL THEN NULL WHEN {matches} THEN {parser.cast_sql(column)}"
        f" ELSE error('mismatch in {column}') END"
    )
