"""Compare two versions of a data set: columns, types, roles and target, as one list of changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSnapshot,
    Part,
    SchemaDeduction,
    TargetDeduction,
)
from pipeweave_dagster.core.schema.schema_diff import SchemaChange, compare_schemas

_VALUES = {"NEW_CATEGORY", "NEW_LABEL", "OUT_OF_RANGE"}


class VersionChange(Part):
    """One difference between two versions.

    `before` and `after` are column names, types, roles, targets or tasks, by `code`; both are None
    where only values differ.
    """

    code: str
    severity: Literal["error", "warning"]
    column: str
    message: str
    before: str | None = None
    after: str | None = None


def compare_versions(
    old: SchemaDeduction,
    old_snapshot: DatasetSnapshot,
    old_data: Path,
    new: SchemaDeduction,
    new_snapshot: DatasetSnapshot,
    new_data: Path,
) -> list[VersionChange]:
    """Return all changes from the older version to the newer one, errors first.

    Values of columns that may hold personal data are not quoted.

    Args:
        old: The older schema.
        old_snapshot: Description of the older table.
        old_data: Its Parquet file.
        new: The newer schema.
        new_snapshot: Description of the newer table.
        new_data: Its Parquet file.
    """
    found = compare_schemas(old, old_snapshot, old_data, new_snapshot, new_data)
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    personal = {c.name for c in (*old.columns, *new.columns) if c.pii}
    changes = [_described(change, before, after, personal) for change in found]
    renamed = {c.column: c.renamed_to for c in found if c.renamed_to}
    retyped = {c.column for c in found if c.code == "TYPE_CHANGED"}
    for name, column in before.items():
        other = after.get(renamed.get(name, name))
        if other is not None:
            changes += _meaning(column, other, retyped=name in retyped)
    changes += _target(old.target, new.target, renamed)
    return sorted(changes, key=lambda c: (c.severity != "error", c.column, c.code))


def _described(
    change: SchemaChange,
    before: dict[str, ColumnDeduction],
    after: dict[str, ColumnDeduction],
    personal: set[str],
) -> VersionChange:
    """Add what a column was and is, and leave out values that may be personal."""
    name, message = change.column, change.message
    pair: tuple[str | None, str | None] = (None, None)
    if change.code == "COLUMN_RENAMED":
        pair = (name, change.renamed_to)
    elif change.code == "COLUMN_MISSING":
        pair = (name, None)
    elif change.code == "COLUMN_NEW":
        pair = (None, name)
    elif change.code == "TYPE_CHANGED" and name in before and name in after:
        pair = (before[name].storage, after[name].storage)
    if change.code in _VALUES and name in personal:
        message = f"{name!r} has values that the older version does not have."
    return VersionChange(
        code=change.code,
        severity=change.severity,
        column=name,
        message=message,
        before=pair[0],
        after=pair[1],
    )


def _meaning(
    old: ColumnDeduction, new: ColumnDeduction, *, retyped: bool
) -> Iterator[VersionChange]:
    """Yield changes of semantic type and role; the target's role is reported with the target."""
    pairs = [("SEMANTIC_TYPE_CHANGED", "type", str(old.type), str(new.type))]
    if "target" not in {old.role, new.role}:
        pairs.append(("ROLE_CHANGED", "role", old.role, new.role))
    for code, what, was, now in pairs:
        if was != now and not (retyped and what == "type"):
            yield VersionChange(
                code=code,
                severity="warning",
                column=new.name,
                message=f"The {what} of {new.name!r} changed from {was} to {now}.",
                before=was,
                after=now,
            )


def _target(
    old: TargetDeduction, new: TargetDeduction, renamed: dict[str, str]
) -> Iterator[VersionChange]:
    kept = renamed.get(old.name, old.name) if old.name else None
    pairs = [
        ("TARGET_CHANGED", "target", kept, new.name),
        ("TASK_CHANGED", "task", old.task, new.task),
    ]
    for code, what, was, now in pairs:
        if was != now:
            yield VersionChange(
                code=code,
                severity="error",
                column=new.name or old.name or "",
                message=f"The {what} changed from {was or 'none'} to {now or 'none'}.",
                before=was,
                after=now,
            )
