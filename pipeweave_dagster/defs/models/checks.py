"""Asset checks of an evaluation: whether its scores can be trusted."""

from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.core.documents import Evaluation
from pipeweave_dagster.lib.metadata.evaluation import checks_table

ABOUT: dict[str, str] = {
    "leak_canary": "No leakage in cross-validation: a shuffled target cannot be learned.",
    "methodology": "The evaluation is methodologically sound; the reference lists the codes.",
}


def check_results(document: Evaluation) -> Iterator[dg.AssetCheckResult]:
    """Yield both results: a tripped canary is an error, the rest a warning; none is blocking."""
    canary = document.canary
    if canary is not None:
        facts = {"z": canary.z, "critical": canary.critical, "control": canary.control}
        yield dg.AssetCheckResult(
            check_name="leak_canary",
            passed=canary.state == "passed",
            severity=dg.AssetCheckSeverity.ERROR
            if canary.state == "tripped"
            else dg.AssetCheckSeverity.WARN,
            description=canary.message,
            metadata={name: value for name, value in facts.items() if value is not None},
        )
    failed = [check for check in document.checks if check.state == "failed"]
    yield dg.AssetCheckResult(
        check_name="methodology",
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        description=" ".join(f"{c.code}: {c.message}" for c in failed)[:1000],
        metadata={
            "checks": dg.MetadataValue.md(checks_table(document.checks)),
            "codes": ", ".join(check.code for check in failed),
        },
    )
