# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read large delimited files with DuckDB; only malformed lines are parsed in Python."""

import csv
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.text.records import Record, TextDialect, parse_records

_log = logging.getLogger(__name__)
_BLOCK = 16 * MEGABYTE
_MAX_LINE = 8 * MEGABYTE
_MAX_REJECTS = 1_000_000


@dataclass(frozen=True)
class BulkResult:
    """Number of rows in DuckDB's table, and the records that it could not read."""

    rows: int
    malformed: list[Record]


def supports(dialect: TextDialect) -> bool:
    """Return whether DuckDB can read a dialect."""
    return dialect.delimiter is not None and not dialect.whitespace and len(dialect.delimiter) <= 4


def source_sql(
    path_sql: str, dialect: TextDialect, width: int, first_line: int, *, rejects: bool = False
) -> str:
    """Return the SQL that reads the body of a file as text columns `c0 …`.

    Args:
        path_sql: Path in SQL (see `LiteralPaths`) of UTF-8 text with LF or CRLF line ends.
        dialect: Delimiter, quote and escape.
        width: Number of columns.
        first_line: Line (from 1) on which the body starts.
        rejects: Whether malformed lines go to a table of rejects instead of ending the query.
    """
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    quote = dialect.quote or ""
    options = (
        f"auto_detect = false, header = false, skip = {first_line - 1}, columns = {{{columns}}},"
        f" delim = {literal(dialect.delimiter or ',')}, quote = {literal(quote)},"
        f" escape = {literal(dialect.escape or quote)}, max_line_size = {_MAX_LINE},"
        " strict_mode = true, compression = 'none', hive_partitioning = false"
    )
    if rejects:
        options += (
            ", store_rejects = true, rejects_table = 'rejects', rejects_scan = 'reject_scans',"
            f" rejects_limit = {_MAX_REJECTS + 1}"
        )
    return f"read_csv({path_sql}, {options})"


def read_bulk(
    path: Path, dialect: TextDialect, width: int, first_line: int, table: str, space: Workspace
) -> BulkResult | None:
    """Read all records from `first_line` on into a table; None if DuckDB fails.

    Args:
        path: UTF-8 text with LF or CRLF line ends.
        dialect: Delimiter, quote and escape.
        width: Number of columns; records of another width are not put into the table.
        first_line: Line (from 1) on which the body starts.
        table: Table to create, with text columns `c0 …` (empty fields are null).
        space: DuckDB workspace.
    """
    source = source_sql(space.paths.sql(path), dialect, width, first_line, rejects=True)
    try:
        space.db.execute(f"CREATE TABLE {table} AS SELECT * FROM {source}")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        reason = str(error).splitlines()[0][:200]
        _log.info("DuckDB cannot read the file (%s); using the lenient parser", reason)
        return None
    rejects = space.query(
        "SELECT line, any_value(csv_line) FROM rejects GROUP BY line, byte_position ORDER BY line"
    )
    space.db.execute("DROP TABLE rejects; DROP TABLE reject_scans")
    if len(rejects) > _MAX_REJECTS or any(text is None for _, text in rejects):
        space.db.execute(f"DROP TABLE {table}")
        return None
    return BulkResult(
        rows=space.query_row(f"SELECT count(*) FROM {table}")[0],
        malformed=[_parse_line(int(line), str(text), dialect, width) for line, text in rejects],
    )


def _parse_line(line: int, text: str, dialect: TextDialect, width: int) -> Record:
    records = parse_records(text, dialect, width, limit=1)
    return replace(records[0], line=line) if records else Record(line, [text])


def parse_blocks(path: Path, dialect: TextDialect, width: int) -> Iterator[list[Record]]:
    """Parse a file that does not fit into memory leniently, block by block.

    A quoted field that crosses the end of a block is parsed as a stray quote; its record then has a
    wrong width and is rejected as such.
    """
    line, rest = 1, ""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        while chunk := file.read(_BLOCK):
            text = rest + chunk
            end = text.rfind("\n") + 1 or len(text)
            rest = text[end:]
            yield _parse_block(text[:end], line, dialect, width)
            line += text.count("\n", 0, end)
    if rest:
        yield _parse_block(rest, line, dialect, width)


def _parse_block(text: str, first_line: int, dialect: TextDialect, width: int) -> list[Record]:
    records = parse_records(text, dialect, width)
    return [replace(r, line=r.line + first_line - 1) for r in records]


def line_numbers(
    path: Path, dialect: TextDialect, first_line: int, malformed: set[int], rows: list[int]
) -> list[int]:
    """Return the lines on which the given rows of the table start (one pass over the file).

    Args:
        path: The file.
        dialect: Delimiter, quote and escape.
        first_line: Line (from 1) on which the body starts.
        malformed: Lines that are not in the table.
        rows: Row numbers (from 0).
    """
    requested = set(rows)
    found: dict[int, int] = {}
    row = 0
    for line, fields in _numbered_lines(path, dialect):
        if line < first_line or not fields or line in malformed:
            continue
        if row in requested:
            found[row] = line
            if len(found) == len(requested):
                break
        row += 1
    return [found.get(row, row + first_line) for row in rows]


def _numbered_lines(path: Path, dialect: TextDialect) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        reader = csv.reader(
            file,
            delimiter=(dialect.delimiter or ",")[0],
            quotechar=dialect.quote,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            escapechar=dialect.escape,
            doublequote=dialect.escape is None,
            skipinitialspace=len(dialect.delimiter or ",") > 1,
        )
        before = 0
        for fields in reader:
            yield before + 1, fields
            before = reader.line_num
