"""Combine profiles, types, user settings and target into the schema document."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    SchemaDeduction,
    SemanticType,
)
from pipeweave_dagster.core.documents.settings import Privacy
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.ingest.types.column_types import parse_column_type
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.schema.column_lookup import (
    find_column,
    find_only_column,
    names_with_privacy,
    with_column_names,
)
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.kept_columns import kept_column_notes
from pipeweave_dagster.core.schema.meaning.base import Meaning
from pipeweave_dagster.core.schema.meaning.hashes import meaning_of_hashes
from pipeweave_dagster.core.schema.meaning.hidden_missing import hidden_missing
from pipeweave_dagster.core.schema.meaning.pii import pii_kind
from pipeweave_dagster.core.schema.profile_columns import profile_columns
from pipeweave_dagster.core.schema.target_choice import deduce_target
from pipeweave_dagster.core.schema.type_model.classify import classify_columns

SET_BY_USER = "set by the user"
"""The kind of personal data of a column that the settings mask and no pattern recognises."""
_IDENTIFYING = {"person": "Person names", "ip": "IP addresses"}


@dataclass(frozen=True)
class _Override:
    """What the settings give a column."""

    type: SemanticType | None = None
    drop: bool = False
    privacy: Privacy | None = None


def deduce_schema(
    snapshot: DatasetSnapshot, data: Path, settings: DatasetSettings
) -> SchemaDeduction:
    """See `pipeweave_dagster.core.schema.deduce`."""
    profiles = profile_columns(snapshot, data)
    notes = kept_column_notes(settings, snapshot)
    overrides = _overrides(snapshot, settings, notes)
    special_roles = _special_roles(snapshot, settings, notes)
    default: Privacy | None = "mask" if settings.privacy_default == "mask" else None
    columns = [
        _column(p, meaning, overrides.get(p.name, _Override()), special_roles.get(p.name), default)
        for p, meaning in zip(profiles, classify_columns(profiles), strict=True)
    ]
    by_name = {p.name: p for p in profiles}
    masked = {c.name: c.privacy == "mask" for c in columns}
    named = with_column_names(settings, snapshot)
    target, target_notes = deduce_target(columns, by_name, snapshot, named, data)
    _refuse_two_roles(target.name, special_roles)
    _refuse_hidden_target(target.name, columns)
    _refuse_masked_roles(columns, snapshot, settings)
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


def _overrides(
    snapshot: DatasetSnapshot, settings: DatasetSettings, notes: list[str]
) -> dict[str, _Override]:
    """Return the overrides by column name; one for an absent column is noted, not an error."""
    overrides: dict[str, _Override] = {}
    withheld = {fold_name(name) for name in snapshot.withheld}
    for key, setting in settings.columns.items():
        if fold_name(key) in withheld:
            continue
        try:
            name, note = find_column(key, snapshot, "The override for")
        except PipeWeaveError as error:
            notes.append(
                f"stale override: {key!r} is not a column of this version. {error.fix}".strip()
            )
            continue
        if note:
            notes.append(note)
        if name in overrides:
            keys = [k for k in settings.columns if fold_name(k) in _spellings(name, snapshot)]
            raise validation_error(
                f"Several entries under `columns` are the column {name!r}: "
                f"{', '.join(map(repr, keys))}.",
                fix="Keep one of them in pipeweave.yaml.",
                columns=keys,
            )
        type_ = parse_column_type(setting.type, name).semantic if setting.type else None
        # A table that was read before the setting has the column: it is neither used nor shown.
        dropped = setting.drop or setting.privacy == "drop"
        overrides[name] = _Override(type_, dropped, setting.privacy)
    return _with_privacy(overrides, snapshot)


def _with_privacy(
    overrides: dict[str, _Override], snapshot: DatasetSnapshot
) -> dict[str, _Override]:
    """Return the overrides with what was done with each column when it was read.

    All columns of one header are private; and one that is to be hashed, but was not, is masked.
    """
    found = dict(overrides)
    for column in snapshot.columns:
        known = overrides.get(column.name, _Override())
        if column.privacy is not None and known.privacy is None:
            found[column.name] = replace(known, privacy=column.privacy)
        elif known.privacy == "hash" and column.privacy != "hash":
            found[column.name] = replace(known, privacy="mask")
    return found


def _spellings(name: str, snapshot: DatasetSnapshot) -> set[str]:
    """Return how a column may be named in the settings, folded."""
    originals = [c.original_name for c in snapshot.columns if c.name == name]
    return {fold_name(spelling) for spelling in (name, *originals)}


def _refuse_two_roles(target: str | None, special_roles: dict[str, str]) -> None:
    role = special_roles.get(target or "")
    if role is not None:
        raise validation_error(
            f"The column {target!r} is both the target and the {role}.",
            fix="Name another column in pipeweave.yaml, or set another `target:`.",
            column=target,
        )


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
    override: _Override,
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


def _refuse_hidden_target(target: str | None, columns: list[ColumnDeduction]) -> None:
    if any(c.name == target and c.privacy == "mask" for c in columns):
        raise validation_error(
            f"The target {target!r} cannot be masked: every prediction shows its values.",
            fix=f"Set `columns: {{{target}: {{privacy: allow}}}}` if it may be shown, or another"
            " `target:`.",
            column=target,
        )


def _refuse_masked_roles(
    columns: list[ColumnDeduction], snapshot: DatasetSnapshot, settings: DatasetSettings
) -> None:
    """Refuse columns that are masked by default where another setting shows their values.

    Columns with `privacy: mask` of their own are refused when the settings are read.
    """
    shown: dict[str, list[str | None]] = {
        "id": [settings.id],
        "keep": [*settings.keep],
        "split.time": [settings.split.time],
    }
    decided = names_with_privacy(settings)
    for column in columns:
        spellings = _spellings(column.name, snapshot)
        if column.privacy != "mask" or spellings & decided:
            continue
        for key, names in shown.items():
            if spellings & {fold_name(name) for name in names if name is not None}:
                raise validation_error(
                    f"The column {column.name!r} looks personal, so it is shown nowhere with"
                    f" `privacy_default: mask`, but {key!r} needs it.",
                    fix=f"Set `columns: {{{column.name}: {{privacy: allow}}}}` (or `hash`, for id"
                    f" and keep), or remove it from {key!r}.",
                    key=key,
                    column=column.name,
                )


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
