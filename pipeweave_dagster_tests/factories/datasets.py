"""Small data sets: snapshot, schema and Parquet file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSnapshot,
    Dialect,
    Payload,
    SchemaDeduction,
    SnapshotColumn,
    TargetDeduction,
)


@dataclass
class DatasetFiles:
    """A data set as the stages before leave it; `data` is its Parquet file."""

    snapshot: DatasetSnapshot
    schema: SchemaDeduction
    data: Path


def make_dataset(
    folder: Path,
    columns: dict[str, Any],
    target: str | None = None,
    task: str | None = "binary",
    roles: dict[str, str] | None = None,
    pii: dict[str, str] | None = None,
    types: dict[str, str] | None = None,
    quarantined: int = 0,
    question: str | None = None,
    reading: dict[str, Any] | None = None,
    source: Literal["settings", "none"] | None = None,
) -> DatasetFiles:
    """Write a data set of these columns; types are Arrow's, roles `feature` unless given."""
    table = pa.table(columns)
    path = folder / "data.parquet"
    pq.write_table(table, path)
    deductions = []
    for name in table.column_names:
        column = table.column(name)
        storage, semantic = _types(column.type)
        role = "target" if name == target else (roles or {}).get(name, "feature")
        deductions.append(
            ColumnDeduction(
                name=name,
                type=(types or {}).get(name, semantic),
                storage=storage,
                role=role,
                confidence=1.0,
                reason="made",
                pii=(pii or {}).get(name),
                distinct=pc.count_distinct(column).as_py(),
                missing=column.null_count,
            )
        )
    deduced = TargetDeduction(
        name=target,
        task=task if target else None,
        confidence=1.0,
        source=source or ("settings" if target else "none"),
        reason="made",
        question=question,
    )
    snapshot = DatasetSnapshot(
        dialect=Dialect(format="csv", doubt=(reading or {}).get("doubt")),
        left_out=(reading or {}).get("left_out", []),
        rows_read=table.num_rows + quarantined,
        rows=table.num_rows,
        rows_quarantined=quarantined,
        columns=[
            SnapshotColumn(
                name=d.name,
                original_name=d.name,
                type=d.storage,
                missing=d.missing,
                doubt=(reading or {}).get("doubts", {}).get(d.name),
            )
            for d in deductions
        ],
        data=Payload.of(path),
    )
    return DatasetFiles(snapshot, SchemaDeduction(columns=deductions, target=deduced), path)


def _types(kind: pa.DataType) -> tuple[str, str]:
    if pa.types.is_boolean(kind):
        return "boolean", "boolean"
    if pa.types.is_integer(kind):
        return "integer", "numeric"
    if pa.types.is_floating(kind):
        return "number", "numeric"
    if pa.types.is_date(kind):
        return "date", "datetime"
    if pa.types.is_timestamp(kind):
        return "datetime", "datetime"
    return "text", "categorical"
