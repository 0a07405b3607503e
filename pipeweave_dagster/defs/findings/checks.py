"""Asset checks as projections of the findings document: one a group, at most eight."""

from collections.abc import Iterator
from typing import get_args

import dagster as dg

from pipeweave_dagster.core.documents import Finding, Findings
from pipeweave_dagster.core.documents.findings import Group
from pipeweave_dagster.lib.metadata.findings import findings_table

ABOUT: dict[str, str] = {
    "target": "There is a target that a model can learn.",
    "leakage": "No column gives the target away.",
    "missing": "What is missing does not mislead.",
    "duplicates": "Repeated rows do not flatter the scores.",
    "columns": "The columns can carry information.",
    "rows": "Every row that was read was loaded.",
    "drift": "This version looks like the one before.",
    "size": "There is enough data, and not too much.",
}


def check_results(document: Findings) -> Iterator[dg.AssetCheckResult]:
    """The result of every check: an error if something blocks, a warning if something alerts."""
    for group in get_args(Group):
        found = document.of_group(group)
        blocked = [f for f in found if f in document.blocked]
        alerted = [f for f in found if f.state == "alerted" and f.overridden is None]
        yield dg.AssetCheckResult(
            check_name=group,
            passed=not blocked and not alerted,
            severity=dg.AssetCheckSeverity.ERROR if blocked else dg.AssetCheckSeverity.WARN,
            description=_sentence(blocked or alerted),
            metadata={
                "findings": dg.MetadataValue.md(findings_table(found)),
                "codes": ", ".join(f.code for f in blocked + alerted),
            },
        )


def _sentence(findings: list[Finding]) -> str:
    return " ".join(f"{f.code}: {f.message} {f.proposal}".strip() for f in findings[:5])[:1000]
