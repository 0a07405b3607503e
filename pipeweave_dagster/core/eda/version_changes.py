"""Changes since the previous version."""

from typing import Any

from pipeweave_dagster.core.eda.number_summary import figure
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrails.drift.version_schema import schema_changes
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MOST = 30


def since_last(case: Case) -> dict[str, Any] | None:
    """Return the size of the previous version, schema changes and drift; None without one.

    Columns that have drifted come first, those with the largest share of changed rows at the top.
    """
    try:
        before = case.previous
    except NotApplicableError:
        return None
    scored = [column for column in case.drift.columns if column.score is not None]
    return {
        "rows": before.snapshot.rows,
        "columns": len(before.snapshot.columns),
        "changes": schema_changes(case),
        "measure": case.drift.method,
        "verdict": case.drift.verdict,
        "moved": [
            {
                "name": column.name,
                "index": figure(column.score),
                "threshold": figure(column.threshold),
                "drifted": column.drifted,
            }
            for column in scored[:MOST]
        ],
        "left_out": max(0, len(scored) - MOST),
    }
