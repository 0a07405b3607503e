"""Asset checks of monitoring: warnings, none of which blocks."""

from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.core.documents import DriftReport, PerformanceReport
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.lib.asset_checks import columns_affected
from pipeweave_dagster.lib.metadata.monitoring import drift_table

DRIFT_ABOUT = {
    "columns_are_stable": "The scored rows are distributed like the training rows.",
    "usual_volume": "The batch has about as many rows as the batches before.",
}
PERFORMANCE_ABOUT = {
    "as_good_as_tested": "On labelled batches the champion is as good as on its test rows.",
}
_MOST_NAMED = 5


def drift_checks(report: DriftReport, unusual: str) -> Iterator[dg.AssetCheckResult]:
    """Yield both checks of a batch; the column that has drifted most is named first.

    Args:
        report: The drift of the batch.
        unusual: What is unusual about its number of rows; empty if nothing is.
    """
    drifted = report.drifted
    named = [f"{column.name}: {column.note}" for column in drifted[:_MOST_NAMED]]
    more = len(drifted) - len(named)
    unjudged = report.notes if report.verdict == "too few rows" else []
    yield dg.AssetCheckResult(
        check_name="columns_are_stable",
        passed=not drifted,
        severity=dg.AssetCheckSeverity.WARN,
        description=" ".join([*named, *([f"And {more} more."] if more else []), *unjudged])[:1000],
        metadata={
            "batch": report.batch,
            "verdict": report.verdict,
            "columns": dg.MetadataValue.md(drift_table(drifted)),
            **columns_affected(column.name for column in drifted),
        },
    )
    yield dg.AssetCheckResult(
        check_name="usual_volume",
        passed=not unusual,
        severity=dg.AssetCheckSeverity.WARN,
        description=unusual,
        metadata={"batch": report.batch, "rows": report.rows},
    )


def performance_checks(report: PerformanceReport) -> Iterator[dg.AssetCheckResult]:
    """Yield the check of the newest batch with labels."""
    measured = [b for b in report.batches if b.role == "champion" and b.metric in b.measured]
    newest = measured[-1] if measured else None
    worse = newest is not None and newest.batch in report.worse
    text = ""
    if newest is not None and newest.metric is not None and worse:
        score = newest.measured[newest.metric].value
        text = (
            f"On batch {newest.batch} version {newest.model_version} has {newest.metric} "
            f"{number(score)}, which is worse than on its test rows by more than chance."
        )
    yield dg.AssetCheckResult(
        check_name="as_good_as_tested",
        passed=not worse,
        severity=dg.AssetCheckSeverity.WARN,
        description=text,
        metadata={"batch": newest.batch if newest else "", "worse": ", ".join(report.worse)},
    )
