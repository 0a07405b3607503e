"""Combine profiles, types, user settings and target into the schema document."""

import re
from dataclasses import replace
from pathlib import Path

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    SchemaDeduction,
    SemanticType,
)
from pipeweave_dagster.core.documents.settings import Privacy
from pipeweave_dagster.core.schema.column_lookup import find_only_column, with_column_names
from pipeweave_dagster.core.schema.column_overrides import Override, column_overrides
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.kept_columns import kept_column_notes
from pipeweave_dagster.core.schema.meaning.base import Meaning
from pipeweave_dagster.core.schema.meaning.hashes import meaning_of_hashes
from pipeweave_dagster.core.schema.meaning.hidden_missing import hidden_missing
from pipeweave_dagster.core.schema.meaning.pii import pii_kind
from pipeweave_dagster.core.schema.profile_columns import profile_columns
from pipeweave_dagster.core.schema.role_conflicts import (
    refuse_hidden_target,
    refuse_masked_roles,
    refuse_two_roles,
)
from pipeweave_dagster.core.schema.target_choice import deduce_target
from pipeweave_dagster.core.schema.type_model.classify import classify_columns

SET_BY_USER = "set by the user"
"""The kind of personal data of a column that the settings mask and no pattern recognises."""
_IDENTIFYING = {"person": "Person names", "ip": "IP addresses"}


def deduce_schema(
    snapshot: DatasetSnapshot, data: Path, settings: DatasetSettings
) -> SchemaDeduction:
    """See `pipeweave_dagster.core.schema.deduce`."""
    profiles = profile_columns(snapshot, data)
    notes = kept_column_notes(settings, snapshot)
    overrides = column_overrides(snapshot, settings, notes)
    special_roles = _special_roles(snapshot, settings, notes)
    default: Privacy | None = "mask" if settings.privacy_default == "mask" else None
    columns = [
        _column(p, meaning, overrides.get(p.name, Override()), special_roles.get(p.name), default)
        for p, meaning in zip(profiles, classify_columns(profiles), strict=True)
    ]
    by_name = {p.name: p for p in profiles}
    masked = {c.name: c.privacy == "mask" for c in columns}
    named = with_column_names(settings, snapshot)
    target, target_notes = deduce_target(columns, by_name, snapshot, named, data)
    refuse_two_roles(target.name, special_roles)
    refuse_hidden_target(target.name, columns)
    refuse_masked_roles(columns, snapshot, settings)
    columns = [
        c.model_copy(update={"role": "target"}) if c.name == target.name else c for c in columns
    ]
    notes += target_notes
    for profile in profiles:
        if masked.get(profile.name):
            continue
        settled = target.missing if profile.name == target.name else ()
        notes += hidden_missing(profile, settled)
    return SchemaDeduction(columns=columns, target=target, notes=notes)


def _special_roles(
    snapshot: DatasetSnapshot, settings: DatasetSettings, notes: list[str]
) -> dict[str, str]:
    roles = {}
    for key, role, label in (
        (settings.weight, "weight", "The weight"),
        (settings.id, "identifier", "The id"),
    ):
        if key is not None:
            name, note = find_only_column(key, snapshot, label, settings)
            roles[name] = role
            if note:
                notes.append(note)
    return roles


def _column(
    profile: ColumnProfile,
    meaning: Meaning,
    override: Override,
    special_role: str | None,
    default: Privacy | None = None,
) -> ColumnDeduction:
    """Return what a column is; `default` is the privacy of one that looks personal."""
    pii = pii_kind(profile, meaning, profile.name)
    privacy = override.privacy or (default if pii else None)
    hidden = privacy not in {None, "allow"}
    if privacy == "hash":
        meaning = meaning_of_hashes(profile, meaning)
    if pii in _IDENTIFYING and profile.uniqueness >= 0.9:
        reason = f"{_IDENTIFYING[pii]}, nearly all unique."
        meaning = Meaning("identifier", 0.9, reason)
    if override.type is not None:
        reason = f"Set by the user; the deduced type was {meaning.type}: {meaning.reason}"
        meaning = Meaning(override.type, 1.0, reason, {}, meaning.order)
    if hidden:
        pii = pii or SET_BY_USER
        meaning = _without_order(meaning)
    elif privacy == "allow":
        pii = None
    if pii:
        meaning = replace(meaning, reason=_without_values(meaning.reason))
    return ColumnDeduction(
        name=profile.name,
        type=meaning.type,
        storage=profile.storage,
        role=_role(meaning, override.drop, special_role),
        confidence=meaning.confidence,
        alternatives=meaning.alternatives,
        reason=meaning.reason,
        pii=pii,
        privacy="mask" if privacy == "drop" else privacy,
        order=meaning.order,
        overridden=override.type is not None or override.drop,
        distinct=profile.distinct,
        missing=profile.missing,
    )


def _without_order(meaning: Meaning) -> Meaning:
    """Return the meaning of a masked column: the order of its values would show them."""
    if meaning.order is None:
        return meaning
    type_: SemanticType = "categorical" if meaning.type == "ordinal" else meaning.type
    return replace(meaning, type=type_, order=None)


def _without_values(reason: str) -> str:
    """Cut a reason before the values that it quotes."""
    head = re.split(r"(?: \w+ facts? decided)?[:'\"]", reason, maxsplit=1)[0].rstrip(" .")
    return f"{head}. Values are not shown, because they may be personal data."


def _role(meaning: Meaning, drop: bool, special_role: str | None) -> str:
    if special_role is not None:
        return special_role
    if drop or meaning.type == "constant":
        return "dropped"
    return "identifier" if meaning.type == "identifier" else "feature"
