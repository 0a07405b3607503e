"""Find the column that a user named."""

from pipeweave_dagster.core.documents import (
    ColumnSetting,
    DatasetSettings,
    DatasetSnapshot,
)
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

_KEPT = ColumnSetting()
_SETTINGS = {"The target": "target", "The weight": "weight", "The id": "id"}


def find_column(name: str, snapshot: DatasetSnapshot, what: str) -> tuple[str, str | None]:
    """Return the column that a user named, and a note if its name is spelled otherwise.

    Args:
        name: The name as given; case and whitespace are ignored if that is unambiguous.
        snapshot: The table.
        what: What the column is for, as the subject of errors and notes (`The target`).

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if there is no such column, or several that differ only
            in case.
    """
    names = [c.name for c in snapshot.columns]
    if name in names:
        return name, None
    by_original = [c.name for c in snapshot.columns if c.original_name == name]
    if len(by_original) == 1:
        return by_original[0], f"{what} {name!r} is the column {by_original[0]!r}."
    folded = fold_name(name)
    similar = [
        c.name
        for c in snapshot.columns
        if folded in {fold_name(c.name), fold_name(c.original_name)}
    ]
    if len(similar) == 1:
        return similar[0], f"{what} {name!r} was matched to the column {similar[0]!r}."
    raise _unknown_column(name, snapshot, what)


def find_only_column(
    name: str, snapshot: DatasetSnapshot, what: str, settings: DatasetSettings
) -> tuple[str, str | None]:
    """Return the column that a user named, as `find_column`, if no other column has that name.

    A second column of the same name was renamed (`y_2`) when the file was read. One that the
    settings drop does not count.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` with both columns, and as `find_column`.
    """
    twins = _named_alike(name, snapshot)
    if len(twins) < 2:
        return find_column(name, snapshot, what)
    kept = [twin for twin in twins if not settings.columns.get(twin, _KEPT).drop]
    if len(kept) == 1:
        return kept[0], f"{what} {name!r} is the column {kept[0]!r}; the other is dropped."
    places = {c.name: i for i, c in enumerate(snapshot.columns, start=1)}
    shown = " and ".join(f"{twin!r} (column {places[twin]})" for twin in twins[:5])
    raise validation_error(
        f"{what} {name!r} is the name of {len(twins)} columns of the file: {shown}.",
        fix="Rename one in the file, or write `columns: {NAME: {drop: true}}` in pipeweave.yaml "
        "for the one that is not meant.",
        columns=twins,
    )


def _named_alike(name: str, snapshot: DatasetSnapshot) -> list[str]:
    """Return the columns whose header is the name, else those where only its case differs."""
    plain = " ".join(name.split())
    exact = [c.name for c in snapshot.columns if " ".join(c.original_name.split()) == plain]
    folded = fold_name(name)
    return exact or [c.name for c in snapshot.columns if fold_name(c.original_name) == folded]


def with_column_names(settings: DatasetSettings, snapshot: DatasetSnapshot) -> DatasetSettings:
    """Return the settings with their columns under the names of the table.

    A user may spell a column otherwise (`Age` for `age`), and all of its settings apply, not only
    its type. Entries of absent columns stay as they are.
    """
    renamed = {_own_name(key, snapshot): setting for key, setting in settings.columns.items()}
    sensitive = [_own_name(key, snapshot) for key in settings.sensitive]
    row_id = settings.id and _own_name(settings.id, snapshot)
    changed = {"columns": renamed, "sensitive": sensitive, "id": row_id}
    return settings.model_copy(update=changed)


def names_with_privacy(settings: DatasetSettings) -> set[str]:
    """Return the folded names of the columns with a `privacy` of their own."""
    return {fold_name(name) for name, column in settings.columns.items() if column.privacy}


def _own_name(key: str, snapshot: DatasetSnapshot) -> str:
    try:
        return find_column(key, snapshot, "The setting of")[0]
    except PipeWeaveError:
        return key


def _unknown_column(name: str, snapshot: DatasetSnapshot, what: str) -> PipeWeaveError:
    names = [c.name for c in snapshot.columns]
    near = nearest_names(name, names, count=5, cutoff=0.5)
    hint = did_you_mean(near)
    if len(names) <= 20:
        hint += _columns_text(snapshot)
    return validation_error(
        f"{what} {name!r} is not a column of the data.",
        fix=hint.strip() or "Run `pipeweave schema FILE` to list the columns.",
        nearest=near,
        columns=names[:100],
        **({"setting": {_SETTINGS[what]: name}} if what in _SETTINGS else {}),
    )


def _columns_text(snapshot: DatasetSnapshot) -> str:
    """Return the columns as a sentence; a whole line as one name shows a wrong delimiter."""
    names = [c.name for c in snapshot.columns]
    given = snapshot.read.delimiter if snapshot.read else None
    if len(names) == 1 and given is not None:
        return (
            f" The file was read as one column, {names[0]!r}, with the delimiter {given!r} that "
            "was set (`read`)."
        )
    return f" The columns are: {', '.join(names)}."
