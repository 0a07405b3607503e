"""The asset check of predictions."""

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from pipeweave_dagster.services.first_batch import FirstBatch

ABOUT: dict[str, str] = {
    "first_batch": "A new champion predicts its first batch much as the previous champion does; "
    "otherwise the previous one is restored.",
}


def first_batch_check(found: "FirstBatch | None") -> dg.AssetCheckResult:
    """Return the result; it passes where this is not the first batch of a champion.

    A batch that could not be checked is a warning: nobody has looked at the new champion.
    """
    severity = dg.AssetCheckSeverity.ERROR
    failed = found is not None and bool(found.problems or found.unchecked)
    if found is not None and found.unchecked:
        severity = dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        check_name="first_batch",
        passed=not failed,
        severity=severity,
        description=found.text if found else "",
        metadata={"codes": f"version {found.version}" if found and failed else ""},
    )
