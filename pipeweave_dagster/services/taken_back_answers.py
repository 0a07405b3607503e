"""Take answers to findings back, from what the audit log says of them."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.landing.undo_settings import new_keys, without_patch
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.acknowledgements import ACKNOWLEDGED, withdraw
from pipeweave_dagster.services.audit import AuditEntry
from pipeweave_dagster.services.finding_answers import (
    ACCEPTED,
    OVERRIDDEN,
    current_settings,
)
from pipeweave_dagster.services.receive import uploads_of
from pipeweave_dagster.services.settings_file import Written, write_settings

UNDONE = "undo_answer"
_CLOCKS_S = 600.0
"""How far the clocks of storage and server may differ."""


def answers_since(store: DocumentStore, name: str, moment: float) -> list[AuditEntry]:
    """Return what was accepted and overridden since a moment and not taken back, oldest first.

    Args:
        store: Where the audit log is.
        name: The data set.
        moment: In seconds since 1970, such as when the findings were made.
    """
    # Each answer writes the settings: what is older or newer than they are is none.
    settings = [file for file in uploads_of(store, name) if file.is_settings]
    changed = max((file.modified for file in settings), default=0.0) + _CLOCKS_S
    if changed < moment:
        return []
    since, until = (dt.datetime.fromtimestamp(at, dt.UTC) for at in (moment, changed))
    found = [*audit.entries(store, since, until, subject=name)]
    undone = {e.version for e in found if e.action == UNDONE}
    given = [e for e in found if e.action in {ACCEPTED, OVERRIDDEN} and e.version]
    return [e for e in given if _undone(e) not in undone]


def undo_answer(store: DocumentStore, name: str, entry: AuditEntry) -> Written | None:
    """Take an answer back: its settings get their earlier values, unless they changed since.

    What had no value before is removed from the file. An acknowledgement changed no settings: then
    nothing is written, and None returned.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the entry is not an answer about this data set.
    """
    if entry.action not in {ACCEPTED, OVERRIDDEN, ACKNOWLEDGED} or entry.subject != name:
        raise validation_error("This is not an answer to a finding of the data set.", fix="Reload.")
    if entry.action == ACKNOWLEDGED:
        withdraw(store, name, entry.at)
        audit.record(store, UNDONE, name, version=_undone(entry), before=entry.after)
        return None
    now, patch = current_settings(store, name), entry.after or {}
    change = without_patch(now, patch, _with_defaults(entry.before or {}, patch))
    new, lists = _replacing(now, change)
    removed = [*new_keys(change, entry.before or {})]
    version = _undone(entry)
    return write_settings(
        store, name, new, action=UNDONE, version=version, replaced=lists, removed=removed
    )


def id_of(entry: AuditEntry) -> str:
    """Return what distinguishes an answer from others about its data set: its time."""
    return repr(entry.at)


def _undone(entry: AuditEntry) -> str:
    """Return how the audit log names the answer that is taken back: what about, and when."""
    return f"{entry.version} of {entry.at!r}"


def _has_list(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_list, value.values()))
    return isinstance(value, list)


def _replacing(
    current: dict[str, Any], change: dict[str, Any]
) -> tuple[dict[str, Any], Collection[str]]:
    """Return the change with whole values where lists get shorter: merging only makes them grow."""
    lists = [key for key, value in change.items() if _has_list(value)]
    whole = {key: _laid_over(current.get(key), change[key]) for key in lists}
    return {**change, **whole}, lists


def _laid_over(value: Any, change: Any) -> Any:
    if isinstance(value, dict) and isinstance(change, dict):
        merged = {**value, **{k: _laid_over(value.get(k), v) for k, v in change.items()}}
        return {k: v for k, v in merged.items() if v is not None}
    return change


def _with_defaults(before: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return the settings before an answer, with the default of each key that it has set."""
    before = {key: value for key, value in before.items() if value is not None}
    columns = before.get("columns", {})
    usual = ColumnSetting().model_dump(mode="json")
    named = {name: usual | columns.get(name, {}) for name in patch.get("columns", {})}
    return DatasetSettings().model_dump(mode="json") | before | {"columns": columns | named}
