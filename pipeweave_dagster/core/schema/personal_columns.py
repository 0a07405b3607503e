"""Mask the columns of a table that look personal, as `privacy_default: mask` wants."""

from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSettings, DatasetSnapshot
from pipeweave_dagster.core.documents.settings import Privacy
from pipeweave_dagster.core.ingest.private_columns import without_values
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.schema.column_lookup import names_with_privacy
from pipeweave_dagster.core.schema.meaning.pii import pii_kind
from pipeweave_dagster.core.schema.profile_columns import profile_columns
from pipeweave_dagster.core.schema.type_model.classify import classify_columns


def mask_columns(
    snapshot: DatasetSnapshot, folder: Path, settings: DatasetSettings
) -> DatasetSnapshot:
    """See `pipeweave_dagster.core.schema.mask_personal`."""
    profiles = profile_columns(snapshot, folder / snapshot.data.name)
    decided = names_with_privacy(settings)
    policies: dict[int, Privacy] = {}
    for i, (profile, meaning) in enumerate(zip(profiles, classify_columns(profiles), strict=True)):
        column = snapshot.columns[i]
        own = {fold_name(column.name), fold_name(column.original_name)} & decided
        if column.privacy is None and not own and pii_kind(profile, meaning, profile.name):
            policies[i] = "mask"
    if not policies:
        return snapshot
    masked = without_values(snapshot, policies, (), folder, None)
    names = ", ".join(snapshot.columns[i].name for i in policies)
    note = f"Masked because of the setting `privacy_default`, since they look personal: {names}."
    update = {"withheld": snapshot.withheld, "notes": [note, *masked.notes]}
    return masked.model_copy(update=update)
