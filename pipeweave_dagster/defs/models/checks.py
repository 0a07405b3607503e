"""Asset checks of an evaluation: whether its scores can be believed."""

from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.core.documents import Evaluation
from pipeweave_dagster.lib.metadata.model import checks_table

ABOUT: dict[str, str] = {
    "leak_canary": "What is fitted is fitted inside the folds: a shuffled target is not learned.",
    "methodology": "The way to the scores is sound; the codes stand in the reference.",
}


def check_results(document: Evaluation) -> Iterator[dg.AssetCheckResult]:
    """A tripped canary is an error, everything else a warning; neither stops what comes after."""
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
