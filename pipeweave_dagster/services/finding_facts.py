"""The findings of the last run that was checked, and the answers since, as plain facts."""

from collections.abc import Iterable
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Finding
from pipeweave_dagster.core.quality.column_usage import explain_column
from pipeweave_dagster.services.audit import AuditEntry
from pipeweave_dagster.services.checked_runs import CheckedRun, checked_run
from pipeweave_dagster.services.finding_answers import ACCEPTED
from pipeweave_dagster.services.given_answers import given_answers
from pipeweave_dagster.services.taken_back_answers import id_of
from pipeweave_dagster.services.unanswered_findings import is_answered


def finding_facts(store: DocumentStore, name: str) -> dict[str, Any]:
    """Return the findings of a data set, whether each still waits for an answer, and the answers.

    Raises:
        PipeWeaveError: NOT_FOUND if no run has reached the findings.
    """
    run = checked_run(store, name)
    answers = given_answers(store, name, run)
    return {
        "dataset": name,
        "run_id": run.run_id,
        "document": run.document,
        "is_latest": run.is_latest,
        "findings": [
            {**finding.model_dump(mode="json"), "open": finding in answers.waiting}
            for finding in run.findings.findings
        ],
        "answers": [
            {
                "answer_id": id_of(entry),
                "at": entry.at,
                "by": entry.who,
                "do": entry.action,
                "about": entry.version,
                "reason": entry.reason,
            }
            for entry in answers.all
        ],
    }


def unused_columns(run: CheckedRun, answers: Iterable[AuditEntry] = ()) -> list[tuple[str, str]]:
    """Return the columns that are not features, each with the reason, in the order of the table.

    Args:
        run: The run.
        answers: The answers since: what blocked the run says what the next one does instead.
    """
    given = [*answers]
    answered = {
        name: _next_use(name, finding, given)
        for finding in run.findings.blocked
        if is_answered(finding, given)
        for name in finding.columns
    }
    dropped = set(run.spec.dropped) if run.spec else set()
    blocked = {c for f in run.findings.blocked for c in f.columns}
    found = [
        column.name
        for column in run.schema.columns
        if column.role not in {"target", "weight"}
        and (column.role != "feature" or column.name in dropped | blocked)
    ]
    return [
        (n, answered.get(n) or explain_column(n, run.schema, run.findings, run.spec)) for n in found
    ]


def _next_use(column: str, finding: Finding, answers: list[AuditEntry]) -> str:
    """Return what an answer to a finding that blocked the run means for one of its columns."""
    if not is_answered(finding, [e for e in answers if e.action == ACCEPTED]):
        return f"'{column}' will be used by the next run: {finding.code} was overridden."
    if finding.patch.get("columns", {}).get(column, {}).get("drop"):
        return f"'{column}' will be dropped by the next run: {finding.code} was accepted."
    return f"'{column}' is treated as proposed from the next run on: {finding.code} was accepted."
