"""Snapshot, schema and pipeline of a pandas table, without reading files or guessing types."""

import pandas as pd

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    Dialect,
    Findings,
    Payload,
    PipelineSpec,
    SchemaDeduction,
    SnapshotColumn,
    TargetDeduction,
)
from pipeweave_dagster.core.pipelines import plan

_STORAGE = {"b": "boolean", "i": "integer", "u": "integer", "f": "number", "M": "datetime"}


def make_schema(frame, target, task, types=None, roles=None, positive=None, orders=None):
    """Return a schema as a user would write it: numeric, datetime, other text categorical."""
    columns = []
    for name in frame.columns:
        storage = _STORAGE.get(frame[name].dtype.kind, "text")
        plain = {"boolean": "boolean", "datetime": "datetime", "text": "categorical"}
        kind = (types or {}).get(name, plain.get(storage, "numeric"))
        role = "target" if name == target else (roles or {}).get(name, "feature")
        columns.append(
            ColumnDeduction(
                name=name,
                type=kind,
                storage=storage,
                role=role,
                confidence=1.0,
                reason="made",
                order=(orders or {}).get(name),
                distinct=frame[name].nunique(),
                missing=int(frame[name].isna().sum()),
            )
        )
    deduced = TargetDeduction(
        name=target, task=task, positive=positive, confidence=1.0, source="settings", reason=""
    )
    return SchemaDeduction(columns=columns, target=deduced)


def make_snapshot(frame):
    """Return the snapshot of a table that was read without any problem."""
    columns = [
        SnapshotColumn(
            name=name,
            original_name=name,
            type=_STORAGE.get(frame[name].dtype.kind, "text"),
            missing=int(frame[name].isna().sum()),
        )
        for name in frame.columns
    ]
    return DatasetSnapshot(
        dialect=Dialect(format="csv"),
        rows_read=len(frame),
        rows=len(frame),
        rows_quarantined=0,
        columns=columns,
        data=Payload(name="data.parquet", sha256="0" * 64, size_bytes=1),
    )


def make_pipeline(frame, target, task, *, settings=None, findings=(), **schema) -> PipelineSpec:
    """Return the pipeline that the rules plan; `schema` takes the arguments of `make_schema`."""
    return plan(
        snapshot=make_snapshot(frame),
        schema=make_schema(frame, target, task, **schema),
        findings=Findings(findings=list(findings)),
        settings=settings or DatasetSettings(),
    )


def write_parquet(frame: pd.DataFrame, folder):
    """Write a table as `data.parquet` and return its path."""
    path = folder / "data.parquet"
    frame.to_parquet(path)
    return path
