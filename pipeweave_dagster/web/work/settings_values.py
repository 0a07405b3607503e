"""The settings of a data set as the fields of a form, and the changes of a form as settings."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings, DatasetSnapshot
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.model.column_names import fold_name

MOST_COLUMNS = 300
"""Columns that the form offers; the settings of others are kept as they are."""
SIMPLE = (
    "target", "positive", "metric", "quality", "time_budget_s", "train_for", "privacy_default",
)  # fmt: skip
SPLITS = ("time", "group", "fold")
_RANDOM = "random"
ROLES = ("id", "weight")
_DEFAULT = ColumnSetting()
Values = Mapping[str, str]


class Change(NamedTuple):
    """What a form changes: settings to merge in, and the keys whose lists replace the old ones."""

    patch: dict[str, Any]
    replaced: tuple[str, ...]


def shown_columns(snapshot: DatasetSnapshot) -> list[str]:
    """Return the names of the columns that the form offers."""
    return [column.name for column in snapshot.columns[:MOST_COLUMNS]]


def values_of(settings: DatasetSettings, columns: Sequence[str]) -> dict[str, str]:
    """Return the fields of the form under these settings; empty text where nothing is set."""
    given = {name: getattr(settings, name) for name in SIMPLE}
    values = {name: _text(value) for name, value in given.items()}
    kind = next((k for k in SPLITS if getattr(settings.split, k)), "")
    values["split"] = kind or (_RANDOM if settings.split.random else "")
    values["split_column"] = getattr(settings.split, kind) if kind else ""
    by_name = {fold_name(key): setting for key, setting in settings.columns.items()}
    for number, name in enumerate(columns):
        setting = by_name.get(fold_name(name), _DEFAULT)
        roles = [role for role in ROLES if getattr(settings, role) == name]
        values[f"type-{number}"] = setting.type or ""
        values[f"use-{number}"] = "drop" if setting.drop else roles[0] if roles else ""
        values[f"privacy-{number}"] = setting.privacy or ""
        values[f"sensitive-{number}"] = "yes" if name in settings.sensitive else ""
    return values


def change_of(values: Values, settings: DatasetSettings, columns: Sequence[str]) -> Change:
    """Return what the fields of a form change of the settings.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with the key of the field.
    """
    before = values_of(settings, columns)
    # It always has a value, so a form without the field leaves it as it is.
    values = {**values, "train_for": values.get("train_for") or before["train_for"]}
    patch: dict[str, Any] = {
        name: _parsed(name, values.get(name, ""))
        for name in SIMPLE
        if values.get(name, "") != before[name]
    }
    patch |= _split_change(values, before)
    patch |= _role_changes(values, before, columns)
    if described := _column_changes(values, before, settings, columns):
        patch["columns"] = described
    marked = [n for i, n in enumerate(columns) if values.get(f"sensitive-{i}")]
    kept = [name for name in settings.sensitive if name not in columns]
    if set(marked + kept) != set(settings.sensitive):
        return Change({**patch, "sensitive": marked + kept}, ("sensitive",))
    return Change(patch, ())


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parsed(name: str, text: str) -> Any:
    if not text or name != "time_budget_s":
        return text or None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise validation_error(
            f"{text[:40]!r} is not a number of seconds.", fix="Write 60, or 600.", key=name
        )
    return seconds


def _split_change(values: Values, before: Values) -> dict[str, Any]:
    kind, column = values.get("split", ""), values.get("split_column", "")
    if kind not in {"", _RANDOM, *SPLITS}:
        raise validation_error(f"{kind[:20]!r} is not a split.", fix="Choose one.", key="split")
    if kind in SPLITS and not column:
        raise validation_error(
            "The split needs a column.", fix="Choose the column that decides.", key="split"
        )
    column = column if kind in SPLITS else ""
    if (kind, column) == (before["split"], before["split_column"]):
        return {}
    change: dict[str, Any] = {}
    if before["split"]:
        change[before["split"]] = False if before["split"] == _RANDOM else None
    if kind:
        change[kind] = True if kind == _RANDOM else column
    return {"split": change}


def _role_changes(values: Values, before: Values, columns: Sequence[str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for role in ROLES:
        chosen = [n for i, n in enumerate(columns) if values.get(f"use-{i}") == role]
        known = [n for i, n in enumerate(columns) if before[f"use-{i}"] == role]
        if len(chosen) > 1:
            raise validation_error(
                f"{len(chosen)} columns are chosen as {role!r}.", fix="Choose one.", key=role
            )
        if chosen != known:
            changes[role] = chosen[0] if chosen else None
    return changes


def _column_changes(
    values: Values, before: Values, settings: DatasetSettings, columns: Sequence[str]
) -> dict[str, Any]:
    """Return what differs of the settings of columns, under the keys that the file has."""
    keys = {fold_name(key): key for key in settings.columns}
    changes: dict[str, Any] = {}
    for number, name in enumerate(columns):
        change: dict[str, Any] = {}
        type_ = values.get(f"type-{number}", "")
        if type_ != before[f"type-{number}"]:
            change["type"] = type_ or None
        dropped = values.get(f"use-{number}") == "drop"
        if dropped != (before[f"use-{number}"] == "drop"):
            change["drop"] = dropped
        privacy = values.get(f"privacy-{number}", "")
        if privacy != before[f"privacy-{number}"]:
            change["privacy"] = privacy or None
        if change:
            changes[keys.get(fold_name(name), name)] = change
    return changes
