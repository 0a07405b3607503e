"""Findings that somebody has seen and that need no action: `datasets/<dataset>/acknowledged.json`.

An acknowledgement changes neither the settings nor a document, so no run follows. It covers the
same findings in later runs, too, as long as they do not block; those about the difference to the
version before only in the run that it was given for, since the next difference is another one.
"""

import time
from collections.abc import Callable, Sequence

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Via
from pipeweave_dagster.core.documents import Finding, Part
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.acting import current_principal
from pipeweave_dagster.services.audit import AuditEntry

ACKNOWLEDGED = "acknowledge"
_ATTEMPTS = 20


class Seen(Part):
    """A finding that was acknowledged; `lasts` unless it compares two versions."""

    code: str
    columns: list[str] = []
    lasts: bool = True


class Acknowledgement(Part):
    """One answer; `about` is what it names, as the audit log has it, `at` when it was given."""

    about: str
    findings: list[Seen]
    at: float
    who: str
    role: str
    via: Via
    reason: str = ""

    def covers(self, finding: Finding, moment: float) -> bool:
        """Return whether this answers a finding that was made at a moment."""
        return finding.state != "blocked" and any(
            (seen.code, seen.columns) == (finding.code, finding.columns)
            and (seen.lasts or self.at >= moment)
            for seen in self.findings
        )

    def entry(self, dataset: str) -> AuditEntry:
        """Return it as the audit log has it, but for some microseconds."""
        return AuditEntry(
            at=self.at,
            who=self.who,
            role=self.role,
            via=self.via,
            action=ACKNOWLEDGED,
            subject=dataset,
            version=self.about,
            after=[seen.model_dump(mode="json", exclude={"lasts"}) for seen in self.findings],
            reason=self.reason,
        )


class Acknowledged(Part):
    """All of them of a data set, the oldest first."""

    answers: list[Acknowledgement] = []


def acknowledge(
    store: DocumentStore, name: str, about: str, findings: Sequence[Finding], reason: str
) -> None:
    """Remember that findings were seen, and record who says so.

    Args:
        store: Where the record and the audit log are.
        name: The data set.
        about: What the answer names, as the audit log has it.
        findings: Those that it covers now.
        reason: Why they need no action; may be empty.
    """
    by = current_principal()
    answer = Acknowledgement(
        about=about,
        findings=[Seen(code=f.code, columns=f.columns, lasts=f.group != "drift") for f in findings],
        at=round(time.time(), 6),
        who=by.name,
        role=by.role.value,
        via=by.via,
        reason=reason.strip(),
    )
    _change(store, name, lambda known: [*(a for a in known if a.about != about), answer])
    entry = answer.entry(name)
    audit.record(store, "acknowledge", name, version=about, after=entry.after, reason=answer.reason)


def withdraw(store: DocumentStore, name: str, at: float) -> None:
    """Forget what was acknowledged at a moment."""
    _change(store, name, lambda known: [answer for answer in known if answer.at != at])


def acknowledgements(store: DocumentStore, name: str) -> list[Acknowledgement]:
    """Return all of a data set that were not taken back, also those of findings that are gone."""
    record = store.records.read(_key(name), Acknowledged)
    return record.answers if record else []


def _change(
    store: DocumentStore,
    name: str,
    update: Callable[[list[Acknowledgement]], list[Acknowledgement]],
) -> None:
    for _ in range(_ATTEMPTS):
        record, tag = store.records.read_tagged(_key(name), Acknowledged)
        after = Acknowledged(answers=update(record.answers if record else []))
        if store.records.swap(_key(name), after, tag):
            return
    raise unavailable(f"The acknowledgements of {name!r} kept changing.", fix="Try again.")


def _key(dataset: str) -> str:
    return f"datasets/{dataset}/acknowledged.json"
