"""Metadata of uploads, typed tables and schemas."""

from typing import Any

import dagster as dg

from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.lib.metadata.base import MAX_NAME, MOST_COLUMNS, Describers
from pipeweave_dagster.services.reading_text import joined_notes
from pipeweave_dagster.settings import Settings


def _raw_upload(document: RawUpload, settings: Settings) -> dict[str, Any]:
    files = [
        (f.name, markdown.number(f.size_bytes), f.sha256) for f in document.files[:MOST_COLUMNS]
    ]
    chosen = document.settings.model_dump(mode="json", exclude_defaults=True)
    return {
        "overview": dg.MetadataValue.md(
            markdown.table(
                ["file", "bytes", "sha256 (first 16)"], [(n, s, h[:16]) for n, s, h in files]
            )
        ),
        "sha256": files[0][2],
        "size_bytes": document.files[0].size_bytes,
        "settings": dg.MetadataValue.json(chosen),
        **({"source": document.source} if document.source else {}),
        **(
            {"notes": dg.MetadataValue.md(markdown.bullets(document.notes))}
            if document.notes
            else {}
        ),
        "page": dg.MetadataValue.url(f"{settings.web_url}/datasets/{document.dataset}"),
    }


def _dataset(document: DatasetSnapshot, settings: Settings) -> dict[str, Any]:
    _ = settings
    dialect = document.dialect.model_dump(exclude_none=True)
    facts = [
        ("rows read", markdown.number(document.rows_read)),
        ("rows loaded", markdown.number(document.rows)),
        ("rows quarantined", markdown.number(document.rows_quarantined)),
        ("columns", len(document.columns)),
        *((name.replace("_", " "), repr(value)) for name, value in dialect.items()),
    ]
    columns = [
        dg.TableColumn(
            name=column.name[:MAX_NAME],
            type=column.type,
            description=markdown.long_text(column.note) if column.note else None,
            constraints=dg.TableColumnConstraints(nullable=column.missing > 0),
        )
        for column in document.columns[:MOST_COLUMNS]
    ]
    return {
        "dagster/row_count": document.rows,
        "overview": dg.MetadataValue.md(markdown.table(["fact", "value"], facts)),
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "notes": dg.MetadataValue.md(markdown.bullets(joined_notes(document.notes))),
        "rows_read": document.rows_read,
        "rows_quarantined": document.rows_quarantined,
        "column_count": len(document.columns),
    }


def _schema(document: SchemaDeduction, settings: Settings) -> dict[str, Any]:
    _ = settings
    target = document.target
    rows = [
        (c.name, c.type, c.role, f"{c.confidence:.2f}", c.missing, c.distinct, c.reason)
        for c in document.columns
    ]
    header = ["column", "type", "role", "confidence", "missing", "distinct", "reason"]
    facts = {
        "target": dg.MetadataValue.md(
            f"**{markdown.text(target.name or 'none')}** ({target.task or 'no task'}; "
            f"{target.source}): {markdown.long_text(target.reason)}"
        ),
        "columns": dg.MetadataValue.md(markdown.table(header, rows)),
        "notes": dg.MetadataValue.md(markdown.bullets(document.notes)),
        "column_count": len(document.columns),
    }
    if target.question:
        facts["question"] = dg.MetadataValue.md(markdown.long_text(target.question))
    return facts


describe_data: Describers = {
    RawUpload.kind: _raw_upload,
    DatasetSnapshot.kind: _dataset,
    SchemaDeduction.kind: _schema,
}
