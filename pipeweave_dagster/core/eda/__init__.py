"""The exploratory report: summarise a data set to plain data, then render that to one HTML file.

Everything shown is in the summary; the HTML is a pure function of it, so an old summary can be
rendered again.
"""

from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import DatasetSnapshot, EdaReport, SchemaDeduction
from pipeweave_dagster.core.documents.advice import AdviceNote
from pipeweave_dagster.core.eda.report_options import ReportOptions

__all__ = ["ReportOptions", "add_narrative", "build_report", "render"]


def build_report(
    dataset: str,
    snapshot: DatasetSnapshot,
    schema: SchemaDeduction,
    data: Path,
    out: Path,
    options: ReportOptions | None = None,
) -> EdaReport:
    """Summarise one version of a data set and write `report.html` (and a large `summary.json`).

    Args:
        dataset: Name of the data set, for the title.
        snapshot: The typed table's description.
        schema: Meaning of its columns, and the target.
        data: The snapshot's Parquet file.
        out: Folder for the files.
        options: Settings, the previous version, and whether sample rows may be shown.

    Returns:
        The report. It contains no raw rows (unless the options allow sample rows), no values of
        sensitive columns and no categories of fewer than five rows. Equal inputs give equal bytes.
    """
    from pipeweave_dagster.core.eda.report import write_report

    return write_report(dataset, snapshot, schema, data, out, options or ReportOptions())


def add_narrative(
    report: EdaReport,
    summary_file: Path | None,
    sentences: list[str],
    note: AdviceNote,
    out: Path,
) -> EdaReport:
    """Add checked sentences to the summary and the page of a report, and rewrite both files.

    Args:
        report: A report without narrative.
        summary_file: Its summary, if that is a file beside the document.
        sentences: Sentences that passed the check.
        note: The call that they come from.
        out: The folder of the report's files.
    """
    from pipeweave_dagster.core.eda.narrative_report import narrated

    return narrated(report, summary_file, sentences, note, out)


def render(summary: dict[str, Any]) -> str:
    """Render a summary as one self-contained HTML page, without scripts or network access.

    Args:
        summary: The summary of `build_report`, also when loaded from its JSON.
    """
    from pipeweave_dagster.core.eda.html_report import render_html

    return render_html(summary)
