"""Bring profile, meaning, overrides and target together into the schema document."""

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    SchemaDeduction,
    SemanticType,
)
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.schema.column_profile import ColumnProfile, profile
from pipeweave_dagster.core.schema.meaning.hidden_missing import hidden_missing
from pipeweave_dagster.core.schema.meaning.pii import pii_kind
from pipeweave_dagster.core.schema.meaning.rules import Meaning
from pipeweave_dagster.core.schema.target_choice import deduce_target, find_column
from pipeweave_dagster.core.schema.type_model.judged import judge

_TYPES = frozenset(get_args(SemanticType))
_WHO = {"person": "Names of persons", "ip": "Addresses of machines"}


def deduce_schema(
    snapshot: DatasetSnapshot, data: Path, settings: DatasetSettings
) -> SchemaDeduction:
    """See `pipeweave_dagster.core.schema.deduce`."""
    profiles = profile(snapshot, data)
    notes: list[str] = []
    said = _settings_by_column(snapshot, settings, notes)
    special = _special_roles(snapshot, settings, notes)
    columns = [
        _column(p, m, said.get(p.name, {}), special.get(p.name))
        for p, m in zip(profiles, judge(profiles), strict=True)
    ]
    by_name = {p.name: p for p in profiles}
    target = deduce_target(columns, by_name, snapshot, settings)
    columns = [
        c.model_copy(update={"role": "target"}) if c.name == target.name else c for c in columns
    ]
    for column_profile in profiles:
        notes += hidden_missing(column_profile)
    return SchemaDeduction(columns=columns, target=target, notes=notes)


def _settings_by_column(
    snapshot: DatasetSnapshot, settings: DatasetSettings, notes: list[str]
) -> dict[str, dict[str, object]]:
    """Overrides by column name; one that names no column is stale, which is said and no error."""
    found: dict[str, dict[str, object]] = {}
    for key, setting in settings.columns.items():
        try:
            name, note = find_column(key, snapshot, "The override for")
        except PipeWeaveError as error:
            notes.append(
                f"stale override: {key!r} is no column of this version. {error.fix}".strip()
            )
            continue
        if note:
            notes.append(note)
        type_ = (setting.type or "").split(":")[0] or None
        if type_ is not None and type_ not in _TYPES and type_ not in {"date", "integer", "number"}:
            raise validation_error(
                f"The type {setting.type!r} of column {name!r} is not known.",
                fix=f"Choose one of: {', '.join(sorted(_TYPES))}.",
            )
        found[name] = {"type": type_, "drop": setting.drop}
    return found


def _special_roles(
    snapshot: DatasetSnapshot, settings: DatasetSettings, notes: list[str]
) -> dict[str, str]:
    roles = {}
    for key, role, what in (
        (settings.weight, "weight", "The weight"),
        (settings.id, "identifier", "The id"),
    ):
        if key is not None:
            name, note = find_column(key, snapshot, what)
            roles[name] = role
            if note:
                notes.append(note)
    return roles


def _column(
    column: ColumnProfile, meaning: Meaning, said: dict[str, object], role: str | None
) -> ColumnDeduction:
    pii = pii_kind(column, meaning, column.name)
    if pii in _WHO and column.uniqueness >= 0.9:
        meaning = Meaning("identifier", 0.9, f"{_WHO[pii]}, nearly all different.")
    overridden = said.get("type") is not None
    if overridden:
        wanted = {"date": "datetime", "integer": "numeric", "number": "numeric"}
        type_ = wanted.get(str(said["type"]), str(said["type"]))
        before = f"A person said so; deduced was {meaning.type}: {meaning.reason}"
        meaning = Meaning(type_, 1.0, before, {}, meaning.order)  # type: ignore[arg-type]
    if pii:
        meaning = replace(meaning, reason=_without_values(meaning.reason))
    return ColumnDeduction(
        name=column.name,
        type=meaning.type,
        storage=column.storage,
        role=_role(meaning, bool(said.get("drop")), role),
        confidence=meaning.confidence,
        alternatives=meaning.alternatives,
        reason=meaning.reason,
        pii=pii,
        order=meaning.order,
        overridden=overridden or bool(said.get("drop")),
        distinct=column.distinct,
        missing=column.missing,
    )


def _without_values(reason: str) -> str:
    """A reason up to where it begins to quote."""
    head = re.split("[:'\"]", reason, maxsplit=1)[0].rstrip(" .")
    return f"{head}. Its values may be personal and are not quoted."


def _role(meaning: Meaning, drop: bool, special: str | None) -> str:
    if special is not None:
        return special
    if drop or meaning.type == "constant":
        return "dropped"
    return "identifier" if meaning.type == "identifier" else "feature"
