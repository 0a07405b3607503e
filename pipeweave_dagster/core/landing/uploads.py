"""Which objects of the landing zone are uploads, and of which data set."""

from collections.abc import Iterable
from typing import Protocol

from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.naming import SETTINGS_FILE, dataset_of_key


class Listed(Protocol):
    """What a listing tells of an object."""

    @property
    def key(self) -> str:
        """The object's key."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def modified(self) -> float:
        """Seconds since 1970."""

    @property
    def version(self) -> str:
        """Differs for every writing of the object."""


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
    """Every upload in a listing, oldest first; objects that are none are left out.

    Empty files are uploads too: they end in a clear refusal, not in silence.
    """
    found = [
        Upload(dataset=name, key=o.key, version=o.version, size=o.size, modified=o.modified)
        for o in listing
        if (name := dataset_of_key(o.key)) is not None
    ]
    return sorted(found, key=lambda upload: (upload.modified, upload.key))


def newest(uploads: Iterable[Upload], dataset: str) -> Upload | None:
    """The youngest data file of a data set, or None."""
    files = [u for u in uploads if u.dataset == dataset and not u.is_settings]
    return max(files, key=lambda upload: (upload.modified, upload.key), default=None)
