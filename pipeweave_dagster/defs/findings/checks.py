"""Asset checks that show the findings: one per group, at most eight."""

from collections.abc import Iterator
from typing import get_args

import dagster as dg

from pipeweave_dagster.core.documents import Finding, Findings
from pipeweave_dagster.core.documents.findings import Group
from pipeweave_dagster.lib.asset_checks import columns_affected
from pipeweave_dagster.lib.metadata.findings import findings_table

ABOUT: dict[str, str] = {
    "target": "The target is valid and predictable.",
    "leakage": "No column leaks the target.",
    "missing": "Missing values do not bias the model.",
    "duplicates": "Duplicate rows do not inflate the scores.",
    "columns": "The columns are informative.",
    "rows": "Every row that was read was loaded.",
    "drift": "This version is distributed like the previous one.",
    "size": "The data set has a suitable size.",
}


def check_results(document: Findings) -> Iterator[dg.AssetCheckResult]:
    """Yield the result of every check: an error for a blocked finding, a warning for an alert."""
    for group in get_args(Group):
        group_findings = document.of_group(group)
        blocked = [f for f in group_findings if f in document.blocked]
        alerted = [f for f in group_findings if f.state == "alerted" and f.overridden is None]
        yield dg.AssetCheckResult(
            check_name=group,
            passed=not blocked and not alerted,
            severity=dg.AssetCheckSeverity.ERROR if blocked else dg.AssetCheckSeverity.WARN,
            description=_sentence(blocked or alerted),
            metadata={
                "findings": dg.MetadataValue.md(findings_table(group_findings)),
                "codes": ", ".join(f.code for f in blocked + alerted),
                **columns_affected(name for f in blocked + alerted for name in f.columns),
            },
        )


def _sentence(findings: list[Finding]) -> str:
    return " ".join(f"{f.code}: {f.message} {f.proposal}".strip() for f in findings[:5])[:1000]
