"""The audit log: who did what, when, on which version, and what it was before and after.

`audit/<day>/<time>-<subject>-<id>.json` holds one entry each. An entry is written once and never
changed; who may write to the storage could still remove it, so keep the bucket's versions if that
matters. `<subject>` is a hash of what the entry is about: whoever looks for one data set lists the
keys of all entries and reads only its own.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from typing import Any, TypedDict, Unpack

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.state.records import record_bytes
from pipeweave_dagster.core.access import Principal, Via
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.services.acting import current_principal

ROOT = "audit/"
_LONGEST_TEXT = 2000


class AuditEntry(Part):
    """One entry. `at` is in seconds since 1970; `before` and `after` are what changed, as JSON.

    `action` is a word such as `promote`; `subject` what it was done to, such as a data set;
    `version` which version of it. `outcome` is `done` or `refused`.
    """

    at: float
    who: str
    role: str
    via: Via
    action: str
    subject: str
    version: str | None = None
    before: Any = None
    after: Any = None
    reason: str = ""
    outcome: str = "done"


class Facts(TypedDict, total=False):
    """What an entry says besides who and what; the values are those of `AuditEntry`."""

    version: str | None
    before: Any
    after: Any
    reason: str
    outcome: str


def record(
    store: DocumentStore,
    action: str,
    subject: str,
    who: Principal | None = None,
    **facts: Unpack[Facts],
) -> AuditEntry:
    """Write one entry; an action that cannot be recorded is reported as failed.

    Args:
        store: Where the log is.
        action: What was done, in one word: `upload`, `promote`, `login`.
        subject: What it was done to: a data set, a user, `storage`.
        who: Who did it; by default who acts now (see `services.acting`).
        facts: `version`, `before`, `after`, `reason`, `outcome` (see `AuditEntry`); never a
            secret, never a row of data.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if the storage does not respond.

    Example:
        `record(store, "promote", "titanic", version="3", before="2", after="3", reason="better")`
    """
    by, now = who or current_principal(), dt.datetime.now(dt.UTC)
    entry = AuditEntry(
        at=now.timestamp(),
        who=by.name,
        role=by.role,
        via=by.via,
        action=action,
        subject=subject[:_LONGEST_TEXT],
        **{**facts, "reason": facts.get("reason", "")[:_LONGEST_TEXT]},
    )
    place = f"{_moment(now)}-{_mark(entry.subject)}"
    while not store.storage.put_if_absent(
        f"{place}-{secrets.token_hex(4)}.json", record_bytes(entry)
    ):
        pass  # two entries of the same microsecond drew the same number
    return entry


def entries(
    store: DocumentStore,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    *,
    subject: str | None = None,
    newest_first: bool = False,
) -> Iterator[AuditEntry]:
    """Yield the entries, the oldest first; damaged ones are named in the log and left out.

    Args:
        store: Where the log is.
        since: Aware time of the first entry; what is older by its key is not read.
        until: Aware time, about that of the last entry; what is newer by its key is not read.
        subject: Only what was done to this data set or user; other entries are not read, but for
            those of releases whose keys do not name it.
        newest_first: Yield them the other way round; who needs only some reads no more.
    """
    first = since.astimezone(dt.UTC) if since else None
    oldest = _moment(first) if first else ROOT
    newest = _moment(until.astimezone(dt.UTC)) if until else f"{ROOT}~"
    for day in sorted(store.storage.children(ROOT.rstrip("/")), reverse=newest_first):
        if f"{ROOT}{day}" < oldest[: len(f"{ROOT}{day}")] or f"{ROOT}{day}" > newest:
            continue
        listed = (found.key for found in store.storage.list(f"{ROOT}{day}/"))
        keys = (key for key in listed if oldest <= key <= newest and _may_be_of(subject, key))
        for key in sorted(keys, reverse=newest_first):
            entry = store.records.read(key, AuditEntry)
            if entry is None or subject not in {None, entry.subject}:
                continue
            if first is None or entry.at >= first.timestamp():
                yield entry


def _mark(subject: str) -> str:
    """Return what the keys of entries about a subject have in common; others may have it, too."""
    return hashlib.sha256(subject.encode(errors="surrogatepass")).hexdigest()[:8]


def _may_be_of(subject: str | None, key: str) -> bool:
    """Return whether the entry of a key may be about a subject; None means any."""
    parts = key.rpartition("/")[2].split("-")
    return subject is None or len(parts) < 3 or parts[1] == _mark(subject)


def _moment(at: dt.datetime) -> str:
    """Return how the keys of a moment begin."""
    return f"{ROOT}{at:%Y-%m-%d/%H%M%S.%f}"
