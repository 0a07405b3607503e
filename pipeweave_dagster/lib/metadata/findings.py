"""Metadata of findings and of the exploratory report."""

from typing import Any

import dagster as dg

from pipeweave_dagster.core.documents import EdaReport, Finding, Findings
from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.lib.metadata.base import Describers
from pipeweave_dagster.settings import Settings

_ORDER = {"blocked": 0, "alerted": 1, "fixed": 2, "passed": 3}


def findings_table(findings: list[Finding]) -> str:
    """Return a table of all findings that did not pass, the most severe first."""
    shown = sorted((f for f in findings if f.state != "passed"), key=lambda f: _ORDER[f.state])
    rows = [
        (
            f.code,
            "overridden" if f.overridden else f.state,
            ", ".join(f.columns[:5]),
            f.message,
            f.proposal,
        )
        for f in shown
    ]
    if not rows:
        return "No issues were found."
    lines = ["| code | state | columns | finding | proposal |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(markdown.long_text(cell) for cell in row)} |" for row in rows[:60]]
    return "\n".join(lines)


def _findings(document: Findings, settings: Settings) -> dict[str, Any]:
    _ = settings
    states = [f.state for f in document.findings]
    return {
        "findings": dg.MetadataValue.md(findings_table(document.findings)),
        "blocked": len(document.blocked),
        "alerted": states.count("alerted"),
        "fixed": states.count("fixed"),
        "passed": states.count("passed"),
    }


def _report(document: EdaReport, settings: Settings) -> dict[str, Any]:
    html = document.html
    facts: dict[str, Any] = {
        "highlights": dg.MetadataValue.md(markdown.bullets(document.highlights)),
        "report": dg.MetadataValue.url(f"{settings.web_url}/reports/{html.sha256}/{html.name}"),
        "html_bytes": html.size_bytes,
    }
    plot = markdown.inline_svg(document.plot_svg, "overview of the columns")
    return {**facts, "plot": plot} if plot else facts


describe_findings: Describers = {Findings.kind: _findings, EdaReport.kind: _report}
