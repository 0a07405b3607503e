"""Compare two versions of a schema: what came, went, was renamed, retyped or newly seen.

The codes follow the anomalies of TensorFlow Data Validation in spirit. An `error` breaks a model
that was trained on the older version; a `warning` may.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field

from pipeweave_dagster.core.documents import DatasetSnapshot, Part, SchemaDeduction
from pipeweave_dagster.core.schema.column_profile import ColumnProfile, profile
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
_MOST_CATEGORIES = 50
_RARE = 0.001
_FEW = 5
"""A value of fewer rows could point to a person."""


class SchemaChange(Part):
    """One difference between two versions."""

    code: Code
    severity: Literal["error", "warning"]
    column: str
    message: str
    renamed_to: str | None = Field(None, exclude=True)


def compare(
    old: SchemaDeduction,
    old_snapshot: DatasetSnapshot,
    old_data: Path,
    new_snapshot: DatasetSnapshot,
    new_data: Path,
) -> list[SchemaChange]:
    """All changes from an older version to a newer one, errors first.

    Args:
        old: The older schema, whose roles say which column is the target.
        old_snapshot: Description of the older table.
        old_data: Its Parquet file.
        new_snapshot: Description of the newer table.
        new_data: Its Parquet file.
    """
    before = {p.name: p for p in profile(old_snapshot, old_data)}
    after = {p.name: p for p in profile(new_snapshot, new_data)}
    roles = {c.name: str(c.role) for c in old.columns}
    changes = _columns(before, after, roles)
    for name in before.keys() & after.keys():
        if roles.get(name) not in {"identifier", "dropped"}:
            changes += _values(before[name], after[name], roles.get(name) == "target")
    return sorted(changes, key=lambda c: (c.severity != "error", c.column, c.code))


def _columns(
    before: dict[str, ColumnProfile], after: dict[str, ColumnProfile], roles: dict[str, str]
) -> list[SchemaChange]:
    gone = [n for n in before if n not in after]
    new = [n for n in after if n not in before]
    changes = []
    for name in list(gone):
        other = _renamed(before[name], [after[n] for n in new])
        if other is not None:
            gone.remove(name)
            new.remove(other)
            message = f"{name!r} seems to be called {other!r} now."
            change = _change("COLUMN_RENAMED", "error", name, message)
            changes.append(change.model_copy(update={"renamed_to": other}))
    for name in gone:
        needed = roles.get(name) not in {"identifier", "dropped"}
        severity = "error" if needed else "warning"
        changes.append(
            _change("COLUMN_MISSING", severity, name, f"{name!r} is not there any more.")
        )
    changes += [_change("COLUMN_NEW", "warning", n, f"{n!r} is new.") for n in new]
    return changes


def _change(code: Code, severity: str, column: str, message: str) -> SchemaChange:
    return SchemaChange(code=code, severity=severity, column=column, message=message)


def _renamed(old: ColumnProfile, new: list[ColumnProfile]) -> str | None:
    """The new column with like values, or a like name, and the same type."""
    same = [p for p in new if p.storage == old.storage]
    for other in same:
        shared = len(set(old.top) & set(other.top))
        if shared >= 0.8 * max(len(old.top), len(other.top), 1) and old.distinct > 2:
            return other.name
    near = nearest_names(old.name, (p.name for p in same), count=1, cutoff=0.85)
    return near[0] if near else None


def _values(old: ColumnProfile, new: ColumnProfile, target: bool) -> list[SchemaChange]:
    name = old.name
    if old.storage != new.storage and {old.storage, new.storage} != {"integer", "number"}:
        message = f"{name!r} held {old.storage}s and now holds {new.storage}s."
        return [_change("TYPE_CHANGED", "error", name, message)]
    if old.storage == "text" and old.distinct <= _MOST_CATEGORIES:
        return _categories(old, new, target)
    if old.low is None or old.high is None or new.low is None or new.high is None:
        return []
    span = (old.high - old.low) or abs(old.high) or 1.0
    if new.low < old.low - span or new.high > old.high + span:
        message = (
            f"{name!r} ranges from {new.low:g} to {new.high:g}; it was {old.low:g} to {old.high:g}."
        )
        return [_change("OUT_OF_RANGE", "warning", name, message)]
    return []


def _shown(unseen: dict[str, int]) -> str:
    """The commonest new values; of those of fewer than five rows only how many there are."""
    told = [f"{v!r} ({n})" for v, n in unseen.items() if n >= _FEW][:5]
    rest = len(unseen) - len(told)
    return ", ".join([*told, *([f"{rest} {'others' if told else 'rare ones'}"] if rest else [])])


def _categories(old: ColumnProfile, new: ColumnProfile, target: bool) -> list[SchemaChange]:
    unseen = {v: n for v, n in new.top.items() if v not in old.top}
    common = {v: n for v, n in unseen.items() if n > _RARE * new.filled}
    if not (unseen if target else common):
        return []
    shown = _shown(unseen)
    if target:
        return [_change("NEW_LABEL", "error", old.name, f"The target has new labels: {shown}.")]
    return [_change("NEW_CATEGORY", "warning", old.name, f"{old.name!r} has new values: {shown}.")]
