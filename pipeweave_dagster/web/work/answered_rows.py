"""The answers that were given, as rows of a table; and what is open again after one was undone."""

import time

from pipeweave_dagster.core.documents import Finding
from pipeweave_dagster.core.quality.found_titles import heading_of
from pipeweave_dagster.core.quality.patch_text import patch_text
from pipeweave_dagster.services.acknowledgements import ACKNOWLEDGED
from pipeweave_dagster.services.audit import AuditEntry
from pipeweave_dagster.services.checked_runs import CheckedRun
from pipeweave_dagster.services.finding_answers import ACCEPTED, OVERRIDDEN, what_of
from pipeweave_dagster.services.taken_back_answers import id_of

_MOST_COLUMNS = 6
_HOW = {ACCEPTED: "accepted", OVERRIDDEN: "overridden", ACKNOWLEDGED: "acknowledged"}


def answered_row(run: CheckedRun, entry: AuditEntry) -> dict[str, str]:
    """Return one answer: what was found and where, and what is done about it."""
    code, _, column = (entry.version or "").partition(" ")
    found = [f for f in run.findings.findings if is_about(f, entry.version or "")]
    accepted = entry.action == ACCEPTED
    whole = found and entry.action != OVERRIDDEN
    columns = found[0].columns if whole else [column] if column else []
    return {
        "at": id_of(entry),
        "when": time.strftime("%Y-%m-%d %H:%M", time.gmtime(entry.at)),
        "who": entry.who,
        "what": entry.version or "",
        "code": code,
        "heading": heading(found[0]) if found else "",
        "columns": ", ".join(columns[:_MOST_COLUMNS]),
        "how": _HOW[entry.action],
        "act": patch_text(entry.after or {}) if accepted else "",
        "reason": entry.reason,
    }


def heading(finding: Finding) -> str:
    """Return what a finding is headed with."""
    return heading_of(finding.code, finding.state, finding.title)


def reopened(waiting: list[tuple[int, Finding]], undone: str) -> int | None:
    """Return the number of the open finding that an undone answer was about; None without one."""
    return next((number for number, f in waiting if undone and is_about(f, undone)), None)


def is_about(finding: Finding, what: str) -> bool:
    """Return whether an answer, as the audit log names it, is about a finding."""
    return what in {what_of(finding.code, column) for column in (None, *finding.columns)}
