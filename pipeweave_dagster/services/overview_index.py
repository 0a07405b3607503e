"""The index of the overview: one row per data set, brought up to date by whoever changes it.

`overview/rows/<dataset>.json` holds the row of a data set, or a mark that it is out of date (see
`adapters.state.overview_marks`). Runs write their row when they end. `overview/INDEX.json` is a
copy of all rows with the versions of their objects, so that a look at a thousand data sets takes
one listing and one read. Both are caches: HEAD and the records of each data set are the truth, and
`rebuild` reads them again.
"""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

from pydantic import ValidationError

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.state.overview_marks import ROWS, row_key
from pipeweave_dagster.core.documents import DatasetEntry, Part, WorkbenchOverview
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.overview_row import full_entry_of

_INDEX = "overview/INDEX.json"
_FORMAT = 1
"""Raised when rows show more or something else, so that older ones are computed again."""
_THREADS = 8
REBUILD_S = 86_400.0


class Row(Part):
    """One row as stored."""

    format: int
    entry: DatasetEntry


class IndexedRow(Part):
    """A row, and the version of the stored object that it was read from."""

    version: str
    entry: DatasetEntry


class Index(Part):
    """All rows by data set; `rebuilt_at` is when they were last computed from the stores."""

    format: int
    rebuilt_at: float = 0.0
    rows: dict[str, IndexedRow] = {}


def overview_of(store: DocumentStore, *, rebuild: bool = False) -> WorkbenchOverview:
    """Return the overview of all data sets from the index; rows that have changed are computed.

    Args:
        store: The storage; who may not write to it reads what others have written.
        rebuild: Compute every row again.
    """
    index = _read_index(store)
    names = store.datasets()
    listed = {_name_of(stored.key): stored for stored in store.storage.list(ROWS)}
    known = {
        name: row.entry
        for name, row in index.rows.items()
        if not rebuild and name in listed and listed[name].version == row.version
    }
    missing = [name for name in names if name not in known]
    with ThreadPoolExecutor(_THREADS) as pool:
        made = pool.map(lambda name: row_of(store, name, rebuild=rebuild), missing)
        known |= dict(zip(missing, made, strict=True))
    with contextlib.suppress(PipeWeaveError):  # who may only read computes what is out of date
        for gone in {*listed} - {*names}:
            store.storage.delete(row_key(gone))
        rows = {n: IndexedRow(version=listed[n].version, entry=known[n])
                for n in names if n in listed and n not in missing}  # fmt: skip
        rebuilt = time.time() if rebuild or not index.rebuilt_at else index.rebuilt_at
        fresh = Index(format=_FORMAT, rebuilt_at=rebuilt, rows=rows)
        if missing or fresh.rows.keys() != index.rows.keys():
            _complete_index(store, fresh, known, missing)
    return WorkbenchOverview(datasets=[known[name] for name in names])


def needs_rebuild(store: DocumentStore) -> bool:
    """Return whether the rows were last computed from the stores more than a day ago."""
    return time.time() - _read_index(store).rebuilt_at > REBUILD_S


def row_of(store: DocumentStore, dataset: str, *, rebuild: bool = False) -> DatasetEntry:
    """Return the row of a data set; compute and keep it if it is out of date."""
    key = row_key(dataset)
    stored = store.storage.get_tagged(key)
    if stored is not None and not rebuild and (row := _parsed(stored[0])):
        return row.entry
    entry = full_entry_of(store, dataset)
    data = Row(format=_FORMAT, entry=entry).model_dump_json().encode()
    with contextlib.suppress(PipeWeaveError):
        store.storage.put_if_match(key, data, stored[1] if stored else None)
    return entry


def refresh_row(store: DocumentStore, dataset: str) -> None:
    """Bring the row of a data set up to date at the end of a run; a failure is ignored."""
    with contextlib.suppress(PipeWeaveError):
        row_of(store, dataset)


def _complete_index(
    store: DocumentStore, index: Index, known: dict[str, DatasetEntry], computed: list[str]
) -> None:
    """Write the index, with the rows that were just computed if they are still those stored."""
    rows = dict(index.rows)
    for name in computed:
        before = store.storage.stat(row_key(name))
        stored = store.storage.get_tagged(row_key(name)) if before else None
        row = _parsed(stored[0]) if stored else None
        if before and row and row.entry == known[name]:
            rows[name] = IndexedRow(version=before.version, entry=row.entry)
    whole = index.model_copy(update={"rows": dict(sorted(rows.items()))})
    store.storage.put(_INDEX, whole.model_dump_json().encode())


def _read_index(store: DocumentStore) -> Index:
    stored = store.storage.get_tagged(_INDEX)
    if stored is not None:
        with contextlib.suppress(ValidationError):
            index = Index.model_validate_json(stored[0])
            if index.format == _FORMAT:
                return index
    return Index(format=_FORMAT)


def _parsed(data: bytes) -> Row | None:
    """Return a row; None for a mark, a damaged row, or one of another release."""
    with contextlib.suppress(ValidationError):
        row = Row.model_validate_json(data)
        return row if row.format == _FORMAT else None
    return None


def _name_of(key: str) -> str:
    return key.removeprefix(ROWS).removesuffix(".json")
