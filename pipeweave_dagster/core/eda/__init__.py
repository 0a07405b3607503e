"""The exploratory report: summarise a data set to plain data, then render that to one HTML file.

Everything shown stands in the summary; the HTML is a pure function of it, so an old summary can
be drawn again.
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
        options: What to take into account besides the table.

    Returns:
        The report. No raw row, no value of a sensitive column and no category of fewer than five
        rows is in it,
        unless the options allow sample rows. Equal inputs give equal bytes.
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
    """Add checked sentences to the summary and the page of a report; both files are rewritten.

    Args:
        report: A report without narrative.
        summary_file: Its summary, if that is a file beside the document.
        sentences: Those that passed the check.
        note: Where they come from.
        out: The folder of the report's files.
    """
    from pipeweave_dagster.core.eda.narrative_report import narrated

    return narrated(report, summary_file, sentences, note, out)


def render(summary: dict[str, Any]) -> str:
    """Draw a summary as one self-contained HTML page without scripts and without network.

    Args:
        summary: What `build_report` summarised, or what was read from its JSON.
    """
    from pipeweave_dagster.core.eda.render import render_html

    return render_html(summary)
