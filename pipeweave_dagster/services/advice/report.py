"""A narrative for the exploratory report, every sentence checked against its figures."""

import json
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.advice.narrative import narrative_request, read_narrative
from pipeweave_dagster.core.advice.privacy import reaches
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import EdaReport
from pipeweave_dagster.core.eda import add_narrative
from pipeweave_dagster.services.advice.advised import Advised, with_advice
from pipeweave_dagster.services.advice_calls import NoAdviceError, request_options
from pipeweave_dagster.services.advice_records import note_of
from pipeweave_dagster.services.workbench import Workbench


def advised_report(
    bench: Workbench, dataset: str, report: EdaReport, folder: Path
) -> Advised[EdaReport]:
    """Add a checked narrative to a report.

    Args:
        bench: Storage, workers and advisor.
        dataset: The data set.
        report: The report without narrative.
        folder: Where its files are; they are replaced.
    """
    return with_advice(bench.settings, report, lambda: _advised(bench, dataset, report, folder))


def _advised(bench: Workbench, dataset: str, report: EdaReport, folder: Path) -> Advised[EdaReport]:
    if not reaches(bench.settings.advice_level, "statistics"):
        raise NoAdviceError("a narrative requires the privacy level statistics", final=True)
    file = folder / report.summary_file.name if report.summary_file else None
    summary: dict[str, Any] = json.loads(file.read_bytes()) if file else report.summary or {}
    request = narrative_request(summary, request_options(bench.settings))
    reply = bench.advisor.reply_to(dataset, request, lambda text: read_narrative(text, summary))
    kept, dropped = reply.value
    if not kept:
        raise NoAdviceError("no sentence of the narrative was supported by the figures")
    narrated = bench.on_data(
        add_narrative,
        report=report,
        summary_file=file,
        sentences=kept,
        note=note_of([reply.record], [counted(len(kept), "sentence")], dropped),
        out=folder,
    )
    return Advised(narrated, f"{counted(len(kept), 'sentence')} shown, {len(dropped)} dropped")
