# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read a large delimited file by DuckDB, told the dialect; only broken lines become Python text."""

import csv
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.workspace import Workspace, literal
from pipeweave_dagster.core.ingest.text.records import Grammar, Record, parse

_log = logging.getLogger(__name__)
_BLOCK = 16 * MEGABYTE
_MAX_LINE = 8 * MEGABYTE
_MAX_REJECTS = 1_000_000


@dataclass(frozen=True)
class Bulk:
    """What DuckDB read: rows in its table, and the records it could not read, with their lines."""

    rows: int
    broken: list[Record]


def can_read(grammar: Grammar) -> bool:
    """Whether DuckDB knows such a dialect."""
    return grammar.separator is not None and not grammar.blanks and len(grammar.separator) <= 4


def source_sql(
    path: Path, grammar: Grammar, width: int, first_line: int, *, rejects: bool = False
) -> str:
    """SQL: the body of the file as text columns `c0 …`; broken lines end it, or are set aside."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    quote = grammar.quote or ""
    options = (
        f"auto_detect = false, header = false, skip = {first_line - 1}, columns = {{{columns}}},"
        f" delim = {literal(grammar.separator or ',')}, quote = {literal(quote)},"
        f" escape = {literal(grammar.escape or quote)}, max_line_size = {_MAX_LINE},"
        " strict_mode = true"
    )
    if rejects:
        options += (
            ", store_rejects = true, rejects_table = 'rejects', rejects_scan = 'reject_scans',"
            f" rejects_limit = {_MAX_REJECTS + 1}"
        )
    return f"read_csv({literal(str(path))}, {options})"


def read_bulk(
    path: Path, grammar: Grammar, width: int, first_line: int, table: str, space: Workspace
) -> Bulk | None:
    """Read all records from `first_line` on into the table, None where DuckDB gives up.

    Args:
        path: UTF-8 text with LF or CRLF line ends.
        grammar: Separator, quote and escape.
        width: Number of columns; records of another width are not put into the table.
        first_line: Line (from 1) on which the body begins.
        table: Table to make, with text columns `c0 …` (empty fields are null).
        space: Where to work.
    """
    source = source_sql(path, grammar, width, first_line, rejects=True)
    try:
        space.db.execute(f"CREATE TABLE {table} AS SELECT * FROM {source}")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        _log.info("DuckDB gives up (%s); reading leniently", str(error).splitlines()[0][:200])
        return None
    found = space.rows(
        "SELECT line, any_value(csv_line) FROM rejects GROUP BY line, byte_position ORDER BY line"
    )
    space.db.execute("DROP TABLE rejects; DROP TABLE reject_scans")
    if len(found) > _MAX_REJECTS or any(text is None for _, text in found):
        space.db.execute(f"DROP TABLE {table}")
        return None
    return Bulk(
        rows=space.one(f"SELECT count(*) FROM {table}")[0],
        broken=[_again(int(line), str(text), grammar, width) for line, text in found],
    )


def _again(line: int, text: str, grammar: Grammar, width: int) -> Record:
    records = parse(text, grammar, width, limit=1).records
    if not records:
        return Record(line, [text])
    return Record(line, records[0].fields, records[0].odd)


def blocks(path: Path, grammar: Grammar, width: int) -> Iterator[list[Record]]:
    """All records of a file too large to be held at once, leniently, block by block.

    A quoted field that runs over the end of a block is read as a stray quote; its record then has
    a wrong width and is accounted for as such.
    """
    line, rest = 1, ""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        while chunk := file.read(_BLOCK):
            text = rest + chunk
            cut = text.rfind("\n") + 1 or len(text)
            rest = text[cut:]
            records = parse(text[:cut], grammar, width).records
            yield [Record(r.line + line - 1, r.fields, r.odd) for r in records]
            line += text.count("\n", 0, cut)
    if rest:
        yield [
            Record(r.line + line - 1, r.fields, r.odd) for r in parse(rest, grammar, width).records
        ]


def lines_of(
    path: Path, grammar: Grammar, first_line: int, broken: set[int], rows: list[int]
) -> list[int]:
    """Lines on which the given records of the table begin (one pass, only made when asked)."""
    wanted = set(rows)
    found: dict[int, int] = {}
    count = 0
    for line, fields in _numbered(path, grammar):
        if line < first_line or not fields or line in broken:
            continue
        if count in wanted:
            found[count] = line
            if len(found) == len(wanted):
                break
        count += 1
    return [found.get(row, row + first_line) for row in rows]


def _numbered(path: Path, grammar: Grammar) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        reader = csv.reader(
            file,
            delimiter=(grammar.separator or ",")[0],
            quotechar=grammar.quote,
            quoting=csv.QUOTE_MINIMAL if grammar.quote else csv.QUOTE_NONE,
            escapechar=grammar.escape,
            doublequote=grammar.escape is None,
            skipinitialspace=len(grammar.separator or ",") > 1,
        )
        before = 0
        for fields in reader:
            yield before + 1, fields
            before = reader.line_num
