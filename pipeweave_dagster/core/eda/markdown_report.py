"""A report's summary as a page of Markdown, for a ticket or a pull request."""

import re
from typing import Any

from pipeweave_dagster.core.charts.svg import plain
from pipeweave_dagster.core.number_format import number

MOST_COLUMNS = 60
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$:@])")


def summary_markdown(summary: dict[str, Any]) -> str:
    """Highlights, findings and one line a column; every string is inert.

    Args:
        summary: The summary of the report.
    """
    lines = [f"# Data report: {_inert(summary['dataset'], 80)}", ""]
    lines += [f"- {_inert(line, 400)}" for line in summary["highlights"]]
    lines += ["", "## Findings", ""]
    lines += [_finding(finding) for finding in summary["findings"]] or ["Nothing was found."]
    lines += ["", "## Columns", "", "| column | type | role | missing | distinct | alone |"]
    lines += ["| --- | --- | --- | --- | --- | --- |"]
    lines += [_column(column) for column in summary["listed"][:MOST_COLUMNS]]
    rest = len(summary["listed"]) - MOST_COLUMNS
    lines += [f"\n{rest:,} more columns stand in the report."] if rest > 0 else []
    return "\n".join([*lines, ""])


def _finding(finding: dict[str, Any]) -> str:
    state = "overridden" if finding["overridden"] else finding["state"]
    return f"- **{state}** {finding['code']}: {_inert(finding['message'], 500)}"


def _column(column: dict[str, Any]) -> str:
    power = number(column["power"]["value"]) if column["power"] else ""
    cells = [_inert(column["name"], 60), column["type"].replace("_", " "), column["role"]]
    figures = [number(column["missing"]), number(column["distinct"]), power]
    return f"| {' | '.join([*cells, *figures])} |"


def _inert(text: object, limit: int) -> str:
    """Plain text of one line: nothing in it becomes a link, a tag or a heading."""
    return _SPECIAL.sub(r"\\\1", " ".join(plain(text, limit).split()))
