"""Add a checked narrative to a finished report."""

import json
from pathlib import Path

from pipeweave_dagster.core.documents import EdaReport, Payload
from pipeweave_dagster.core.documents.advice import AdviceNote
from pipeweave_dagster.core.eda.html_report import render_html
from pipeweave_dagster.core.eda.report import read_summary


def narrated(
    report: EdaReport,
    summary_file: Path | None,
    sentences: list[str],
    note: AdviceNote,
    out: Path,
) -> EdaReport:
    """Return the report with the sentences in its summary and on its page; rewrite both files.

    Args:
        report: A report without narrative.
        summary_file: Its summary, if that is a file beside the document.
        sentences: Sentences that passed the check.
        note: The call that they come from.
        out: The folder of the report's files.
    """
    narrative = {"sentences": sentences, "model": note.model, "dropped": len(note.refused)}
    summary = {**read_summary(report, summary_file), "narrative": narrative}
    html = out / report.html.name
    html.write_text(render_html(summary), encoding="utf-8")
    update = {"html": Payload.of(html, report.html.media_type), "narrative": sentences}
    if report.summary_file is None:
        update["summary"] = summary
    else:
        path = out / report.summary_file.name
        text = json.dumps(summary, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        path.write_text(text, encoding="utf-8")
        update["summary_file"] = Payload.of(path, report.summary_file.media_type)
    return report.model_copy(update={**update, "advice": note})
