"""Mark the row of a data set in the index of the overview as out of date.

Whoever writes what the overview shows of a data set replaces its row by a mark, afterwards. A
reader that finds a mark computes the row anew, and keeps it only if the mark is still the same, so
no change is lost. See `services.overview_index`.
"""

import contextlib
import json
import uuid

from pipeweave_dagster.adapters.storage import Storage
from pipeweave_dagster.core.errors import PipeWeaveError

ROWS = "overview/rows/"
_SHOWN = {"HEAD.json", "LAST.json", "ALIASES.json", "batches.json", "acknowledged.json"}


def row_key(dataset: str) -> str:
    """Return where the row of a data set is stored."""
    return f"{ROWS}{dataset}.json"


def mark_changed(storage: Storage, dataset: str) -> None:
    """Mark the row of a data set; the index is only a cache, so a failure is ignored."""
    # Its content differs from all others, or a bucket would give it the same tag.
    mark = json.dumps({"changed": uuid.uuid4().hex}).encode()
    with contextlib.suppress(PipeWeaveError):
        storage.put(row_key(dataset), mark)


def mark_if_shown(storage: Storage, key: str) -> None:
    """Mark the row of the data set that a record belongs to, if the overview shows the record."""
    top, _, rest = key.partition("/")
    dataset, _, name = rest.partition("/")
    if top == "datasets" and name in _SHOWN:
        mark_changed(storage, dataset)
