"""The data reports of all versions of a data set."""

import re
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore, Entry
from pipeweave_dagster.core.documents import EdaReport
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services.dataset_versions import documents_of, find_version

_ADDRESS = re.compile(r"[0-9a-f]{64}")


def list_reports(store: DocumentStore, dataset: str) -> list[dict[str, Any]]:
    """Return one row per report of a data set, newest first."""
    return [
        {
            "report": entry.document,
            "run_id": entry.run_id,
            "made_at": entry.made_at,
            "rows": report.rows,
            "columns": report.columns,
        }
        for entry in documents_of(store, dataset, "eda_report")
        if (report := store.load(entry.document, EdaReport))
    ]


def find_report(store: DocumentStore, dataset: str, report: str | None, listed: str) -> Entry:
    """Return the entry of a report by the first characters of its id; None means the newest.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none, VALIDATION_ERROR if there are several.
    """
    return find_version(
        documents_of(store, dataset, "eda_report"), dataset, "report", report, listed
    )


def report_by_id(store: DocumentStore, report: str) -> EdaReport:
    """Return a report by its whole id.

    Raises:
        PipeWeaveError: NOT_FOUND if nothing, or another document, has this id.
    """
    found = store.intact(report, EdaReport) if _ADDRESS.fullmatch(report) else None
    if found is None:
        raise not_found(
            f"There is no report {report[:64]!r}.", fix="List the reports of its data set."
        )
    return found


def report_content(store: DocumentStore, document: EdaReport) -> dict[str, Any]:
    """Return the whole summary of a report, from its document or from the file beside it."""
    from pipeweave_dagster.core.eda.report import read_summary

    beside = document.summary_file
    return read_summary(document, store.payload(beside) if beside else None)
