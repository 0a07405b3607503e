"""Write the files of a report and build its document."""

import json
import logging
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    EdaReport,
    Payload,
    SchemaDeduction,
)
from pipeweave_dagster.core.eda.headline_plot import headline_plot
from pipeweave_dagster.core.eda.html_report import render_html
from pipeweave_dagster.core.eda.report_options import ReportOptions
from pipeweave_dagster.core.eda.summarise import summarise

log = logging.getLogger(__name__)


def write_report(
    dataset: str,
    snapshot: DatasetSnapshot,
    schema: SchemaDeduction,
    data: Path,
    out: Path,
    options: ReportOptions,
) -> EdaReport:
    """See `pipeweave_dagster.core.eda.build_report`."""
    summary = summarise(dataset, snapshot, schema, data, options)
    html = out / "report.html"
    html.write_text(render_html(summary), encoding="utf-8")
    text = json.dumps(summary, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    inline = len(text.encode()) < options.inline_limit_bytes
    log.info("report: %s columns, %.0f kB of HTML", summary["columns"], html.stat().st_size / 1e3)
    return EdaReport(
        rows=summary["rows"],
        columns=summary["columns"],
        summary=summary if inline else None,
        summary_file=None if inline else _written(out / "summary.json", text),
        html=Payload.of(html, "text/html"),
        highlights=summary["highlights"],
        plot_svg=headline_plot(summary),
        notes=summary["notes"],
    )


def _written(path: Path, text: str) -> Payload:
    path.write_text(text, encoding="utf-8")
    return Payload.of(path, "application/json")


def read_summary(report: EdaReport, summary_file: Path | None) -> dict[str, Any]:
    """Return the summary, from the document or from the file beside it."""
    if report.summary is not None:
        return report.summary
    if summary_file is None:
        raise FileNotFoundError("the summary is in a file of its own, but none was given")
    loaded: dict[str, Any] = json.loads(summary_file.read_text(encoding="utf-8"))
    return loaded
