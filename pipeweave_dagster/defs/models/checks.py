"""Asset checks of an evaluation: whether its scores can be trusted."""

from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.core.documents import Canary, Evaluation
from pipeweave_dagster.lib.asset_checks import undecided
from pipeweave_dagster.lib.metadata.evaluation import checks_table

ABOUT: dict[str, str] = {
    "leak_canary": "No leakage in cross-validation: a shuffled target cannot be learned.",
    "methodology": "The evaluation is methodologically sound; the reference lists the codes.",
}


def check_results(document: Evaluation) -> Iterator[dg.AssetCheckResult]:
    """Yield both results: a tripped canary is an error, the rest a warning; none is blocking."""
    yield _of_canary(document.canary)
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


def _of_canary(canary: Canary | None) -> dg.AssetCheckResult:
    """Return the result of the leak canary.

    One that did not run in time, or cannot tell on so few rows, has not passed, and alerts nobody.
    """
    tripped, passed, facts = False, False, dict[str, float | None]()
    text = "There was no time for it; `pipeweave evaluate NAME --full` runs it."
    if canary is not None:
        tripped, passed, text = canary.state == "tripped", canary.state == "passed", canary.message
        facts = {"z": canary.z, "critical": canary.critical, "control": canary.control}
    nothing = {} if tripped or passed else undecided(text)
    return dg.AssetCheckResult(
        check_name="leak_canary",
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR if tripped else dg.AssetCheckSeverity.WARN,
        description=f"Undecided: {text}" if nothing else text,
        metadata={name: v for name, v in facts.items() if v is not None} | nothing,
    )
