"""Metadata of advice: what was kept, or why the rules were used."""

from typing import Any

import dagster as dg

from pipeweave_dagster.core.documents import Document, EdaReport, PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.documents.advice import AdviceNote
from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.services.advice_calls import why_no_advice
from pipeweave_dagster.settings import Settings

_ADVISED = {SchemaDeduction.kind, EdaReport.kind, PipelineSpec.kind}


def describe_advice(document: Document, settings: Settings) -> dict[str, Any]:
    """Return what was kept and refused, tokens and cost; empty for documents without advice."""
    if document.kind not in _ADVISED:
        return {}
    note: AdviceNote | None = getattr(document, "advice", None)
    if note is None:
        reason = why_no_advice(settings) if settings.advisor != "rules" else None
        return {"advice": f"rules used: {reason}"} if reason else {}
    facts = [
        ("adviser", f"{note.adviser}, prompt {note.prompt}"),
        ("model", note.model),
        ("privacy level", note.level),
        ("calls", len(note.records)),
        ("tokens", f"{note.tokens_in:,} in, {note.tokens_out:,} out"),
        ("cost", f"{note.cost_usd:.6f} USD"),
        *(("kept", line) for line in note.kept[:20]),
        *(("refused", line) for line in note.refused[:20]),
    ]
    table = markdown.table(["fact", "value"], facts)
    return {"advice": f"{len(note.kept)} kept", "advice_details": dg.MetadataValue.md(table)}
