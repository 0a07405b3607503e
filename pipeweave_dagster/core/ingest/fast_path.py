# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read large, clean files fast: read, check, cast and write in a single DuckDB query.

A sample proposes the types, and the query verifies them on every value: the first value that does
not match aborts it, and the file is read thoroughly. So the result is as strict; clean files only
skip the second pass.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSnapshot
from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import identifier
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.sampled_types import certain_parsers, sample_values
from pipeweave_dagster.core.ingest.store_table import describe_table
from pipeweave_dagster.core.ingest.strict_write import write_strictly
from pipeweave_dagster.core.ingest.text import bulk_load, plan_description, read_plan
from pipeweave_dagster.core.ingest.types.column_hints import column_hints
from pipeweave_dagster.core.ingest.types.infer_parser import is_decimal_comma
from pipeweave_dagster.core.ingest.types.refine_decisions import sample_note
from pipeweave_dagster.core.ingest.types.spellings import (
    count_texts,
    may_be_labels,
    spellings_of,
    texts_of_values,
)
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision

_MIN_BYTES = 8 * MEGABYTE
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
    samples = None if hints.numeric or hints.missing else sample_values(plan, width)
    parsers = samples and certain_parsers(
        samples,
        headers,
        [hints.parsers.get(i) for i in range(len(names))],
        is_decimal_comma(samples or [], plan.decimal, plan.dialect.delimiter),
    )
    if not samples or not parsers:
        return None
    path = out / "data.parquet"
    if not write_strictly(plan, first_line, names, parsers, path, space):
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


def _count_rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)
