"""Metadata of expectations."""

from typing import Any

import dagster as dg

from pipeweave_dagster.core.documents import ExpectationReport, Payload, RuleResult
from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.lib.metadata.base import Describers
from pipeweave_dagster.settings import Settings


def docs_url(docs: Payload, web_url: str) -> str:
    """Return the address of the data docs on the pages."""
    return f"{web_url}/reports/{docs.sha256}/{docs.name}"


def failures_table(failures: list[RuleResult]) -> str:
    """Return a table of the broken rules with counts and masked examples."""
    rows = [
        (
            f.column or "(table)",
            markdown.number(f.failed),
            ", ".join(f.examples),
            ", ".join(map(str, f.at_rows)),
            f.text,
        )
        for f in failures
    ]
    return markdown.table(["column", "failing rows", "examples", "first rows", "rule"], rows)


def _expectations(document: ExpectationReport, settings: Settings) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "verdict": document.reason,
        "rules": sum(document.rules.values()),
        "broken": len(document.failures),
        "failures": dg.MetadataValue.md(failures_table(document.failures)),
        "suite": dg.MetadataValue.url(docs_url(document.suite, settings.web_url)),
        "notes": dg.MetadataValue.md(markdown.bullets(document.notes)),
    }
    if document.docs is not None:
        facts["docs"] = dg.MetadataValue.url(docs_url(document.docs, settings.web_url))
    return facts


describe_expectations: Describers = {ExpectationReport.kind: _expectations}
