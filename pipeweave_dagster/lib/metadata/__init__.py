"""Metadata of documents in the web UI: key figures, tables and the main plot, below 256 kB."""

from collections.abc import Mapping
from typing import Any

from pipeweave_dagster.core.documents import Document
from pipeweave_dagster.lib.metadata.advice import describe_advice
from pipeweave_dagster.lib.metadata.base import Describers
from pipeweave_dagster.lib.metadata.data import describe_data
from pipeweave_dagster.lib.metadata.evaluation import describe_evaluation
from pipeweave_dagster.lib.metadata.expectations import describe_expectations
from pipeweave_dagster.lib.metadata.findings import describe_findings
from pipeweave_dagster.lib.metadata.model import describe_model
from pipeweave_dagster.lib.metadata.monitoring import describe_monitoring
from pipeweave_dagster.lib.metadata.operation import describe_operation
from pipeweave_dagster.settings import Settings

_DESCRIBERS: Describers = {
    **describe_data,
    **describe_findings,
    **describe_expectations,
    **describe_model,
    **describe_evaluation,
    **describe_operation,
    **describe_monitoring,
}


def describe(document: Document, settings: Settings) -> Mapping[str, Any]:
    """Return the metadata of one document; the keys are the labels in the web UI."""
    return {**_DESCRIBERS[document.kind](document, settings), **describe_advice(document, settings)}
