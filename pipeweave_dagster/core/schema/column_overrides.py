"""What the settings, and the way a table was read, give each column: type, privacy, left out."""

from dataclasses import dataclass, replace

from pipeweave_dagster.core.documents import DatasetSettings, DatasetSnapshot, SemanticType
from pipeweave_dagster.core.documents.settings import Privacy
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.ingest.types.column_types import parse_column_type
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.schema.column_lookup import find_column


@dataclass(frozen=True)
class Override:
    """What the settings give a column."""

    type: SemanticType | None = None
    drop: bool = False
    privacy: Privacy | None = None


def column_overrides(
    snapshot: DatasetSnapshot, settings: DatasetSettings, notes: list[str]
) -> dict[str, Override]:
    """Return the overrides by column name; one for an absent column is noted, not an error."""
    overrides: dict[str, Override] = {}
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
            keys = [k for k in settings.columns if fold_name(k) in spellings_of(name, snapshot)]
            raise validation_error(
                f"Several entries under `columns` are the column {name!r}: "
                f"{', '.join(map(repr, keys))}.",
                fix="Keep one of them in pipeweave.yaml.",
                columns=keys,
            )
        type_ = parse_column_type(setting.type, name).semantic if setting.type else None
        # A table that was read before the setting has the column: it is neither used nor shown.
        dropped = setting.drop or setting.privacy == "drop"
        overrides[name] = Override(type_, dropped, setting.privacy)
    return _with_privacy(overrides, snapshot)


def _with_privacy(overrides: dict[str, Override], snapshot: DatasetSnapshot) -> dict[str, Override]:
    """Return the overrides with what was done with each column when it was read.

    All columns of one header are private; and one that is to be hashed, but was not, is masked.
    """
    found = dict(overrides)
    for column in snapshot.columns:
        known = overrides.get(column.name, Override())
        if column.privacy is not None and known.privacy is None:
            found[column.name] = replace(known, privacy=column.privacy)
        elif known.privacy == "hash" and column.privacy != "hash":
            found[column.name] = replace(known, privacy="mask")
    return found


def spellings_of(name: str, snapshot: DatasetSnapshot) -> set[str]:
    """Return how a column may be named in the settings, folded."""
    originals = [c.original_name for c in snapshot.columns if c.name == name]
    return {fold_name(spelling) for spelling in (name, *originals)}
