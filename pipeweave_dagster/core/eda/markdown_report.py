"""A report's summary in Markdown, for a ticket or a pull request."""

from typing import Any

from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.safe_text import markdown_text
from pipeweave_dagster.core.schema.meaning.kind_words import kind_label

MOST_COLUMNS = 60


def summary_markdown(summary: dict[str, Any]) -> str:
    """Return highlights, findings and one line per column; every string is escaped.

    Args:
        summary: The summary of the report.
    """
    lines = [f"# Data report: {markdown_text(summary['dataset'], 80)}", ""]
    lines += [f"- {markdown_text(line, 400)}" for line in summary["highlights"]]
    lines += ["", "## Findings", ""]
    lines += [_finding(finding) for finding in summary["findings"]] or ["No findings."]
    lines += ["", "## Columns", "", "| column | type | role | missing | distinct | score alone |"]
    lines += ["| --- | --- | --- | --- | --- | --- |"]
    lines += [_column(column) for column in summary["listed"][:MOST_COLUMNS]]
    rest = len(summary["listed"]) - MOST_COLUMNS
    lines += [f"\n{rest:,} more columns are in the report."] if rest > 0 else []
    return "\n".join([*lines, ""])


def _finding(finding: dict[str, Any]) -> str:
    state = "overridden" if finding["overridden"] else finding["state"]
    return f"- **{state}** {finding['code']}: {markdown_text(finding['message'], 500)}"


def _column(column: dict[str, Any]) -> str:
    power = number(column["power"]["value"]) if column["power"] else ""
    cells = [markdown_text(column["name"], 60), kind_label(column["type"]), column["role"]]
    figures = [number(column["missing"]), number(column["distinct"]), power]
    return f"| {' | '.join([*cells, *figures])} |"
