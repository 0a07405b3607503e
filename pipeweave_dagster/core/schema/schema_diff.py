"""Compare two versions of a schema: columns added, removed, renamed or retyped, and new values.

The codes follow the anomalies of TensorFlow Data Validation. After an `error`, a model trained on
the older version scores with missing values or lacks a label; after a `warning` it may be worse.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field

from pipeweave_dagster.core.columns.disclosure import MIN_ROWS_TO_SHOW
from pipeweave_dagster.core.documents import DatasetSnapshot, Part, SchemaDeduction
from pipeweave_dagster.core.ingest.types.flagged_numbers import FLAGS
from pipeweave_dagster.core.number_format import number_as_text
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.profile_columns import profile_columns
from pipeweave_dagster.core.suggestions import nearest_names

Code = Literal[
    "COLUMN_MISSING",
    "COLUMN_NEW",
    "COLUMN_RENAMED",
    "TYPE_CHANGED",
    "NEW_CATEGORY",
    "NEW_LABEL",
    "OUT_OF_RANGE",
]
_MAX_CATEGORIES = 50
_RARE = 0.001


class SchemaChange(Part):
    """A difference between two versions."""

    code: Code
    severity: Literal["error", "warning"]
    column: str
    message: str
    renamed_to: str | None = Field(None, exclude=True)


def compare_schemas(
    old: SchemaDeduction,
    old_snapshot: DatasetSnapshot,
    old_data: Path,
    new_snapshot: DatasetSnapshot,
    new_data: Path,
) -> list[SchemaChange]:
    """Return all changes from an older to a newer version, errors first.

    Args:
        old: The older schema, for the roles of its columns.
        old_snapshot: Description of the older table.
        old_data: Its Parquet file.
        new_snapshot: Description of the newer table.
        new_data: Its Parquet file.
    """
    before = {p.name: p for p in profile_columns(old_snapshot, old_data)}
    after = {p.name: p for p in profile_columns(new_snapshot, new_data)}
    roles = {c.name: str(c.role) for c in old.columns}
    # A column of flags exists where numbers have some: without it, all are missing.
    unflagged = {c.name for c in old_snapshot.columns if c.format == FLAGS.format} - after.keys()
    changes = _columns({n: p for n, p in before.items() if n not in unflagged}, after, roles)
    for name in before.keys() & after.keys():
        if roles.get(name) not in {"identifier", "dropped"}:
            changes += _values(before[name], after[name], roles.get(name) == "target")
    return sorted(changes, key=lambda c: (c.severity != "error", c.column, c.code))


def _columns(
    before: dict[str, ColumnProfile], after: dict[str, ColumnProfile], roles: dict[str, str]
) -> list[SchemaChange]:
    removed = [n for n in before if n not in after]
    added = [n for n in after if n not in before]
    changes = []
    for name in list(removed):
        other = _renamed(before[name], [after[n] for n in added])
        if other is not None:
            removed.remove(name)
            added.remove(other)
            message = f"{name!r} seems to have been renamed to {other!r}."
            change = _change("COLUMN_RENAMED", "error", name, message)
            changes.append(change.model_copy(update={"renamed_to": other}))
    for name in removed:
        needed = roles.get(name) not in {"identifier", "dropped"}
        severity = "error" if needed else "warning"
        changes.append(
            _change("COLUMN_MISSING", severity, name, f"{name!r} is no longer in the data.")
        )
    changes += [_change("COLUMN_NEW", "warning", n, f"{n!r} is new.") for n in added]
    return changes


def _change(code: Code, severity: str, column: str, message: str) -> SchemaChange:
    return SchemaChange(code=code, severity=severity, column=column, message=message)


def _renamed(old: ColumnProfile, added: list[ColumnProfile]) -> str | None:
    """Return the added column of the same type with similar values or a similar name, if any."""
    same = [p for p in added if p.storage == old.storage]
    for other in same:
        shared = len(set(old.top) & set(other.top))
        if shared >= 0.8 * max(len(old.top), len(other.top), 1) and old.distinct > 2:
            return other.name
    near = nearest_names(old.name, (p.name for p in same), count=1, cutoff=0.85)
    return near[0] if near else None


def _values(old: ColumnProfile, new: ColumnProfile, target: bool) -> list[SchemaChange]:
    name = old.name
    if old.storage != new.storage and {old.storage, new.storage} != {"integer", "number"}:
        message = f"The type of {name!r} changed from {old.storage} to {new.storage}."
        return [_change("TYPE_CHANGED", "error", name, message)]
    if old.storage == "text" and old.distinct <= _MAX_CATEGORIES:
        return _categories(old, new, target)
    if old.low is None or old.high is None or new.low is None or new.high is None:
        return []
    span = (old.high - old.low) or abs(old.high) or 1.0
    if new.low < old.low - span or new.high > old.high + span:
        message = (
            f"{name!r} ranges from {number_as_text(new.low)} to {number_as_text(new.high)}; "
            f"before, from {number_as_text(old.low)} to {number_as_text(old.high)}."
        )
        return [_change("OUT_OF_RANGE", "warning", name, message)]
    return []


def _list_values(unseen: dict[str, int]) -> str:
    """Return the most frequent new values; of values in fewer than five rows only the count."""
    shown = [f"{v!r} ({n})" for v, n in unseen.items() if n >= MIN_ROWS_TO_SHOW][:5]
    rest = len(unseen) - len(shown)
    return ", ".join([*shown, *([f"{rest} {'others' if shown else 'rare ones'}"] if rest else [])])


def _categories(old: ColumnProfile, new: ColumnProfile, target: bool) -> list[SchemaChange]:
    unseen = {v: n for v, n in new.top.items() if v not in old.top}
    common = {v: n for v, n in unseen.items() if n > _RARE * new.filled}
    if not (unseen if target else common):
        return []
    values = _list_values(unseen)
    if target:
        return [_change("NEW_LABEL", "error", old.name, f"The target has new labels: {values}.")]
    return [_change("NEW_CATEGORY", "warning", old.name, f"{old.name!r} has new values: {values}.")]
