"""Documents for tables that tests make themselves, without reading files or guessing types."""

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


def schema_of(frame, target, task, types=None, roles=None, positive=None, orders=None):
    """A schema as a person would write it: numbers numeric, dates dates, other text categories."""
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


def snapshot_of(frame):
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


def planned(frame, target, task, *, settings=None, findings=(), **schema) -> PipelineSpec:
    return plan(
        snapshot=snapshot_of(frame),
        schema=schema_of(frame, target, task, **schema),
        findings=Findings(findings=list(findings)),
        settings=settings or DatasetSettings(),
    )


def stored(frame: pd.DataFrame, folder):
    path = folder / "data.parquet"
    frame.to_parquet(path)
    return path
