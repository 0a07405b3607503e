"""Which findings of a run still wait for an answer."""

from collections.abc import Iterable

from pipeweave_dagster.core.documents import Finding
from pipeweave_dagster.core.quality.user_decisions import ALL, is_suspected_leak
from pipeweave_dagster.services.audit import AuditEntry
from pipeweave_dagster.services.finding_answers import ACCEPTED, what_of


def is_answered(finding: Finding, answers: Iterable[AuditEntry]) -> bool:
    """Return whether an answer since the run covers this finding.

    Args:
        finding: A finding that neither passed nor was overridden when it was made.
        answers: The answers since then that were not taken back.
    """
    about = {what_of(finding.code, column) for column in finding.columns}
    given = [*answers]
    accepted = {entry.version for entry in given if entry.action == ACCEPTED}
    overridden = {entry.version for entry in given} - accepted
    if finding.code in accepted | overridden or about & accepted:
        return True
    if ALL in accepted and finding.patch and not is_suspected_leak(finding):
        return True
    return bool(about) and about <= overridden
