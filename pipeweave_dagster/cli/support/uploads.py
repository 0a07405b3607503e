"""Local files on their way into the landing zone."""

from pathlib import Path
from typing import Any

import yaml

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.services.receive import check_size, settings_of

_WRITTEN = "# Written by 'pipeweave run'; edit it as you like.\n"


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


def were_valid(store: DocumentStore, facts: dict[str, Any]) -> bool:
    """Return whether a run that failed has accepted its options before.

    It has where it went on to the pipeline, or where a finding stopped it: that is for the user to
    answer, with the same options. A target that is not a column, or a metric that does not suit it,
    must not make each later run fail as well.
    """
    manifest = store.manifest(facts["dataset"], facts["run_id"])
    found = facts["findings"] or []
    blocked = any(f["state"] == "blocked" and f.get("overridden") is None for f in found)
    return blocked or (manifest is not None and "pipeline" in manifest.made)


def remember(store: DocumentStore, dataset: str, chosen: dict[str, Any]) -> str | None:
    """Keep target, metric and how the file is read for later uploads.

    A file that an earlier command wrote is updated. One that the user wrote or changed stays as it
    is.

    Returns:
        A note if the settings were not kept, else None.
    """
    names = ("target", "metric", "read")
    given = settings_from({n: chosen[n] for n in names if n in chosen}, "the command line")
    kept = given.model_dump(mode="json", include=set(names), exclude_none=True)
    key = f"uploads/{dataset}/{SETTINGS_FILE}"
    if not kept:
        return None
    written = _written(store, key)
    if written is None and settings_of(store, dataset) != settings_from({}, key):
        return (
            f"{', '.join(kept)} {'is' if len(kept) == 1 else 'are'} used for this run alone: "
            f"{key} has settings of its own. Edit it to keep them."
        )
    text = yaml.safe_dump({**(written or {}), **kept}, allow_unicode=True, sort_keys=False)
    store.storage.put(key, (_WRITTEN + text).encode())
    return None


def _written(store: DocumentStore, key: str) -> dict[str, Any] | None:
    """Return the settings that an earlier command wrote; None if they were changed since."""
    if store.storage.stat(key) is None:
        return {}
    content = store.storage.get(key).decode("utf-8", "replace")
    if not content.startswith(_WRITTEN):
        return None
    settings = yaml.safe_load(content)
    unchanged = isinstance(settings, dict) and set(settings) <= {"target", "metric", "read"}
    dumped = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    return settings if unchanged and content == _WRITTEN + dumped else None
