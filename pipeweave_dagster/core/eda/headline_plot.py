"""The one chart that represents a report on Dagster's pages."""

from typing import Any

from pipeweave_dagster.core.charts.bars import bar_chart

MAX_BYTES = 30_000
ROWS = 10


def headline_plot(summary: dict[str, Any]) -> str:
    """Draw the strongest predictors; without any, missing values; else the types of columns.

    Args:
        summary: The summary of the report.

    Returns:
        A stand-alone SVG of at most 30 kB.
    """
    best = strongest_predictors(summary)
    if best:
        return bar_chart(best, "Predictive power of each column alone, from 0 to 1", full=1.0)
    gaps = [(c["name"], round(c["share"], 3)) for c in summary["missingness"]["columns"][:ROWS]]
    if gaps:
        return bar_chart(gaps, "Share of missing values", full=1.0)
    kinds = summary["overview"]["types"]
    return bar_chart([(k, float(n)) for k, n in kinds.items()], "Columns by type")


def strongest_predictors(summary: dict[str, Any]) -> list[tuple[str, float]]:
    """Return names and skills (2 x ROC AUC - 1, or R²) of the best columns, the best first."""
    best = [d for d in summary["details"] if d.get("power")][:ROWS]
    return [(d["name"], round(d["power"]["skill"], 3)) for d in best if d["power"]["skill"] > 0]
