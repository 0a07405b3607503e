"""Local files on their way into the landing zone."""

from pathlib import Path
from typing import Any

import yaml

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.services.receive import check_size, settings_of


def readable(file: Path, max_bytes: int) -> Path:
    """Return the file after checking that it exists and is not too large; it is not read.

    Raises:
        PipeWeaveError: NOT_FOUND or VALIDATION_ERROR.
    """
    if not file.exists():
        raise not_found(f"There is no file {str(file)!r}.", fix="Check the path.")
    if not file.is_file():
        raise validation_error(f"{str(file)!r} is not a regular file.", fix="Name one file.")
    check_size(file.name, file.stat().st_size, max_bytes)
    return file


def safe_name(path: Path) -> str:
    """Return the file's name as the last part of a storage key."""
    name = "".join(c if c.isprintable() and c not in "\\/" else "_" for c in path.name)
    return name.lstrip(".")[-200:] or "upload"


def place(store: DocumentStore, dataset: str, key: str, path: Path) -> str:
    """Copy the file into the landing zone and return the version that it has there."""
    from pipeweave_dagster.core.landing import uploads_in

    store.storage.put_file(key, path)
    listed = uploads_in(store.storage.list(f"uploads/{dataset}/"))
    return next(upload.version for upload in listed if upload.key == key)


def remember(store: DocumentStore, dataset: str, chosen: dict[str, Any]) -> None:
    """Keep target, metric and how the file is read for later uploads.

    Not if the data set has settings of its own.
    """
    kept = {name: chosen[name] for name in ("target", "metric", "read") if name in chosen}
    key = f"uploads/{dataset}/{SETTINGS_FILE}"
    if kept and settings_of(store, dataset) == settings_from({}, key):
        text = "# Written by 'pipeweave run'; edit it as you like.\n"
        store.storage.put_if_absent(key, (text + yaml.safe_dump(kept, allow_unicode=True)).encode())
