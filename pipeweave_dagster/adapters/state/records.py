"""Small records that change, read so that a damaged one hurts only what it is about.

A record of 0 bytes, or of anything that this release cannot read, counts as absent: it is named in
the log and in lists, and whoever writes the record next keeps the damaged bytes in quarantine.
"""

import contextlib
import hashlib
import logging
from typing import TypeVar

from pydantic import ValidationError

from pipeweave_dagster.adapters.state.document_versions import newer_release, unknown_fields
from pipeweave_dagster.adapters.state.overview_marks import mark_if_shown
from pipeweave_dagster.adapters.storage import Storage
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import PipeWeaveError

logger = logging.getLogger(__name__)
P = TypeVar("P", bound=Part)
# Records of sensors are a cache, which any release may write anew.
_OF_DATASETS = "datasets/"


class Records:
    """The records of a storage, and which of those that were read are damaged.

    Args:
        storage: The object store.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._damaged: dict[str, str] = {}

    def read(self, key: str, kind: type[P]) -> P | None:
        """Return a record, or None if it does not exist or is damaged."""
        return self.read_tagged(key, kind)[0]

    def read_tagged(self, key: str, kind: type[P]) -> tuple[P | None, str | None]:
        """Return a record with the tag for `swap`.

        A damaged record is None with a tag, so that it can be replaced; an absent one has neither.

        Raises:
            PipeWeaveError: VALIDATION_ERROR if a newer release wrote a record of a data set: it is
                whole, and must not be replaced.
        """
        stored = self._storage.get_tagged(key)
        if stored is None:
            self._damaged.pop(key, None)
            return None, None
        data, tag = stored
        try:
            record = kind.model_validate_json(data)
        except ValidationError as error:
            unknown = unknown_fields(error)
            if unknown and key.startswith(_OF_DATASETS):
                raise newer_release(key, f"it has {', '.join(unknown)[:200]}") from error
            self._name(key, kind, data, unknown)
            return None, tag
        self._damaged.pop(key, None)
        return record, tag

    def write(self, key: str, record: Part) -> None:
        """Write or replace a record."""
        self._set_aside(key)
        self._storage.put(key, record_bytes(record))
        mark_if_shown(self._storage, key)

    def swap(self, key: str, record: Part, tag: str | None) -> bool:
        """Replace what `read_tagged` returned; return False if it has changed since."""
        self._set_aside(key)
        swapped = self._storage.put_if_match(key, record_bytes(record), tag)
        if swapped:
            mark_if_shown(self._storage, key)
        return swapped

    def remove_damaged(self, key: str) -> None:
        """Move a record that was found damaged to the quarantine."""
        if key in self._damaged:
            self._set_aside(key)
            self._storage.delete(key)

    def explain(self, key: str, text: str) -> None:
        """Replace the text about a record that was found damaged."""
        text = f"{key} {text}"
        if key in self._damaged and self._damaged[key] != text:
            logger.error("%s", text)
            self._damaged[key] = text

    def damaged(self, prefix: str) -> list[str]:
        """Return what is wrong with the records below a prefix that were read, one line each."""
        return [text for key, text in sorted(self._damaged.items()) if key.startswith(prefix)]

    def _name(self, key: str, kind: type[Part], data: bytes, unknown: list[str]) -> None:
        text = f"{key} is damaged ({len(data)} bytes, not a {kind.__name__}) and is ignored."
        if unknown:
            fields = ", ".join(unknown)[:200]
            text = f"{key} was written by a newer release (it has {fields}) and is ignored."
        if key not in self._damaged:
            logger.error("%s Run the data set again, or see quarantine in its folder.", text)
            self._damaged[key] = text

    def _set_aside(self, key: str) -> None:
        """Keep the bytes of a damaged record that is about to be replaced."""
        if self._damaged.pop(key, None) is None:
            return
        stored = self._storage.get_tagged(key)
        if stored is not None:
            # The record is replaced also if its bytes cannot be kept.
            with contextlib.suppress(PipeWeaveError):
                self._storage.put_if_absent(quarantine_key(key, stored[0]), stored[0])


def quarantine_key(key: str, data: bytes) -> str:
    """Return where the bytes of a damaged record are kept.

    It is inside the data set's folder, so that they are removed with it, and what they may still
    refer to is kept by the garbage collector.

    Example:
        >>> quarantine_key("datasets/churn/HEAD.json", b"")
        'datasets/churn/quarantine/HEAD.json.e3b0c442'
    """
    top, owner, *rest = key.split("/")
    folder, name = (f"{top}/{owner}", rest) if top == "datasets" else (top, [owner, *rest])
    return f"{folder}/quarantine/{'.'.join(name)}.{hashlib.sha256(data).hexdigest()[:8]}"


def record_bytes(record: Part) -> bytes:
    """Return the stored form of a record."""
    return record.model_dump_json(indent=1).encode()
