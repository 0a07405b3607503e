"""What the landing zone holds that cannot be an upload, recorded by sensors for lists and pages.

A file whose name is not UTF-8, a link, or a folder that cannot be read has no data set in which it
could be reported. `sensors/left-out/<folder>.json` names it, so that lists need no listing of their
own.
"""

from collections.abc import Sequence

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import Skipped
from pipeweave_dagster.core.documents import Part

_FOLDER = "sensors/left-out"
_MOST = 20


class LeftOut(Part):
    """Entries of one folder of the landing zone, each with its reason; `more` were not listed."""

    entries: list[str] = []
    more: int = 0


def describe_left_out(skipped: Sequence[Skipped]) -> LeftOut:
    """Return the record of what a listing left out."""
    texts = sorted(entry.text for entry in skipped)
    return LeftOut(entries=texts[:_MOST], more=len(texts[_MOST:]))


def record_left_out(store: DocumentStore, folder: str, left_out: LeftOut) -> None:
    """Replace the record of a folder such as `uploads`; without entries it is removed."""
    key = f"{_FOLDER}/{folder}.json"
    if left_out.entries:
        store.records.write(key, left_out)
    else:
        store.storage.delete(key)


def left_out_texts(left_out: LeftOut) -> list[str]:
    """Return one line per entry, and one for those that were not listed."""
    more = [f"and {left_out.more:,} more"] if left_out.more else []
    return [*left_out.entries, *more]


def recorded_left_out(store: DocumentStore) -> list[str]:
    """Return what the sensors left out at their last look, one line each."""
    records = (store.records.read(o.key, LeftOut) for o in store.storage.list(f"{_FOLDER}/"))
    return [text for record in records if record for text in left_out_texts(record)]
