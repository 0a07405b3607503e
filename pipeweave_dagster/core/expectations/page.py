"""The data docs: one page that shows every rule, by column, and what came of it.

Great Expectations can draw such pages itself, but writes names and values into them unescaped and
loads scripts from other people's servers; see docs/adr.
"""

from functools import cache
from typing import Any

from pipeweave_dagster.core.documents import RuleResult
from pipeweave_dagster.core.expectations.outcome import told
from pipeweave_dagster.core.expectations.suite import Suite, group_of
from pipeweave_dagster.core.templating import html_environment

_MOST_COLUMNS = 1000


def docs_page(suite: Suite, failures: dict[int, RuleResult], skipped: set[int], rows: int) -> str:
    """The page as HTML that stands alone and runs nothing.

    Args:
        suite: The rules.
        failures: The broken ones by their place in the suite.
        skipped: Places of rules whose column is gone.
        rows: Rows of the version that was looked at.
    """
    sections: dict[str, list[dict[str, Any]]] = {}
    for place, rule in enumerate(suite["expectations"]):
        about = rule["meta"].get("pipeweave")
        entry = {
            "group": group_of(rule),
            "text": told(rule),
            "why": str(about.get("why", ""))[:300] if isinstance(about, dict) else "",
            "failure": failures.get(place),
            "state": "failed" if place in failures else "skipped" if place in skipped else "held",
        }
        sections.setdefault(rule["kwargs"].get("column") or "The table", []).append(entry)
    shown = sorted(sections.items(), key=lambda s: all(e["failure"] is None for e in s[1]))
    return str(
        _environment()
        .get_template("docs.html.j2")
        .render(
            name=suite["name"],
            sections=shown[:_MOST_COLUMNS],
            cut=max(0, len(shown) - _MOST_COLUMNS),
            rules=len(suite["expectations"]),
            failed=len(failures),
            skipped=len(skipped),
            rows=rows,
        )
    )


@cache
def _environment() -> Any:
    return html_environment("pipeweave_dagster.core.expectations")
