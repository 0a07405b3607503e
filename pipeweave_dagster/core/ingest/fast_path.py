# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""The fast way for large, clean files: read, check, cast and write in one pass of DuckDB.

A sample proposes the types, and the pass itself proves them on every value: the first value that
does not fit stops it, and the file is then read the thorough way. So the result is never less
strict; only files in good order are spared a second look.
"""

import logging
from collections import Counter
from pathlib import Path

import duckdb

from pipeweave_dagster.core.documents import DatasetSnapshot
from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace, identifier, literal
from pipeweave_dagster.core.ingest.store_table import described
from pipeweave_dagster.core.ingest.text import bulk_load, read_plan
from pipeweave_dagster.core.ingest.text.records import parse
from pipeweave_dagster.core.ingest.types.date_parsers import swapped
from pipeweave_dagster.core.ingest.types.format_guesses import (
    is_null_token,
    propose,
    sample_decides_comma,
)
from pipeweave_dagster.core.ingest.types.type_decisions import Decision, trimmed
from pipeweave_dagster.core.ingest.types.value_parsers import INTEGER, TEXT, Parser

_log = logging.getLogger(__name__)
_SMALLEST = 8 * MEGABYTE
_PIECE = MEGABYTE // 8
_PIECES = 8
_VALUES = 1000
_MOST_COLUMNS = 200
"""More of them in one query take DuckDB longer to plan than to read; see `casting`."""


def read_fast(
    content: Content, out: Path, space: Workspace, asked: dict[str, Parser]
) -> DatasetSnapshot | None:
    """The snapshot of a large file in good order; None for all others.

    Args:
        content: The file.
        out: Gets `data.parquet`.
        space: Where to work.
        asked: Forms that a person asked for, by the folded name of the column.
    """
    if content.path.stat().st_size < _SMALLEST:
        return None
    decided = read_plan.plan(content, space.folder)
    if not bulk_load.can_read(decided.grammar):
        return None
    first, headers, width = read_plan.body_of(decided)
    nameless = any(not name.strip(" \t,;|") for name in headers)
    if width > _MOST_COLUMNS or (nameless and decided.layout.names is not None):
        return None
    names, name_notes = unique_names(headers)
    parsers = _propose(decided, [asked.get(name.casefold()) for name in names])
    if parsers is None:
        return None
    path = out / "data.parquet"
    if not _copy(decided, first, names, parsers, path, space):
        return None
    raw = RawTable(
        table="",
        names=headers,
        natives=["VARCHAR"] * width,
        dialect=read_plan.dialect_of(content, decided),
        rows=_rows(path),
        notes=[*content.notes, *decided.text.notes, *read_plan.told(decided), *name_notes],
    )
    decisions = {i: Decision(parser) for i, parser in enumerate(parsers)}
    return described(raw, decisions, names, path)


def _propose(decided: read_plan.Plan, said: list[Parser | None]) -> list[Parser] | None:
    """A parser for each column by pieces from all over the file, None if one leaves a doubt."""
    samples: list[Counter[str]] = [Counter() for _ in said]
    for piece in _pieces(decided.text.path):
        for record in parse(piece, decided.grammar, len(said)).records[1:]:
            if record.odd or len(record.fields) != len(said):
                return None
            for sample, value in zip(samples, record.fields, strict=True):
                sample[value[:200]] += 1
    samples = [Counter(dict(s.most_common(_VALUES))) for s in samples]
    for sample in samples:
        sample.pop("", None)
    decimal = sample_decides_comma(samples, decided.grammar.separator == ";")
    parsers = [
        asked or propose(sample, decimal) for asked, sample in zip(said, samples, strict=True)
    ]
    for parser, sample in zip(parsers, samples, strict=True):
        if parser is TEXT:
            continue
        other = swapped(parser)
        if any(is_null_token(v) or v != v.strip() for v in sample):
            return None
        if other is not None and all(other.looks_like(v) for v in sample):
            return None
    return parsers


def _pieces(path: Path) -> list[str]:
    """Whole lines from the head, from all over the middle, and from the tail."""
    size = path.stat().st_size
    pieces = []
    with path.open("rb") as file:
        for i in range(_PIECES):
            file.seek((size - _PIECE) * i // (_PIECES - 1))
            data = file.read(_PIECE)
            begin = data.find(b"\n") + 1 if i else 0
            pieces.append(data[begin : data.rfind(b"\n") + 1].decode("utf-8", errors="replace"))
    return pieces


def _copy(
    decided: read_plan.Plan,
    first: int,
    names: list[str],
    parsers: list[Parser],
    path: Path,
    space: Workspace,
) -> bool:
    source = bulk_load.source_sql(decided.text.path, decided.grammar, len(names), first)
    selected = ", ".join(
        f"{_strict(f'c{i}', parser)} AS {identifier(name)}"
        for i, (name, parser) in enumerate(zip(names, parsers, strict=True))
    )
    empty = " AND ".join(f"c{i} IS NULL" for i in range(len(names)))
    try:
        space.db.execute(
            f"COPY (SELECT {selected} FROM {source}"
            f" WHERE CASE WHEN {empty} THEN error('empty row') ELSE true END)"
            f" TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        _log.info("not in good order (%s); reading thoroughly", str(error).splitlines()[0][:150])
        path.unlink(missing_ok=True)
        return False
    return True


def _strict(column: str, parser: Parser) -> str:
    """SQL: the value of a column, an error if it is not exactly in the parser's form."""
    if parser is TEXT:
        return trimmed(column)
    if parser is INTEGER:  # the number written back is the text, so nothing can be lost
        fits = f"CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR) = {column}"
    else:
        fits = parser.fits_sql(column)
    return (
        f"CASE WHEN {column} IS NULL THEN NULL WHEN {fits} THEN {parser.cast_sql(column)}"
        f" ELSE error('misfit in {column}') END"
    )


def _rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)
