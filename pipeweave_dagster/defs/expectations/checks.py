"""Asset checks that show the expectations: one per group of rules."""

from collections.abc import Iterator
from typing import Any, get_args

import dagster as dg

from pipeweave_dagster.core.documents import ExpectationReport, RuleGroup, RuleResult
from pipeweave_dagster.lib.asset_checks import columns_affected
from pipeweave_dagster.lib.metadata.expectations import docs_url, failures_table

ABOUT: dict[str, str] = {
    "columns": "The table has the expected columns and number of rows.",
    "types": "Every column has the expected type.",
    "missing": "The share of missing values has not increased.",
    "labels": "The target has no new labels.",
    "categories": "There are no unknown categories.",
    "ranges": "Numbers are within the expected ranges.",
    "formats": "Texts have the expected format and length.",
    "keys": "Columns that identify rows are still unique.",
}


def check_results(document: ExpectationReport, web_url: str) -> Iterator[dg.AssetCheckResult]:
    """Yield the result of every check: an error if a critical rule is broken, else a warning."""
    for group in get_args(RuleGroup):
        broken = document.of_group(group)
        critical = any(result.severity == "critical" for result in broken)
        metadata: dict[str, Any] = {
            "rules": document.rules.get(group, 0),
            "failing_rows": sum(result.failed for result in broken),
            **columns_affected(result.column for result in broken if result.column),
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
    parts = [f"{r.column or 'The table'}: {r.failed} failing rows: {r.text}" for r in broken[:5]]
    return " ".join(parts)[:1000]
