"""Maps the objects of the landing zone to uploads of data sets."""

from collections.abc import Iterable
from typing import Protocol

from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.naming import SETTINGS_FILE, dataset_of_key


class Listed(Protocol):
    """An object of a storage listing."""

    @property
    def key(self) -> str:
        """The object's key."""

    @property
    def size(self) -> int:
        """Size in bytes."""

    @property
    def modified(self) -> float:
        """Time of the last change, in seconds since 1970."""

    @property
    def version(self) -> str:
        """A token that differs for every write of the object."""


class Upload(Part):
    """One version of one file of the landing zone."""

    dataset: str
    key: str
    version: str
    size: int
    modified: float

    @property
    def file_name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]

    @property
    def is_settings(self) -> bool:
        """Whether this is a `pipeweave.yaml` rather than data."""
        return self.file_name == SETTINGS_FILE


def uploads_in(listing: Iterable[Listed]) -> list[Upload]:
    """Return every upload of a listing, oldest first; other objects are ignored.

    Empty files are uploads too: they are rejected with a clear error instead of being ignored.
    """
    uploads = [
        Upload(dataset=name, key=o.key, version=o.version, size=o.size, modified=o.modified)
        for o in listing
        if (name := dataset_of_key(o.key)) is not None
    ]
    return sorted(uploads, key=lambda upload: (upload.modified, upload.key))


def newest(uploads: Iterable[Upload], dataset: str) -> Upload | None:
    """Return the newest data file of a data set, or None."""
    files = [u for u in uploads if u.dataset == dataset and not u.is_settings]
    return max(files, key=lambda upload: (upload.modified, upload.key), default=None)
