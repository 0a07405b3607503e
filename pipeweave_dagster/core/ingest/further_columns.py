"""The columns of a batch that the model does not use: stored as text, since some are copied."""

from collections.abc import Collection, Iterable, Sequence

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.model.column_names import fold_name


def kept_columns(places: Iterable[str], columns: Sequence[SnapshotColumn]) -> list[SnapshotColumn]:
    """Return the matched columns that the model does not use, in order, as columns of text.

    Args:
        places: Names of the matched columns.
        columns: The columns that the model uses.
    """
    used = {column.name for column in columns}
    return [
        SnapshotColumn(name=name, original_name=name, type="text", missing=0)
        for name in places
        if name not in used
    ]


def further_columns(
    raw_names: Sequence[str],
    matched: Collection[int],
    columns: Sequence[SnapshotColumn],
    withheld: Collection[str] = (),
) -> dict[int, SnapshotColumn]:
    """Return the columns of a batch that match none, by index, under unique names.

    Args:
        raw_names: Names of the columns of the batch.
        matched: Indices of those that match.
        columns: What they match.
        withheld: Names of columns that must not be stored.
    """
    unwanted = {fold_name(name) for name in withheld}
    names = {c.name.casefold() for c in columns}
    extra = {}
    for j in range(len(raw_names)):
        if j in matched or fold_name(raw_names[j]) in unwanted:
            continue
        name = raw_names[j].strip() or f"column_{j + 1}"
        while name.casefold() in names:
            name += "_extra"
        names.add(name.casefold())
        extra[j] = SnapshotColumn(name=name, original_name=raw_names[j], type="text", missing=0)
    return extra
