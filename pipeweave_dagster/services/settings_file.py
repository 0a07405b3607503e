"""Write a user's decisions into the `pipeweave.yaml` of a data set."""

import copy
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import yaml

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.landing.merge_settings import merge_settings
from pipeweave_dagster.core.landing.undo_settings import Path, drop_keys
from pipeweave_dagster.core.landing.yaml_edits import edited
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.receive import settings_of


@dataclass(frozen=True)
class Written:
    """Where settings were written; `before` is a copy of the file if its comments were lost."""

    place: str
    before: str | None = None


def write_settings(  # noqa: PLR0913 - the last ones are given by keyword
    store: DocumentStore,
    name: str,
    patch: dict[str, Any],
    *,
    action: str = "configure",
    reason: str = "",
    version: str | None = None,
    replaced: Collection[str] = (),
    removed: Collection[Path] = (),
) -> Written:
    """Edit the file in place, keeping comments; rewrite it where that is not possible.

    Args:
        store: Where the file is, and the audit log.
        name: The data set.
        patch: Settings to merge in.
        action: What it is called in the audit log.
        reason: The reason that was given for it.
        version: What it answers, for the audit log: a finding.
        replaced: Keys of the patch whose values replace the old ones instead of being merged.
        removed: Keys that the file does not have afterwards.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the result is not valid.
    """
    key = f"uploads/{name}/{SETTINGS_FILE}"
    current = settings_of(store, name).model_dump(mode="json", exclude_defaults=True)
    found = store.storage.get_tagged(key)
    text, kept = edited(found[0], patch, replaced, removed) if found else None, None
    if text is None:
        others = {key: value for key, value in current.items() if key not in replaced}
        content = copy.deepcopy(merge_settings(others, patch))
        drop_keys(content, removed)
        settings_from(content, key)
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode()
        if found:
            kept = f"datasets/{name}/{SETTINGS_FILE}.before"
            store.storage.put(kept, found[0])
    store.storage.put(key, text)
    before = {setting: current.get(setting) for setting in patch}
    audit.record(store, action, name, before=before, after=patch, reason=reason, version=version)
    root = store.storage.url
    return Written(f"{root}/{key}", f"{root}/{kept}" if kept else None)
