# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read large, clean files fast: read, check, cast and write in a single DuckDB query.

A sample proposes the types, and the query verifies them on every value: the first value that does
not match aborts it, and the file is read thoroughly. So the result is as strict; clean files only
skip the second pass.
"""

import logging
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSnapshot
from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import identifier, literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.store_table import describe_table
from pipeweave_dagster.core.ingest.text import bulk_load, plan_description, read_plan
from pipeweave_dagster.core.ingest.text.records import parse_records
from pipeweave_dagster.core.ingest.types.column_hints import column_hints
from pipeweave_dagster.core.ingest.types.date_parsers import swap_day_and_month
from pipeweave_dagster.core.ingest.types.grouped_numbers import mark_in_question
from pipeweave_dagster.core.ingest.types.infer_parser import infer_parser, is_decimal_comma
from pipeweave_dagster.core.ingest.types.lost_digits import lost_digits
from pipeweave_dagster.core.ingest.types.plain_characters import plain_sample
from pipeweave_dagster.core.ingest.types.refine_decisions import sample_note
from pipeweave_dagster.core.ingest.types.spellings import (
    count_texts,
    may_be_labels,
    spellings_of,
    texts_of_values,
)
from pipeweave_dagster.core.ingest.types.text_forms import is_unusual
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision, trimmed
from pipeweave_dagster.core.ingest.types.value_parsers import INTEGER, TEXT, Parser
from pipeweave_dagster.core.model.null_tokens import is_null_token

_log = logging.getLogger(__name__)
_MIN_BYTES = 8 * MEGABYTE
_SAMPLE_BYTES = MEGABYTE // 8
_SAMPLES = 8
_SAMPLE_VALUES = 1000
_FEW_COLUMNS, _MIN_COLUMN_BYTES = 200, 40_000
"""With more columns in one query, planning it takes longer than reading them if they are short."""


def is_large(content: Content) -> bool:
    """Return whether a file is so large that reading it fast is worth a try."""
    return content.path.stat().st_size >= _MIN_BYTES


def read_fast(
    content: Content,
    out: Path,
    space: Workspace,
    columns: dict[str, ColumnSetting],
    plan: read_plan.ReadPlan,
) -> DatasetSnapshot | None:
    """Read a large, clean file; None for all other files.

    Args:
        content: The file.
        out: Folder for `data.parquet`.
        space: DuckDB workspace.
        columns: Settings of columns by name.
        plan: How the file is read.
    """
    size = content.path.stat().st_size
    if plan.end is not None or not bulk_load.supports(plan.dialect):
        return None
    first_line, headers, width = read_plan.locate_body(plan)
    nameless = any(not name.strip(" \t,;|") for name in headers)
    short = width > _FEW_COLUMNS and size < _MIN_COLUMN_BYTES * width
    if short or (nameless and plan.layout.names is not None):
        return None
    names, name_notes = unique_names(headers)
    hints = column_hints(columns, names)
    samples = None if hints.numeric or hints.missing else _sample_values(plan, width)
    parsers = samples and _infer_parsers(
        samples,
        headers,
        [hints.parsers.get(i) for i in range(len(names))],
        is_decimal_comma(samples or [], plan.decimal, plan.dialect.delimiter),
    )
    if not samples or not parsers:
        return None
    path = out / "data.parquet"
    if not _write_strictly(plan, first_line, names, parsers, path, space):
        return None
    raw = RawTable(
        table="",
        names=headers,
        sql_types=["VARCHAR"] * width,
        dialect=plan_description.dialect_document(content, plan),
        rows=_count_rows(path),
        left_out=plan_description.preamble_lines(plan),
        notes=[*plan_description.read_notes(content, plan), *name_notes],
    )
    decisions = {
        i: TypeDecision(parser, note=sample_note(parser, sample, headers[i]))
        for i, (parser, sample) in enumerate(zip(parsers, samples, strict=True))
    }
    source = bulk_load.source_sql(space.paths.sql(plan.text.path), plan.dialect, width, first_line)
    texts = _count_texts(decisions, samples, source, (path, names), space)
    return describe_table(raw, decisions, names, path, spellings_of(texts, space, raw.notes))


def _count_texts(
    decisions: dict[int, TypeDecision],
    samples: list[Counter[str]],
    source: str,
    written: tuple[Path, list[str]],
    space: Workspace,
) -> dict[int, TypeDecision]:
    """Count the texts of columns that may be labels.

    Where the samples have one text for each value that was written (path and names of columns), the
    values are counted; else the texts, in one more pass over these columns alone.
    """
    counted: dict[int, TypeDecision] = {}
    chosen = []
    for i, decision in decisions.items():
        if not may_be_labels(decision.parser, samples[i]):
            continue
        path = space.paths.sql(written[0])
        query = (
            f"SELECT {identifier(written[1][i])} AS v"
            f" FROM read_parquet({path}, hive_partitioning = false)"
        )
        texts = texts_of_values(decision, samples[i], query, space)
        if texts is None:
            chosen.append(i)
        else:
            counted[i] = replace(decision, texts=texts)
    if not chosen:
        return counted
    columns = ", ".join(f"c{i}" for i in chosen)
    space.db.execute(f"CREATE TABLE labels AS SELECT {columns} FROM {source}")
    values = dict.fromkeys(chosen, "v")
    counted |= count_texts(
        {i: decisions[i] for i in chosen}, dict(enumerate(samples)), "labels", values, space
    )
    space.db.execute("DROP TABLE labels")
    return counted


def _infer_parsers(
    samples: list[Counter[str]],
    headers: list[str],
    requested: list[Parser | None],
    decimal: bool,
) -> list[Parser] | None:
    """Infer a parser for each column from samples of the file; None if one is uncertain."""
    parsers = []
    for given, sample, name in zip(requested, samples, headers, strict=True):
        parser = given or infer_parser(sample, decimal, name)
        if not _is_certain(parser, sample, given is TEXT):
            return None
        parsers.append(parser)
    return parsers


def _is_certain(parser: Parser, sample: Counter[str], requested_text: bool) -> bool:
    """Return whether a column needs no look at all its values to decide how they are read."""
    if parser is TEXT:
        plain = None if requested_text else plain_sample(sample)
        return plain is None or infer_parser(plain) is TEXT
    if mark_in_question(parser, sample) is not None or lost_digits(parser, sample) is not None:
        return False
    swapped = swap_day_and_month(parser)
    if any(is_null_token(v) or v != v.strip() for v in sample):
        return False
    if swapped is not None and all(swapped.matches(v) for v in sample):
        return False
    # The century and the scale of percentages depend on all values, and so do cut fractions.
    return not (parser.unit == "%" or re.search("%[yf]", parser.format or ""))


def _sample_values(plan: read_plan.ReadPlan, width: int) -> list[Counter[str]] | None:
    """Return the most frequent values of each column; None if a record is malformed."""
    samples: list[Counter[str]] = [Counter() for _ in range(width)]
    for text in _sample_texts(plan.text.path):
        for record in parse_records(text, plan.dialect, width)[1:]:
            if record.repair or len(record.fields) != width:
                return None
            for sample, value in zip(samples, record.fields, strict=True):
                sample[value[:200]] += 1
    samples = [Counter(dict(s.most_common(_SAMPLE_VALUES))) for s in samples]
    for sample in samples:
        sample.pop("", None)
    return samples


def _sample_texts(path: Path) -> list[str]:
    """Return complete lines from the head, throughout the middle, and the tail of a file."""
    size = path.stat().st_size
    texts = []
    with path.open("rb") as file:
        for i in range(_SAMPLES):
            file.seek((size - _SAMPLE_BYTES) * i // (_SAMPLES - 1))
            data = file.read(_SAMPLE_BYTES)
            start = data.find(b"\n") + 1 if i else 0
            texts.append(data[start : data.rfind(b"\n") + 1].decode("utf-8", errors="replace"))
    return texts


def _write_strictly(
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


def _count_rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)
