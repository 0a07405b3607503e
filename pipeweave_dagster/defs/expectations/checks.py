"""Asset checks as projections of the expectations: one a group of rules."""

from collections.abc import Iterator
from typing import Any, get_args

import dagster as dg

from pipeweave_dagster.core.documents import ExpectationReport, RuleGroup, RuleResult
from pipeweave_dagster.lib.metadata.expectations import docs_url, failures_table

ABOUT: dict[str, str] = {
    "columns": "The table has the columns it had, and not suddenly far fewer rows.",
    "types": "Every column holds the type of value it held.",
    "missing": "No more values are missing than before.",
    "labels": "The target has no new labels.",
    "categories": "The categories are known ones.",
    "ranges": "Numbers lie where they lay.",
    "formats": "Texts are built and as long as they were.",
    "keys": "What told rows apart still does.",
}


def check_results(document: ExpectationReport, web_url: str) -> Iterator[dg.AssetCheckResult]:
    """The result of every check: an error if a critical rule is broken, else a warning."""
    for group in get_args(RuleGroup):
        broken = document.of_group(group)
        critical = any(result.severity == "critical" for result in broken)
        metadata: dict[str, Any] = {
            "rules": document.rules.get(group, 0),
            "failing_rows": sum(result.failed for result in broken),
        }
        if broken:
            metadata["failures"] = dg.MetadataValue.md(failures_table(broken))
        if document.docs is not None:
            metadata["docs"] = dg.MetadataValue.url(docs_url(document.docs, web_url))
        yield dg.AssetCheckResult(
            check_name=group,
            passed=not broken,
            severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
            description=_sentence(broken) if document.validated else document.reason,
            metadata=metadata,
        )


def _sentence(broken: list[RuleResult]) -> str:
    parts = [f"{r.column or 'The table'}: {r.failed} do not fit: {r.text}" for r in broken[:5]]
    return " ".join(parts)[:1000]
