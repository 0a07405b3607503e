"""The data docs: one page with every rule, by column, and its result.

Great Expectations can render such pages itself, but inserts names and values unescaped and loads
scripts from third-party servers; see docs/adr.
"""

from functools import cache
from typing import Any

from pipeweave_dagster.core.documents import RuleResult
from pipeweave_dagster.core.expectations.outcome import describe_rule
from pipeweave_dagster.core.expectations.rule import group_of
from pipeweave_dagster.core.expectations.suite import Suite
from pipeweave_dagster.core.templating import html_environment

_MAX_COLUMNS = 1000


def docs_page(suite: Suite, failures: dict[int, RuleResult], skipped: set[int], rows: int) -> str:
    """Return the page as self-contained HTML without scripts.

    Args:
        suite: The rules.
        failures: Results of the failed rules, by their position in the suite.
        skipped: Positions of rules that could not be evaluated.
        rows: Number of rows of the validated version.
    """
    sections: dict[str, list[dict[str, Any]]] = {}
    for place, rule in enumerate(suite["expectations"]):
        meta = rule["meta"].get("pipeweave")
        entry = {
            "group": group_of(rule),
            "text": describe_rule(rule),
            "why": str(meta.get("why", ""))[:300] if isinstance(meta, dict) else "",
            "failure": failures.get(place),
            "state": "failed" if place in failures else "skipped" if place in skipped else "passed",
        }
        sections.setdefault(rule["kwargs"].get("column") or "The table", []).append(entry)
    shown = sorted(sections.items(), key=lambda s: all(e["failure"] is None for e in s[1]))
    return str(
        _environment()
        .get_template("docs.html.j2")
        .render(
            name=suite["name"],
            sections=shown[:_MAX_COLUMNS],
            cut=max(0, len(shown) - _MAX_COLUMNS),
            rules=len(suite["expectations"]),
            failed=len(failures),
            skipped=len(skipped),
            rows=rows,
        )
    )


@cache
def _environment() -> Any:
    return html_environment("pipeweave_dagster.core.expectations")
